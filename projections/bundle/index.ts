import { type Projection, type ProjectionPart, runOf, versionOfParts } from '../../src/events/index.js'
import { RUN_PARTS } from '../run/index.js'
import { type BundleState, emptyBundle } from './bundle-state.js'
import { type BundleView, renderBundle } from './bundle-view.js'
import { foldBundleRecords } from './fold-bundle.js'

export type * from './bundle-state.js'
export type { BundleView } from './bundle-view.js'
export { renderPefReport } from './report/render-pef-report.js'
export { renderReport } from './report/render-report.js'
export type { OpenedValue, ReportContext } from './report/report-context.js'

/**
 * What a bundle of a run holds. It is folded over a bundle's records (`foldRecords(projection, run, records)`: genesis,
 * run-R, what it links, ledger-keys, ledger-redactions, H), which the builder selects. `partition` names the run for the
 * records of a run's stream alone: the ledger's own records belong to every bundle.
 */
function bundleProjection(name: string): Projection<BundleState, BundleView> {
  // What the ledger's own records in the bundle say, beside the run's.
  const ofLedger: ProjectionPart<BundleState> = {
    name: `${name}-ledger`,
    version: 1,
    of: ({ run: _, ...rest }) => rest,
  }
  const parts: readonly ProjectionPart<BundleState>[] = [
    ofLedger,
    ...RUN_PARTS.map(({ name, version, of }) => ({ name, version, of: ({ run }: BundleState) => of(run) })),
  ]
  return {
    name,
    version: versionOfParts(parts),
    partition: (record) => runOf(record.event.stream),
    initial: emptyBundle,
    apply: (state, record) => foldBundleRecords(state, [record]),
    applyAll: foldBundleRecords,
    parts,
    render: renderBundle,
  }
}

export const defProjection = bundleProjection('def')
export const pefProjection = bundleProjection('pef')
