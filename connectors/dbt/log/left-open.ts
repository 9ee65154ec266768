import type { GapReason } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { gapDraft } from '../drafts/index.js'
import { type NodePlace, type RunningNode, unfinishedDraft } from './log-nodes.js'

/** How far a log is known not to be whole, whatever kind of log it is. */
interface LogState {
  /** Lines of the run that cannot be read. */
  readonly lost: number
  readonly began: boolean
  readonly broken: boolean
  /** The last line has no line feed and cannot be read. */
  readonly cut: boolean
  readonly ended: boolean
  /** What dbt's own end says. */
  readonly succeeded: boolean | null
  /** Of the log's last line. */
  readonly lastTime: string | null
}

/** What a log leaves open where it ends: the nodes that began and did not end, each at its place, and then its gaps. */
export function leftOpen(
  run: string,
  log: LogState,
  running: Iterable<RunningNode>,
  placeOf: (running: RunningNode) => NodePlace,
): DraftEvent[] {
  // Only dbt's own end without the node's, in a log from which nothing is missing, says that it was interrupted.
  const status = log.succeeded === false && !log.broken ? 'interrupted' : 'unknown'
  const gap = (is: boolean, reason: GapReason, count: number | null = null) =>
    is ? [gapDraft(run, reason, log.lastTime, count)] : []
  return [
    ...Array.from(running, (node) => unfinishedDraft(placeOf(node), node, status)),
    ...gap(log.lost > 0, 'log-unreadable-lines', log.lost),
    ...gap(!log.began, 'log-no-start'),
    ...gap(log.broken, 'log-broken'),
    ...gap(log.cut, 'log-truncated'),
    ...gap(!log.ended, 'log-no-end'),
  ]
}
