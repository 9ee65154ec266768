import { type Completeness, completenessOf, type RunState, valuesOf } from '../../projections/run/index.js'
import type { EventData } from '../../src/events/index.js'
import { type Performance, performanceOf } from './performance.js'

type Started = EventData['dev.clyra.run.started.v2']

/** What the manifest of a run says beside what every manifest says. */
export interface RunMembers {
  readonly run: { readonly id: string; readonly completeness: Completeness; readonly reasons: readonly string[] }
  readonly demonstration: boolean
  readonly governance: Started['governance'] | null
  /** SHA-256 of the policy file in force. */
  readonly policy: string | null
  readonly payout: Started['payout']
  readonly performance: Performance
}

export function runMembers(run: RunState): RunMembers {
  const { started } = run
  return {
    run: { id: run.run, ...completenessOf(run) },
    demonstration: started?.demonstration ?? false,
    governance: started?.governance ?? null,
    policy: started?.policy ?? null,
    payout: started?.payout ?? null,
    performance: performanceOf(valuesOf(run.metrics)),
  }
}
