import { canonicalString } from '../../../src/canonical/index.js'
import { type DraftEvent, eventIdFor, VOIDED_BY_REREAD, voiceOfRecord } from '../../../src/events/index.js'
import { draftOf, gapDraft, later, SOURCES } from '../drafts/index.js'
import { reconcile, type SomeEvent } from '../reconcile/index.js'
import { gapsOfBoth } from './gaps-of-both.js'
import type { RereadPlan } from './plan-reread.js'

export interface RereadOptions {
  readonly run: string
  /** Which reading this is, from 2. */
  readonly reading: number
  readonly plan: RereadPlan
  /** The valid events that are recorded. */
  readonly recorded: readonly SomeEvent[]
  /** The drafts of the reading, without findings and the closing record. */
  readonly read: readonly DraftEvent[]
}

/**
 * The drafts by which a later reading takes the place of an earlier one: `run.reread`, all that its voices say, files
 * that were not recorded yet, the gaps, the findings over everything that is then valid, and the closing record, which
 * comes last: what a crash left half done is the same again from the start.
 */
export function rereadDrafts({ run, reading, plan, recorded, read }: RereadOptions): DraftEvent[] {
  const replaced = new Set<string>(plan.voices)
  const kept = recorded.filter((event) => {
    const voice = voiceOfRecord(event)
    return !VOIDED_BY_REREAD.includes(event.type) && (voice === undefined || !replaced.has(voice))
  })
  const time = [...kept, ...read].reduce<string | null>((last, event) => later(last, event.time ?? null), null)
  const began = draftOf(run, SOURCES.run, `reread/${reading}`, 'dev.clyra.run.reread.v1', time, {
    run,
    reading,
    voices: [...plan.voices],
    because: plan.because,
  })
  const again = (draft: DraftEvent) => inReading(run, reading, draft)
  const said = read.filter((draft) => replaced.has(voiceOfRecord(draft) ?? '')).map(again)
  const files = newFacts(kept, read).map((draft) => (STANDING.has(draft.type) ? draft : again(draft)))
  const gaps = gapsOfBoth({ recorded, read, voices: plan.voices }).map(({ reason, count }) =>
    again(gapDraft(run, reason, time, count)),
  )
  const findings = reconcile(run, [...kept, ...said]).map(again)
  const closed = again(draftOf(run, SOURCES.run, 'closed', 'dev.clyra.run.closed.v1', time, { run }))
  return [began, ...said, ...files, ...gaps, ...findings, closed]
}

function inReading(run: string, reading: number, draft: DraftEvent): DraftEvent {
  return { ...draft, id: idInReading(run, reading, draft) }
}

/** The id of a draft in that reading, from 1: it never meets the id of the same thing in another one. */
export function idInReading(run: string, reading: number, { id, source }: DraftEvent): string {
  return reading === 1 ? id : eventIdFor(source, `${run}/r${reading}/${id}`)
}

/** What lies on disk is as it was found first: it may have changed since, and then is not this run's. */
export const STANDING: ReadonlySet<string> = new Set([
  'dev.clyra.artifact.source.v1',
  'dev.clyra.artifact.repository.v1',
])

/** What is of no voice (files, what was left out) and not recorded yet. */
function newFacts(kept: readonly SomeEvent[], read: readonly DraftEvent[]): DraftEvent[] {
  const ofNoVoice = read.filter((draft) => voiceOfRecord(draft) === undefined && !VOIDED_BY_REREAD.includes(draft.type))
  const types = new Set<string>(ofNoVoice.map(({ type }) => type))
  const candidates = kept.filter(({ type }) => types.has(type))
  const ids = new Set(candidates.map(({ id }) => id))
  const known = new Set(candidates.map(factOf))
  return ofNoVoice.filter((draft) => !known.has(factOf(draft)) && !(STANDING.has(draft.type) && ids.has(draft.id)))
}

function factOf({ type, data }: { readonly type: string; readonly data: unknown }): string {
  // Holds: such data are plain JSON, nothing in them is still to be sealed.
  return `${type}\n${canonicalString(data as Parameters<typeof canonicalString>[0])}`
}
