import { type Projection, type ProjectionPart, runOf, versionOfParts } from '../../src/events/index.js'
import { RUN_PARTS } from '../run/index.js'
import { type BundleState, emptyBundle } from './bundle-state.js'
import { type BundleView, renderBundle } from './bundle-view.js'
import { foldBundleRecords } from './fold-bundle.js'

export type * from './bundle-state.js'
export type { BundleView } from './bundle-view.js'
export { renderReport } from './report/render-report.js'
export type { OpenedValue, ReportContext } from './report/report-context.js'

/** What the ledger's own records in the bundle say, beside the run's. */
const OF_LEDGER: ProjectionPart<BundleState> = { name: 'def-ledger', version: 1, of: ({ run: _, ...rest }) => rest }

const PARTS: readonly ProjectionPart<BundleState>[] = [
  OF_LEDGER,
  ...RUN_PARTS.map(({ name, version, of }) => ({ name, version, of: ({ run }: BundleState) => of(run) })),
]

/**
 * What a DEF bundle holds. It is folded over a bundle's records (`foldRecords(defProjection, run, records)`: genesis,
 * run-R, ledger-keys, ledger-redactions, H), which the builder selects. `partition` names the run for the records of a
 * run's stream alone: the ledger's own records belong to every bundle.
 */
export const defProjection: Projection<BundleState, BundleView> = {
  name: 'def',
  version: versionOfParts(PARTS),
  partition: (record) => runOf(record.event.stream),
  initial: emptyBundle,
  apply: (state, record) => foldBundleRecords(state, [record]),
  applyAll: foldBundleRecords,
  parts: PARTS,
  render: renderBundle,
}
