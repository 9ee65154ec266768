import { invocationOf, type LineBytes, scanLog } from '../../../connectors/dbt/index.js'
import { ClyraError, commandLine } from '../../errors/index.js'

/** What `ingest` was given to read. */
export interface GivenFiles {
  readonly log?: LineBytes | undefined
  readonly otel?: LineBytes | undefined
  readonly manifest?: Uint8Array | undefined
  readonly runResults?: Uint8Array | undefined
}

/**
 * Refuses artefacts of two runs where nothing says which run is meant. With a JSON log the log says it, and what is
 * not its own is left out and recorded as a gap; without one the artefacts are all there is: a killed run leaves its
 * manifest beside the results of the run before.
 *
 * Throws DBT_RUN_MISMATCH.
 */
export function assertOneRun({ log, otel, manifest, runResults }: GivenFiles): void {
  if (manifest === undefined || runResults === undefined || otel !== undefined) return
  if (log !== undefined && scanLog(log).invocations.length > 0) return
  const ofManifest = invocationOf(manifest)
  const ofResults = invocationOf(runResults)
  // One that names none cannot be read: the reader says so.
  if (ofManifest === ofResults || ofManifest === null || ofResults === null) return
  throw new ClyraError(
    'DBT_RUN_MISMATCH',
    `manifest.json is of the dbt invocation ${ofManifest}, run_results.json of ${ofResults}, and no JSON log says which run is meant`,
    {
      details: { manifest: ofManifest, runResults: ofResults },
      fix: commandLine`clyra ingest dbt target --invocation ${ofResults}`,
    },
  )
}
