import { type DefState, type DefView, defProjection, renderReport } from '../../projections/def/index.js'
import { completenessOf } from '../../projections/run/index.js'
import { hex } from '../../src/canonical/index.js'
import { KEYS_STREAM, REDACTIONS_STREAM, runStream } from '../../src/events/index.js'
import type { Profile } from '../../src/evidence/index.js'

/** DEF: the evidence of a data change, one run of dbt. Specification: `spec/def/SPEC.md`. */
export const DEF: Profile<DefState, DefView> = {
  name: 'def',
  stream: runStream,
  claims: (run) => [KEYS_STREAM, REDACTIONS_STREAM, runStream(run)].sort(),
  projection: defProjection,
  manifest({ run }) {
    const { started } = run
    return {
      ...completenessOf(run),
      demonstration: started?.demonstration ?? false,
      governance: started?.governance ?? null,
      policy: started?.policy ?? null,
    }
  },
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
