import { type DefState, type DefView, defProjection, renderReport } from '../../projections/def/index.js'
import { type Completeness, completenessOf } from '../../projections/run/index.js'
import { hex } from '../../src/canonical/index.js'
import { type EventData, isType, KEYS_STREAM, REDACTIONS_STREAM, runStream } from '../../src/events/index.js'
import type { Profile } from '../../src/evidence/index.js'

type Started = EventData['dev.clyra.run.started.v1']

/** What the manifest of a DEF bundle says beside what every bundle says. */
export interface DefMembers {
  readonly run: { readonly id: string; readonly completeness: Completeness; readonly reasons: readonly string[] }
  readonly demonstration: boolean
  readonly governance: Started['governance'] | null
  /** SHA-256 of the policy file in force. */
  readonly policy: string | null
}

/** DEF: the evidence of a data change, one run of dbt. Specification: `spec/bundle/SPEC.md`. */
export const DEF: Profile<DefState, DefView, DefMembers> = {
  name: 'def',
  stream: runStream,
  claims: (run) => [KEYS_STREAM, REDACTIONS_STREAM, runStream(run)].sort(),
  smaller: 'next time in parts, each a run and a bundle of its own: clyra run dbt build --select <part>',
  subject: (records) =>
    records.flatMap((record) => (isType(record, 'dev.clyra.run.started.v1') ? [record.event.data.subject] : []))[0],
  artifacts: (records) =>
    records.flatMap((record) => (isType(record, 'dev.clyra.artifact.captured.v1') ? [record.event.data] : [])),
  projection: defProjection,
  manifest({ run }) {
    const { started } = run
    return {
      run: { id: run.run, ...completenessOf(run) },
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
