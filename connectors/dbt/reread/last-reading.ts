import type { EventData } from '../../../src/events/index.js'
import type { SomeEvent } from '../reconcile/index.js'
import type { FileVoice, RereadPlan } from './plan-reread.js'

/** How often a run was read, and how far the last reading came. */
export interface LastReading {
  /** From 1. */
  readonly reading: number
  /** What the last reading brings; null for the first. */
  readonly plan: RereadPlan | null
  /** What was recorded before it. */
  readonly before: readonly SomeEvent[]
  /** Its own records, as far as it came. */
  readonly since: readonly SomeEvent[]
  /** It came to its end. */
  readonly closed: boolean
}

/** `recorded`: all records of a run, in their order. */
export function lastReading(recorded: readonly SomeEvent[]): LastReading {
  const at = recorded.findLastIndex(({ type }) => type === 'dev.clyra.run.reread.v1')
  const since = recorded.slice(Math.max(at, 0))
  const closed = since.some(({ type }) => type === 'dev.clyra.run.closed.v1')
  if (at < 0) return { reading: 1, plan: null, before: [], since, closed }
  // Holds: the type's schema; only this package writes it for a run of dbt, and only for these voices.
  const { reading, voices, because } = recorded[at]!.data as EventData['dev.clyra.run.reread.v1']
  const plan = { voices: voices.filter((voice): voice is FileVoice => voice !== 'warehouse'), because }
  return { reading, plan, before: recorded.slice(0, at), since, closed }
}
