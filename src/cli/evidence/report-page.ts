import { type DefState, renderReport } from '../../../projections/def/index.js'
import { hex } from '../../canonical/index.js'
import type { BundleOpening } from '../../evidence/index.js'

/** What of a bundle its report shows beside the folded records. */
export interface ReportParts {
  readonly checkpoint: { readonly size: bigint; readonly root: Uint8Array }
  /** The digests of the artefacts that lie in the bundle. */
  readonly embedded: Iterable<string>
  readonly openings: readonly BundleOpening[]
}

/** `report.html`: a pure function of the folded records and these parts, so that the same bytes come out again. */
export function reportPage(state: DefState, { checkpoint, embedded, openings }: ReportParts): string {
  return renderReport(state, {
    size: checkpoint.size.toString(),
    root: hex(checkpoint.root),
    embedded: [...embedded].sort(),
    opened: openings,
  })
}
