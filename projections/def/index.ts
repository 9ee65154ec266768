import { type Projection, type ProjectionPart, runOf, versionOfParts } from '../../src/events/index.js'
import { RUN_PARTS } from '../run/index.js'
import { type DefState, emptyDef } from './def-state.js'
import { type DefView, renderDef } from './def-view.js'
import { foldBundleRecords } from './fold-def.js'

export type * from './def-state.js'
export type { DefView } from './def-view.js'
export { renderReport } from './report/render-report.js'
export type { OpenedValue, ReportContext } from './report/report-context.js'

/** What the ledger's own records in the bundle say, beside the run's. */
const OF_LEDGER: ProjectionPart<DefState> = { name: 'def-ledger', version: 1, of: ({ run: _, ...rest }) => rest }

const PARTS: readonly ProjectionPart<DefState>[] = [
  OF_LEDGER,
  ...RUN_PARTS.map(({ name, version, of }) => ({ name, version, of: ({ run }: DefState) => of(run) })),
]

/**
 * What a DEF bundle holds. It is folded over a bundle's records (`foldRecords(defProjection, run, records)`: genesis,
 * run-R, ledger-keys, ledger-redactions, H), which the builder selects. `partition` names the run for the records of a
 * run's stream alone: the ledger's own records belong to every bundle.
 */
export const defProjection: Projection<DefState, DefView> = {
  name: 'def',
  version: versionOfParts(PARTS),
  partition: (record) => runOf(record.event.stream),
  initial: emptyDef,
  apply: (state, record) => foldBundleRecords(state, [record]),
  applyAll: foldBundleRecords,
  parts: PARTS,
  render: renderDef,
}
