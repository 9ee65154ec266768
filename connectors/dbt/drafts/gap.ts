import type { GapReason } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { draftOf, SOURCES } from './drafts.js'

/** One event per reason: something of the run that could not be recorded. */
export function gapDraft(
  run: string,
  reason: GapReason,
  time: string | null,
  count: number | null = null,
): DraftEvent<'dev.clyra.run.gap.v1'> {
  return draftOf(run, SOURCES.run, `gap/${reason}`, 'dev.clyra.run.gap.v1', time, { run, reason, count })
}
