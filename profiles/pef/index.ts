import { type BundleState, type BundleView, pefProjection, renderPefReport } from '../../projections/bundle/index.js'
import { hex } from '../../src/canonical/index.js'
import type { Profile } from '../../src/evidence/index.js'
import { RUN_PROFILE, type RunMembers, runMembers } from '../run/index.js'

/** PEF: the evidence of automation, one session of an agent or one window of traffic. Specification: `spec/pef/SPEC.md`. */
export const PEF: Profile<BundleState, BundleView, RunMembers> = {
  ...RUN_PROFILE,
  name: 'pef',
  smaller: 'next time in parts, each a run and a bundle of its own: begin a new run before this many records',
  projection: pefProjection,
  manifest: ({ run }) => runMembers(run),
  renderer: {
    name: 'pef-report',
    version: 1,
    render: (state, { checkpoint, embedded, openings }) =>
      renderPefReport(state, {
        size: checkpoint.size.toString(),
        root: hex(checkpoint.root),
        embedded,
        opened: openings,
      }),
  },
  earlier: [],
}
