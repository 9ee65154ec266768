import { join } from 'node:path'
import { closeDbtRun, readDbtRun } from '../../../connectors/dbt/index.js'
import type { Context } from '../context.js'
import { fingerprintKeyOf } from '../dbt/fingerprint-key.js'
import { readIfThere, readLeft } from '../dbt/read-left.js'
import { createSealer } from '../dbt/sealer.js'
import type { OpenedLedger } from '../ledger/open-ledger.js'
import { SPOOL_FILES } from './spool-header.js'
import { cutTornLine, openSpool, type SpoolReader } from './spool-reader.js'
import { openSpoolWriter } from './spool-writer.js'

/**
 * Ends what a killed wrapper began: its raw log, which waited in the spool, is read again from the start (events that
 * were spooled before are the same and are left out), then what dbt left, then the gap `wrapper-killed`.
 */
export async function finishKilledSpool(context: Context, opened: OpenedLedger, spool: SpoolReader): Promise<void> {
  const { header, directory } = spool
  for (const name of [SPOOL_FILES.events, SPOOL_FILES.values]) cutTornLine(join(directory, name))
  const subjectKey = spool.subjectKey()
  const seal = createSealer(subjectKey, opened.settings.keepValues.value)
  const known = new Set([...spool.events()].map(({ event }) => event.id ?? ''))
  const { randomBytes } = context.environment
  const writer = openSpoolWriter(directory, { header, subjectKey, randomBytes }, known)
  const stream = `run-${header.run}`
  const add = (drafts: Parameters<typeof seal>[0]) => {
    const { events, values } = seal(drafts)
    writer.add(stream, events, values)
  }
  try {
    const read = readDbtRun({
      run: header.run,
      fingerprintKey: await fingerprintKeyOf(header.fingerprints, subjectKey, opened.vault),
      log: readIfThere(header.dbt.log)?.subarray(header.dbt.logStart),
      otel: readIfThere(header.dbt.otel),
      ...(await readLeft(header.dbt.target, header.dbt.project, 'gap')),
    })
    add(read.events)
    for (const artifact of read.artifacts) writer.putArtifact(artifact.bytes)
    writer.flush()
    const events = [...openSpool(directory).events()].map(({ event }) => ({ ...event, id: event.id ?? '' }))
    add(closeDbtRun(header.run, events, ['wrapper-killed']))
    writer.finish()
  } finally {
    writer.close()
  }
}
