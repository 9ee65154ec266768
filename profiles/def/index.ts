import { type BundleState, type BundleView, defProjection, renderReport } from '../../projections/bundle/index.js'
import { hex } from '../../src/canonical/index.js'
import type { Profile } from '../../src/evidence/index.js'
import { RUN_PROFILE, type RunMembers, runMembers } from '../run/index.js'

/** DEF: the evidence of a data change, one run of dbt. Specification: `spec/def/SPEC.md`. */
export const DEF: Profile<BundleState, BundleView, RunMembers> = {
  ...RUN_PROFILE,
  name: 'def',
  smaller: 'next time in parts, each a run and a bundle of its own: clyra run dbt build --select <part>',
  projection: defProjection,
  manifest: ({ run }) => runMembers(run),
  renderer: {
    name: 'def-report',
    version: 2,
    render: (state, { checkpoint, embedded, openings }) =>
      renderReport(state, {
        size: checkpoint.size.toString(),
        root: hex(checkpoint.root),
        embedded,
        opened: openings,
      }),
  },
  earlier: [
    {
      release: '0.1',
      renderer: null,
      folds: [
        { name: 'def', version: 2 },
        { name: 'run', version: 2 },
      ],
    },
  ],
}
