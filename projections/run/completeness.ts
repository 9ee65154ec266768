import { GAPS, type Gap } from '../../src/events/codes/index.js'
import type { RunState } from './run-state.js'
import { valuesOf } from './sorted-list.js'
import { type WarehouseHeard, warehouseHeard } from './warehouse-heard.js'

export type Completeness = 'complete' | 'partial' | 'unknown'

/** How whole one of the voices is that are read from files. */
export interface VoiceHeard {
  /**
   * `complete`: heard, and no gap; `partial`: heard, with the gaps in `reasons`; `missing`: not heard, although it was
   * expected; `not-needed`: not heard, and the capture, which is closed, missed nothing of it.
   */
  readonly completeness: 'complete' | 'partial' | 'missing' | 'not-needed'
  /** Sorted, unique gap reasons; `run-not-closed` where the capture never said that it had recorded everything. */
  readonly reasons: readonly string[]
}

export interface VoicesHeard {
  readonly claim: VoiceHeard
  readonly log: VoiceHeard
  readonly warehouse: WarehouseHeard
}

const NOT_CLOSED = 'run-not-closed'
const AFTER_CLOSE = 'after-close'

/** The bundle's rule: any gap, or anything behind the end = partial; else closed = complete; else unknown, because the stream does not say that it is whole. */
export function completenessOf(state: RunState): {
  readonly completeness: Completeness
  readonly reasons: readonly string[]
} {
  const gaps: string[] = valuesOf(state.gaps).map((gap) => gap.reason)
  const reasons = state.afterClose ? [...new Set([...gaps, AFTER_CLOSE])].sort() : gaps // sorted, unique: keyed by reason
  if (reasons.length > 0) return { completeness: 'partial', reasons }
  return state.closed ? { completeness: 'complete', reasons: [] } : { completeness: 'unknown', reasons: [NOT_CLOSED] }
}

/** The same for each voice alone. */
export function voicesHeard(state: RunState): VoicesHeard {
  return { claim: heard(state, 'claim'), log: heard(state, 'log'), warehouse: warehouseHeard(state) }
}

function heard(state: RunState, voice: 'claim' | 'log'): VoiceHeard {
  const gaps = valuesOf(state.gaps)
    .map(({ reason }) => reason)
    .filter((reason) => gapOf(reason) === voice)
  const reasons = gaps.length > 0 || state.closed ? gaps : [NOT_CLOSED]
  if (spoke(state, voice)) return { completeness: reasons.length === 0 ? 'complete' : 'partial', reasons }
  return { completeness: reasons.length === 0 ? 'not-needed' : 'missing', reasons }
}

/** A reason of a later release is a gap of the run as a whole: nothing is known of whose. */
function gapOf(reason: string): Gap['of'] {
  return Object.hasOwn(GAPS, reason) ? GAPS[reason as keyof typeof GAPS].of : 'run' // own key: checked
}

function spoke(state: RunState, voice: 'claim' | 'log'): boolean {
  return (
    state.invocations.flat().some((said) => said.voice === voice) ||
    state.completions.flat().some((said) => said.voice === voice) ||
    state.nodes.some((chunk) => chunk.some(([, node]) => node[voice] !== null)) ||
    state.tests.some((chunk) => chunk.some(([, test]) => test[voice] !== null)) ||
    valuesOf(state.freshness).some((said) => said.voice === voice) ||
    valuesOf(state.responses).some((said) => said.voice === voice) ||
    (voice === 'log' && state.statements.total > 0)
  )
}
