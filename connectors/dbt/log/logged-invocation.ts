import type { GapReason } from '../../../src/events/codes/index.js'
import type { DraftEvent } from '../../../src/events/index.js'
import { gapDraft, type InvocationFacts, label, later, SOURCES } from '../drafts/index.js'
import { type Does, type NodeKind, nodeExpectation } from '../expectations/index.js'
import { type Statement, statementDraft } from '../statements/index.js'
import { type NodePlace, type RunningNode, unfinishedDraft } from './log-nodes.js'
import type { LogReaderOptions, LogSummary } from './log-reader.js'
import { StrayLines } from './stray-lines.js'

/**
 * What one log has told so far of its invocation, and whose its lines are: the state that the readers of dbt's log and
 * of the Rust engine's spans keep alike.
 */
export class LoggedInvocation {
  readonly options: LogReaderOptions
  readonly facts: InvocationFacts
  /** Nodes that began and did not end. */
  readonly running = new Map<string, RunningNode>()
  /** Those of `LogSummary.begun`. */
  readonly begun = new Map<string, NodeKind>()
  /** Those of `LogSummary.finished`. */
  readonly finished = new Set<string>()
  /** With what the nodes ended, one after the other. */
  readonly statuses: string[] = []
  readonly strays = new StrayLines()
  lines = 0
  firstTime: string | null = null
  lastTime: string | null = null
  /** Its own beginning was seen. */
  began = false
  /** Its own end was seen. */
  ended = false
  /** What that end says. */
  succeeded: boolean | null = null
  /** A line of it was read. */
  spoke = false
  /** The last line has no line feed and cannot be read. */
  cut = false
  readonly #source: 'log' | 'otel'
  readonly #endings = new Map<string, number>()
  #invocation: string | null
  #foreign = 0

  constructor(source: 'log' | 'otel', options: LogReaderOptions, facts: InvocationFacts) {
    this.#source = source
    this.options = options
    this.facts = facts
    this.#invocation = label(options.invocation)
  }

  /** Its name. Drafts are only made of lines of an invocation that has one; the run id stands in for none. */
  get name(): string {
    return this.#invocation ?? this.options.run
  }

  unreadable(line: string, complete: boolean): void {
    if (complete) this.strays.unreadable(line, this.#invocation)
    else this.cut = this.spoke && !this.ended
  }

  /** Whether a line is of this invocation: of the first one that is not of another run, where none was asked for. */
  takes(invocation: string, ofAnotherRun = false): boolean {
    if (!ofAnotherRun) this.#invocation ??= invocation
    const ours = !ofAnotherRun && invocation === this.#invocation
    if (ours) this.spoke = true
    else this.#foreign += 1
    this.strays.readable(ours ? 'ours' : 'others')
    return ours
  }

  /** A line of it tells of the time from `start` to `end`. */
  passed(start: string | null, end: string | null): void {
    this.firstTime ??= start
    this.lastTime = later(this.lastTime, end)
  }

  /** How often a node ended, this time included. */
  endings(node: string): number {
    const nth = (this.#endings.get(node) ?? 0) + 1
    this.#endings.set(node, nth)
    return nth
  }

  /** `announced`: whether dbt said that it would build or test the node; null where it says so of none. */
  doneTo({ resourceType, materialized }: RunningNode, announced: boolean | null): Does {
    const { engine, command } = this.facts
    return nodeExpectation({ engine, command, announced }, { resourceType, materialized }).does
  }

  place(nth: number, does: Does): NodePlace {
    return { run: this.options.run, source: SOURCES[this.#source], invocation: this.name, nth, does }
  }

  statement(statement: Statement): DraftEvent {
    const { run, fingerprintKey } = this.options
    const { adapter } = this.facts
    const context = { run, source: SOURCES[this.#source], invocation: this.name, fingerprintKey, adapter }
    return statementDraft(context, statement)
  }

  /**
   * What the log leaves open where it ends: the nodes that began and did not end, and then its gaps. `broken`: lines
   * must have been there that are not. `does`: what the command does to a node.
   */
  leftOpen(broken: boolean, does: (node: RunningNode) => Does): DraftEvent[] {
    const { lost } = this.strays
    // Only dbt's own end without the node's, in a log from which nothing is missing, says that it was interrupted.
    const status = this.succeeded === false && !broken ? 'interrupted' : 'unknown'
    const gap = (is: boolean, reason: GapReason, count: number | null = null) =>
      is ? [gapDraft(this.options.run, reason, this.lastTime, count)] : []
    return [
      ...Array.from(this.running.values(), (node) => unfinishedDraft(this.place(1, does(node)), node, status)),
      ...gap(lost > 0, 'log-unreadable-lines', lost),
      ...gap(!this.began, 'log-no-start'),
      ...gap(broken, 'log-broken'),
      ...gap(this.cut, 'log-truncated'),
      ...gap(!this.ended, 'log-no-end'),
    ]
  }

  /** `breaks`: how often lines must have been there that are not. */
  summary(breaks: number, rest: Pick<LogSummary, 'selected' | 'otherLines' | 'orphans'>): LogSummary {
    const { facts, firstTime, lastTime, spoke, ended, begun, finished, lines } = this
    const { lost } = this.strays
    return {
      voice: 'log',
      source: this.#source,
      invocation: spoke ? this.#invocation : null,
      facts: { ...facts },
      firstTime,
      lastTime,
      spoke,
      damaged: this.cut || !this.began || breaks > 0 || lost > 0,
      ended,
      begun,
      finished,
      lines,
      unreadable: lost,
      foreign: this.#foreign,
      ...rest,
    }
  }
}
