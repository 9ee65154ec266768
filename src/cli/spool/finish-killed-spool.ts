import { join } from 'node:path'
import { closeDbtRun, readDbtRun } from '../../../connectors/dbt/index.js'
import type { DirectoryLock } from '../../stores/lock/index.js'
import type { Context } from '../context.js'
import { fileLines } from '../dbt/file-lines.js'
import { runFingerprintKey } from '../dbt/fingerprint-key.js'
import { policyDigest } from '../dbt/ingest-run.js'
import { readLeft } from '../dbt/read-left.js'
import { startedRun } from '../dbt/run-metadata.js'
import { createSealer } from '../dbt/sealer.js'
import type { OpenedLedger } from '../ledger/opened-ledger.js'
import { VERSION } from '../version.js'
import { hadChild } from './child-process.js'
import { SPOOL_FILES, type SpoolHeader } from './spool-header.js'
import { cutTornLine, openSpool, type SpoolReader } from './spool-reader.js'
import { openSpoolWriter } from './spool-writer.js'

/**
 * Ends what a killed wrapper began: its raw log, which waited in the spool, is read again from the start (events that
 * were spooled before are the same and are left out), then what dbt left, then the gap `wrapper-killed`.
 *
 * False where the wrapper was killed before it started dbt: then nothing happened, and nothing is recorded.
 */
export async function finishKilledSpool(
  context: Context,
  opened: OpenedLedger,
  spool: SpoolReader,
  { assertHeld }: DirectoryLock,
): Promise<boolean> {
  const { header, directory } = spool
  if (!hadChild(spool)) return false
  for (const name of [SPOOL_FILES.events, SPOOL_FILES.values]) cutTornLine(join(directory, name))
  const subjectKey = spool.subjectKey()
  const seal = createSealer(subjectKey, opened.settings.keepValues.value)
  const spooled = [...spool.events()].map(({ event }) => event)
  const known = new Set(spooled.map(({ id }) => id ?? ''))
  const { randomBytes } = context.environment
  const writer = openSpoolWriter(directory, { header, subjectKey, randomBytes, assertHeld }, known)
  const stream = `run-${header.run}`
  const add = (drafts: Parameters<typeof seal>[0]) => {
    const { events, values } = seal(drafts)
    writer.add(stream, events, values)
  }
  try {
    if (!spooled.some(({ type }) => type === 'dev.clyra.run.started.v1')) add([startedOf(header, opened)])
    const read = readDbtRun({
      run: header.run,
      fingerprintKey: (await oldKey(header, opened)) ?? runFingerprintKey(subjectKey),
      shapeKey: await opened.vault.shapeKey(),
      log: fileLines(header.dbt.log, header.dbt.logStart),
      otel: fileLines(header.dbt.otel),
      ...(await readLeft(context.environment.variables, header.dbt.target, header.dbt.project)),
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

/** The key of a spool that an earlier build began. */
async function oldKey({ fingerprints }: SpoolHeader, { vault }: OpenedLedger): Promise<Uint8Array | undefined> {
  return fingerprints === 'vault' ? vault.oldFingerprintKey() : undefined
}

/** The first record, where not even that had reached the spool (a full disk). */
function startedOf(header: SpoolHeader, { settings, place }: OpenedLedger): ReturnType<typeof startedRun> {
  const { run, subject, demonstration, started: time } = header
  const policy = policyDigest(settings, place)
  return startedRun({ run, subject, demonstration, time, settings, policy, capture: 'wrapper', version: VERSION })
}
