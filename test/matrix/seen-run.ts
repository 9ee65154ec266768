import { type RunView, runProjection } from '../../projections/run/index.js'
import type { LedgerRecord } from '../../src/events/index.js'
import { openEmbeddedLedgerReader } from '../../src/stores/index.js'

/** A run as every reader sees it, and the records that it was folded from. */
export interface SeenRun {
  readonly view: RunView
  readonly records: readonly LedgerRecord[]
}

/** The newest run of a ledger; undefined where there is none. */
export async function newestRun(ledger: string): Promise<SeenRun | undefined> {
  const opened = await openEmbeddedLedgerReader({ directory: ledger })
  try {
    let newest: { readonly stream: string; readonly position: bigint } | undefined
    for await (const { stream, position } of opened.streams()) {
      if (stream.startsWith('run-') && (newest === undefined || position > newest.position))
        newest = { stream, position }
    }
    if (newest === undefined) return undefined
    const records: LedgerRecord[] = []
    for await (const { position, leaf, bytes, event } of opened.readStream(newest.stream)) {
      records.push({ position: Number(position), leaf, bytes, event })
    }
    return { view: viewOf(newest.stream.slice('run-'.length), records), records }
  } finally {
    await opened.close()
  }
}

export function viewOf(run: string, records: readonly LedgerRecord[]): RunView {
  return runProjection.render(records.reduce(runProjection.apply, runProjection.initial(run)))
}
