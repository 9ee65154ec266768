import type { DraftEvent, EventData } from '../../../src/events/index.js'
import { draftOf, SOURCES } from './drafts.js'

export type GapReason = EventData['dev.clyra.run.gap.v1']['reason']

/** One event per reason: something of the run that could not be recorded. */
export function gapDraft(
  run: string,
  reason: GapReason,
  time: string | null,
  count: number | null = null,
): DraftEvent<'dev.clyra.run.gap.v1'> {
  return draftOf(run, SOURCES.run, `gap/${reason}`, 'dev.clyra.run.gap.v1', time, { run, reason, count })
}
