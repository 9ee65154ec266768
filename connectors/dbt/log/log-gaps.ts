import type { GapReason } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { gapDraft } from '../drafts/index.js'

/** How far a log is known not to be whole, whatever kind of log it is. */
export interface LogState {
  /** Lines of the run that cannot be read. */
  readonly lost: number
  readonly began: boolean
  readonly broken: boolean
  /** The last line has no line feed and cannot be read. */
  readonly cut: boolean
  readonly ended: boolean
}

/** The gaps of a log, in the order in which they stand in the stream. `time`: of the log's last line. */
export function logGaps(run: string, time: string | null, log: LogState): DraftEvent[] {
  const gap = (is: boolean, reason: GapReason, count: number | null = null) =>
    is ? [gapDraft(run, reason, time, count)] : []
  return [
    ...gap(log.lost > 0, 'log-unreadable-lines', log.lost),
    ...gap(!log.began, 'log-no-start'),
    ...gap(log.broken, 'log-broken'),
    ...gap(log.cut, 'log-truncated'),
    ...gap(!log.ended, 'log-no-end'),
  ]
}
