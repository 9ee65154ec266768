import { type RunState, runProjection } from '../../../projections/run/index.js'
import { type LedgerRecord, runOf, runStream } from '../../events/index.js'
import type { LedgerReader, RecordView } from '../../ledger/index.js'

/** The ids of all runs, newest record first. */
export async function runStreams(ledger: LedgerReader): Promise<string[]> {
  const found: { readonly run: string; readonly position: bigint }[] = []
  for await (const { stream, position } of ledger.streams()) {
    const run = runOf(stream)
    if (run !== undefined) found.push({ run, position })
  }
  return found.sort((a, b) => (a.position < b.position ? 1 : a.position > b.position ? -1 : 0)).map(({ run }) => run)
}

/** The state of one run, folded from its stream. */
export async function foldRun(ledger: LedgerReader, run: string): Promise<RunState> {
  let state = runProjection.initial(run)
  for await (const record of ledger.readStream(runStream(run))) state = runProjection.apply(state, plain(record))
  return state
}

/** A record as projections take it. */
export function plain(record: RecordView): LedgerRecord {
  return { position: Number(record.position), leaf: record.leaf, bytes: record.bytes, event: record.event }
}
