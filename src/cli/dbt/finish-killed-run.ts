import { join } from 'node:path'
import * as z from 'zod'
import { closeDbtRun, fileLines, readDbtRun, readLeft, runFingerprintKey } from '../../../connectors/dbt/index.js'
import { ClyraError } from '../../errors/index.js'
import { CLYRA_REGISTRY, runStream } from '../../events/index.js'
import type { OpenedLedger } from '../../runtime/index.js'
import { type KilledSpool, openSpool, SPOOL_FILES, type SpoolReader } from '../../spool/index.js'
import { isThere, sizeAt } from '../../system/index.js'
import { VERSION } from '../version.js'
import { policyDigest } from './policy-digest.js'
import { startedRun } from './run-metadata.js'
import { createSealer } from './sealer.js'

/** What a spool of a dbt run says of it beside what every spool says. Paths are absolute. */
const finish = z.object({
  demonstration: z.boolean(),
  /** Under which key texts are fingerprinted: `run`, one made of the subject key; `vault`, the ledger's, in earlier builds. */
  fingerprints: z.enum(['vault', 'run']),
  target: z.string(),
  log: z.string(),
  /** The Rust engine's spans. */
  otel: z.string(),
  /** Bytes of `log` that belong to earlier runs. */
  logStart: z.number().int().min(0),
})
export type DbtFinish = z.infer<typeof finish>

/**
 * Ends what a killed wrapper began: its raw log, which waited in the spool, is read again from the start (events that
 * were spooled before are the same and are left out), then what dbt left, then the gap `wrapper-killed`.
 *
 * False where the wrapper was killed before it started dbt: then nothing happened, and nothing is recorded.
 */
export async function finishKilledRun(
  variables: Readonly<Record<string, string | undefined>>,
  { spool, resume }: KilledSpool,
  opened: OpenedLedger,
): Promise<boolean> {
  const { header, directory } = spool
  const ended = finishOf(spool)
  if (!wasStarted(directory, ended)) return false
  const subjectKey = spool.subjectKey()
  const seal = createSealer(subjectKey, opened.settings.keepValues.value)
  const writer = resume()
  const stream = runStream(header.run)
  const add = (drafts: Parameters<typeof seal>[0]) => {
    const { events, values } = seal(drafts)
    writer.add(stream, events, values)
  }
  try {
    if (!hasStarted(spool)) add([startedOf(spool, ended, opened)])
    const read = readDbtRun({
      run: header.run,
      fingerprintKey: (await oldKey(ended, opened)) ?? runFingerprintKey(subjectKey),
      shapeKey: await opened.vault.shapeKey(),
      log: fileLines(ended.log, ended.logStart),
      otel: fileLines(ended.otel),
      ...(await readLeft(variables, ended.target, header.project)),
    })
    add(read.events)
    for (const artifact of read.artifacts) writer.putArtifact(artifact.bytes)
    writer.flush()
    const events = [...openSpool(directory).events()].map(({ event }) => ({ ...event, id: event.id ?? '' }))
    add(closeDbtRun(header.run, events, ['wrapper-killed']))
    writer.finish()
    return true
  } finally {
    writer.close()
  }
}

/** Throws SPOOL_CORRUPT where the header does not say what is needed. */
function finishOf({ directory, header }: SpoolReader): DbtFinish {
  const parsed = finish.safeParse(header.finish)
  if (parsed.success) return parsed.data
  const path = join(directory, SPOOL_FILES.header)
  throw new ClyraError('SPOOL_CORRUPT', `${path} does not say how a dbt run is finished; the spool was left`, {
    details: { path },
  })
}

/** Whether dbt was ever started for this run: it was noted, or, where a full disk took no note, it wrote its log. */
function wasStarted(directory: string, { log, logStart }: DbtFinish): boolean {
  return isThere(join(directory, SPOOL_FILES.child)) || sizeAt(log) > logStart
}

function hasStarted(spool: SpoolReader): boolean {
  for (const { event } of spool.events())
    if (CLYRA_REGISTRY.newest(event.type) === 'dev.clyra.run.started.v2') return true
  return false
}

/** The key of a spool that an earlier build began. */
async function oldKey({ fingerprints }: DbtFinish, { vault }: OpenedLedger): Promise<Uint8Array | undefined> {
  return fingerprints === 'vault' ? vault.oldFingerprintKey() : undefined
}

/** The first record, where not even that had reached the spool (a full disk). */
function startedOf(
  { header: { run, subject, started: time } }: SpoolReader,
  { demonstration }: DbtFinish,
  { settings, place }: OpenedLedger,
): ReturnType<typeof startedRun> {
  const policy = policyDigest(settings, place)
  return startedRun({ run, subject, demonstration, time, settings, policy, capture: 'wrapper', version: VERSION })
}
