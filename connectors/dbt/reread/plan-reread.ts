import type { EventData } from '../../../src/events/index.js'
import type { SomeEvent } from '../reconcile/index.js'
import { claimQualityOf, compareClaims, compareLogs, logQualityOf } from './reading-quality.js'

export type FileVoice = 'claim' | 'log'

/** Which voices of a reading take the place of what is recorded, and why. */
export interface RereadPlan {
  readonly voices: readonly FileVoice[]
  readonly because: EventData['dev.clyra.run.reread.v1']['because']
}

export interface PlannedReread {
  /** Null where the record is at least as whole as the reading, in each voice. */
  readonly plan: RereadPlan | null
  /** Voices that the reading holds less of than the record. */
  readonly poorer: readonly FileVoice[]
  /** Voices that both hold alike. */
  readonly equal: readonly FileVoice[]
}

/**
 * Compares a reading of what a run left with what is recorded of it, voice by voice: a voice that was not heard yet is
 * added, a more complete one takes the other's place, and of two that are equally whole the first stays. So the same
 * files in any order end in the same record. `recorded`: the valid events of the run.
 */
export function planReread(recorded: readonly SomeEvent[], read: readonly SomeEvent[]): PlannedReread {
  const log = { had: logQualityOf(recorded), has: logQualityOf(read) }
  const claim = { had: claimQualityOf(recorded), has: claimQualityOf(read) }
  const judged = [
    { voice: 'log', order: compareLogs(log.has, log.had), had: log.had.source !== null, has: log.has.source !== null },
    { voice: 'claim', order: compareClaims(claim.has, claim.had), had: heard(recorded), has: heard(read) },
  ] as const
  const better = judged.filter(({ has, order }) => has && order > 0)
  const poorer = judged.filter(({ has, order }) => has && order < 0).map(({ voice }) => voice)
  const equal = judged.filter(({ has, order }) => has && order === 0).map(({ voice }) => voice)
  const first = better[0]
  if (first === undefined) return { plan: null, poorer, equal }
  const because = `${first.voice}-${first.had ? 'better' : 'added'}` as const
  return { plan: { voices: better.map(({ voice }) => voice), because }, poorer, equal }
}

function heard(events: readonly SomeEvent[]): boolean {
  // Holds: every event is of a reader of this package or was admitted under its schema.
  return events.some(({ data }) => (data as { readonly voice?: string }).voice === 'claim')
}
