import * as z from 'zod'
import { before, earlier, fraction, label, utc } from '../drafts/index.js'
import { commandOf, commandOfProcess } from '../expectations/index.js'
import { type ArtifactHead, artifactMetadata, headOf, parseArtifact } from './artifact-json.js'

const text = z.string().nullish().catch(undefined)
const number = z.number().nullish().catch(undefined)

const result = z.object({
  unique_id: z.string(),
  status: z.string(),
  thread_id: text,
  execution_time: number,
  message: text,
  failures: number,
  adapter_response: z.record(z.string(), z.unknown()).optional().catch(undefined),
  batch_results: z
    .object({ successful: z.array(z.unknown()), failed: z.array(z.unknown()) })
    .nullish()
    .catch(undefined),
  timing: z
    .array(z.object({ started_at: text, completed_at: text }))
    .optional()
    .catch(undefined),
})
export type ResultRow = z.infer<typeof result>

const runResults = z.object({
  metadata: artifactMetadata,
  results: z.array(result),
  elapsed_time: number,
  args: z
    .object({ which: text, command: text, invocation_command: text, target: text, threads: number })
    .optional()
    .catch(undefined),
})

/** `run_results.json`, as far as evidence needs it. */
export interface RunResults extends ArtifactHead {
  /** When dbt began, as well as the file tells it: `startedAt`, else the first node's beginning, else the end less the time that it took. */
  readonly beganAt: string | null
  readonly elapsedSeconds: string | null
  /** As it was typed: `retry` for a retry. */
  readonly command: string | null
  /** What dbt did: of a retry the command that it repeats. */
  readonly repeats: string | null
  readonly arguments: string | null
  readonly target: string | null
  readonly threads: number | null
  readonly rows: readonly ResultRow[]
}

/**
 * Reads run_results.json of dbt 0.19 to 1.12 (v1 to v6) and of the Rust engine (v6), and a newer one as far as it has
 * their shape. Unknown members are ignored.
 * Throws DBT_ARTIFACT_INVALID, DBT_ARTIFACT_UNSUPPORTED.
 */
export function readRunResults(bytes: Uint8Array): RunResults {
  const read = parseArtifact('run_results.json', bytes, runResults)
  const { results, elapsed_time: elapsed, args } = read.value
  const threads = args?.threads ?? null
  const named = commandOf(args?.which ?? args?.command)
  return {
    ...headOf(read),
    beganAt: beganAt(read.value),
    elapsedSeconds: fraction(elapsed),
    command: commandOfProcess(args?.invocation_command) ?? named ?? commandOf(args?.invocation_command),
    repeats: named,
    arguments: args?.invocation_command ?? null,
    target: label(args?.target),
    threads: threads !== null && Number.isInteger(threads) && threads > 0 ? threads : null,
    rows: results,
  }
}

function beganAt({ metadata, results, elapsed_time: elapsed }: z.infer<typeof runResults>): string | null {
  const said = utc(metadata.invocation_started_at)
  if (said !== null) return said
  const timed = results.flatMap(({ timing }) => (timing ?? []).map((phase) => utc(phase.started_at)))
  const ended = utc(metadata.generated_at)
  const counted = ended === null || elapsed == null ? ended : before(ended, elapsed)
  return timed.reduce(earlier, counted)
}
