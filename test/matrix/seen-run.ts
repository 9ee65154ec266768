import { type RunView, runProjection } from '../../projections/run/index.js'
import { openEmbeddedLedger } from '../../src/stores/index.js'

/** The newest run of a ledger as every reader sees it, folded from its records; undefined where there is none. */
export async function newestRun(ledger: string): Promise<RunView | undefined> {
  const opened = await openEmbeddedLedger({ directory: ledger, readOnly: true })
  try {
    let newest: { readonly stream: string; readonly position: bigint } | undefined
    for await (const { stream, position } of opened.streams()) {
      if (stream.startsWith('run-') && (newest === undefined || position > newest.position))
        newest = { stream, position }
    }
    if (newest === undefined) return undefined
    let state = runProjection.initial(newest.stream.slice('run-'.length))
    for await (const { position, leaf, bytes, event } of opened.readStream(newest.stream)) {
      state = runProjection.apply(state, { position: Number(position), leaf, bytes, event })
    }
    return runProjection.render(state)
  } finally {
    await opened.close()
  }
}
