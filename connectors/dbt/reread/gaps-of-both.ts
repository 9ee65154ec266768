import { GAPS, type GapReason } from '../../../src/events/codes/index.js'
import type { SomeEvent } from '../reconcile/index.js'
import type { FileVoice } from './plan-reread.js'

export interface Gap {
  readonly reason: GapReason
  readonly count: number | null
}

export interface TwoReadings {
  /** The valid events that are recorded. */
  readonly recorded: readonly SomeEvent[]
  readonly read: readonly SomeEvent[]
  /** The voices that are taken from the reading; the others are as recorded. */
  readonly voices: readonly FileVoice[]
}

const WITHOUT_RESULT = 'nodes-without-result'

/**
 * The gaps of a run whose voices come from two readings: each voice has those of the reading that it comes from, the
 * run has those that are recorded, because only the wrapper knew them.
 */
export function gapsOfBoth({ recorded, read, voices }: TwoReadings): Gap[] {
  const [old, now] = [gapsOf(recorded), gapsOf(read)]
  const from = (voice: FileVoice) => (voices.includes(voice) ? now : old)
  const taken = old.filter(({ reason }) => GAPS[reason].of === 'run')
  for (const voice of ['claim', 'log'] as const) {
    for (const gap of from(voice)) if (GAPS[gap.reason].of === voice && gap.reason !== WITHOUT_RESULT) taken.push(gap)
  }
  const without =
    voices.length === 2
      ? (now.find(({ reason }) => reason === WITHOUT_RESULT)?.count ?? 0)
      : withoutResult({ recorded, read, voices })
  if (without > 0) taken.push({ reason: WITHOUT_RESULT, count: without })
  return taken.sort((a, b) => (a.reason < b.reason ? -1 : 1))
}

function gapsOf(events: readonly SomeEvent[]): Gap[] {
  // Holds: the type's schema.
  return events.filter(({ type }) => type === 'dev.clyra.run.gap.v1').map(({ data }) => data as Gap)
}

/**
 * Nodes that the log tells of, or that dbt had selected, without a result: among the claims, or where there are none in
 * the log itself. How many were selected no record says: the reading that the log comes from found so many without a
 * result beside those that had one.
 */
function withoutResult({ recorded, read, voices }: TwoReadings): number {
  const [logSide, claimSide] = voices.includes('log') ? [read, recorded] : [recorded, read]
  const logged = stepsOf(logSide, 'log')
  const ended = resultsOf(stepsOf(claimSide, 'claim'), logged)
  const open = [...logged].filter(([node, status]) => status !== 'compiled' && !ended.has(node)).length
  const found = gapsOf(logSide).find(({ reason }) => reason === WITHOUT_RESULT)?.count ?? null
  const selected = found === null ? 0 : found + resultsOf(stepsOf(logSide, 'claim'), logged).size
  return Math.max(open, selected - ended.size)
}

function resultsOf(claimed: ReadonlyMap<string, string>, logged: ReadonlyMap<string, string>): ReadonlySet<string> {
  if (claimed.size > 0) return new Set(claimed.keys())
  return new Set([...logged].filter(([, status]) => !OPEN.has(status)).map(([node]) => node))
}

const OPEN: ReadonlySet<string> = new Set(['interrupted', 'unknown'])

/** The status of each node and test that a voice tells of, without hooks. */
function stepsOf(events: readonly SomeEvent[], voice: FileVoice): Map<string, string> {
  const steps = new Map<string, string>()
  for (const { type, data } of events) {
    if (type !== 'dev.clyra.dbt.node.executed.v1' && type !== 'dev.clyra.dbt.test.result.v1') continue
    // Holds: the types' schemas.
    const said = data as { readonly voice: string; readonly node: string; readonly status: string }
    if (said.voice === voice && !said.node.startsWith('operation.')) steps.set(said.node, said.status)
  }
  return steps
}
