import { type DraftEvent, type EventData, eventIdFor, type Voice } from '../../../src/events/index.js'
import { SOURCES } from '../drafts/index.js'

export type FindingData = EventData['dev.clyra.finding.raised.v2']
export type FindingCode = FindingData['code']

export interface Finding {
  readonly code: FindingCode
  readonly disposition: FindingData['disposition']
  readonly severity: FindingData['severity']
  readonly node: string | null
  /** Where it is about one relation and not about a step, a test or a statement as a whole. */
  readonly relation?: FindingData['relation']
  /** Ids of the events that disagree. */
  readonly events: readonly string[]
  readonly voices: readonly Voice[]
  readonly said: readonly (readonly [string, string])[]
}

/**
 * A finding as a draft: its id is made of the code, what it is about and the ids of the events (so that two of one kind stay
 * apart, and a later version of the type is still the same finding), its time is the latest of theirs.
 */
export function findingDraft(run: string, finding: Finding, time: string): DraftEvent<'dev.clyra.finding.raised.v2'> {
  const events = [...new Set(finding.events)].sort()
  const about = finding.node ?? finding.relation?.slice(1).join('.') ?? '-'
  return {
    id: eventIdFor(SOURCES.reconcile, `${run}/${finding.code}/${about}/${events.join('/')}`),
    source: SOURCES.reconcile,
    type: 'dev.clyra.finding.raised.v2',
    time,
    runid: run,
    data: {
      code: finding.code,
      disposition: finding.disposition,
      severity: finding.severity,
      node: finding.node,
      relation: finding.relation ?? null,
      events,
      voices: [...finding.voices],
      said: finding.said.map(([who, what]): [string, string] => [who, what]),
    },
  }
}
