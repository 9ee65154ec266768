import { type RunView, runProjection } from '../run/index.js'
import type { BundleState, Genesis, Heads, IntroducedKey, Redaction } from './bundle-state.js'

/** What the report shows, and what `--json` gives. */
export interface BundleView {
  readonly records: number
  readonly genesis: Genesis | null
  readonly run: RunView
  readonly keys: readonly IntroducedKey[]
  /** All redactions of the ledger up to H. */
  readonly redactions: readonly Redaction[]
  /** The one that erased this run's sealed values, if any. */
  readonly erased: Redaction | null
  readonly heads: Heads | null
}

export function renderBundle(state: BundleState): BundleView {
  const run = runProjection.render(state.run)
  const subject = run.started?.subject
  return {
    records: state.records,
    genesis: state.genesis,
    run,
    keys: state.keys,
    redactions: state.redactions,
    erased: state.redactions.find((redaction) => redaction.subject === subject) ?? null,
    heads: state.heads,
  }
}
