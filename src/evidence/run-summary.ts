import { isType, type LedgerRecord } from '../events/index.js'
import type { Governance } from './manifest.js'

/** What a manifest says of its run: all of it follows from the records of `run-R`. */
export interface RunSummary {
  readonly completeness: 'complete' | 'partial' | 'unknown'
  /** Sorted, each once. */
  readonly reasons: readonly string[]
  readonly demonstration: boolean
  readonly governance: Governance | null
  /** SHA-256 of the policy file in force. */
  readonly policy: string | null
}

/** Said of a run that was neither closed nor has a gap. */
export const RUN_NOT_CLOSED = 'run-not-closed'

/**
 * Any gap: partial. Else closed: complete. Else unknown; gaps and `closed` before the run was last read again do not
 * count. The rest is what the first `run.started` says.
 */
export function summariseRun(records: readonly LedgerRecord[]): RunSummary {
  const gaps = new Set<string>()
  let closed = false
  let started: Pick<RunSummary, 'demonstration' | 'governance' | 'policy'> | undefined
  for (const record of records) {
    if (isType(record, 'dev.clyra.run.reread.v1')) {
      gaps.clear()
      closed = false
    } else if (isType(record, 'dev.clyra.run.gap.v1')) gaps.add(record.event.data.reason)
    else if (isType(record, 'dev.clyra.run.closed.v1')) closed = true
    else if (isType(record, 'dev.clyra.run.started.v1')) started ??= record.event.data
  }
  return {
    completeness: gaps.size > 0 ? 'partial' : closed ? 'complete' : 'unknown',
    reasons: gaps.size > 0 ? [...gaps].sort() : closed ? [] : [RUN_NOT_CLOSED],
    demonstration: started?.demonstration ?? false,
    governance: started?.governance ?? null,
    policy: started?.policy ?? null,
  }
}
