import type { GapReason } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { draftOf, gapDraft, later, SOURCES } from '../drafts/index.js'
import { reconcile } from './reconcile.js'
import type { SomeEvent } from './voices.js'

/**
 * The last drafts of a run: a gap for each reason that only the program knows, the findings over everything that was
 * recorded, and `run.closed`. `events`: all of the run's so far, anchors, relation readings and exit included.
 */
export function closeDbtRun(run: string, events: readonly SomeEvent[], gaps: readonly GapReason[] = []): DraftEvent[] {
  const end = events.reduce<string | null>((last, { time }) => later(last, time ?? null), null)
  return [
    ...gaps.map((reason) => gapDraft(run, reason, end)),
    ...reconcile(run, events),
    draftOf(run, SOURCES.run, 'closed', 'dev.clyra.run.closed.v1', end, { run }),
  ]
}
