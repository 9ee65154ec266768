import type { SomeEvent } from '../../../connectors/dbt/index.js'
import { ClyraError } from '../../errors/index.js'
import { isType, runStream } from '../../events/index.js'
import type { LedgerReader } from '../../ledger/index.js'

/** What the ledger has of a run. */
export interface RecordedRun {
  readonly subject: string
  /** The id of the key under which its statements are fingerprinted. */
  readonly fingerprintKey: string | undefined
  /** All its records, in their order. */
  readonly events: readonly SomeEvent[]
}

/** Undefined where the ledger does not know the run. Throws EVENT_INVALID where its stream does not begin with `run.started`. */
export async function recordedRun(ledger: LedgerReader, run: string): Promise<RecordedRun | undefined> {
  if ((await ledger.streamHead(runStream(run))) === undefined) return undefined
  let subject: string | undefined
  let fingerprintKey: string | undefined
  const events: (SomeEvent & { readonly source: string })[] = []
  for await (const record of ledger.readStream(runStream(run))) {
    const { id, source, type, time, data } = record.event
    events.push({ id, source, type, time, data })
    if (isType(record, 'dev.clyra.run.started.v2')) subject ??= record.event.data.subject
    else if (isType(record, 'dev.clyra.dbt.statement.executed.v1'))
      fingerprintKey ??= record.event.data.fingerprintKey ?? undefined
  }
  if (subject === undefined) {
    throw new ClyraError('EVENT_INVALID', `the stream of run ${run} does not begin with run.started`, {
      details: { run },
      fix: 'clyra fsck',
    })
  }
  return { subject, fingerprintKey, events }
}
