import type { DraftEvent } from '../../../src/events/index.js'
import { type FreshnessEvent, responseDraft } from '../artifacts/index.js'
import {
  completedDraft,
  count,
  engineOf,
  fraction,
  type InvocationFacts,
  label,
  later,
  noFacts,
  SOURCES,
  startedDraft,
  utc,
  versionOf,
} from '../drafts/index.js'
import {
  commandOf,
  commandOfProcess,
  type Does,
  type NodeKind,
  nodeExpectation,
  statusCounts,
} from '../expectations/index.js'
import { type Statement, type StatementContext, statementDraft } from '../statements/index.js'
import { leftOpen } from './left-open.js'
import { LogContinuity } from './log-continuity.js'
import { type Envelope, type LogLine, readLogLine } from './log-line.js'
import { finishedDraft, type NodeEvent, type NodePlace, type RunningNode, runningNode } from './log-nodes.js'
import { loggedFreshness } from './logged-freshness.js'
import { readRustStatement } from './rust-statement.js'
import { StatementTracker } from './statement-tracker.js'
import { StrayLines } from './stray-lines.js'

export interface LogReaderOptions {
  /** The run id R: every id is made of it. */
  readonly run: string
  /** The key for fingerprints of exact texts; without it statements carry none. */
  readonly fingerprintKey?: Uint8Array | undefined
  /** Only lines of this invocation; default: the invocation of the first line. */
  readonly invocation?: string | undefined
  /** Lines that carry another wrapper's run id are of another run. */
  readonly wrapped?: boolean | undefined
  /** Parts of a rotated log that must have been there and are not. */
  readonly missingParts?: number | undefined
}

/** What a log told of its run as a whole. */
export interface LogSummary {
  readonly voice: 'log'
  readonly source: 'log' | 'otel' | 'query-log'
  readonly invocation: string | null
  readonly facts: InvocationFacts
  readonly firstTime: string | null
  readonly lastTime: string | null
  /** Lines of this invocation were read; without one the log says nothing, not even that dbt was started. */
  readonly spoke: boolean
  /** Lines of it are known to be missing: its beginning, or something in its middle. */
  readonly damaged: boolean
  /** The log says how the command ended. */
  readonly ended: boolean
  /** How many nodes were selected, where the log says so. */
  readonly selected: number | null
  /** Nodes that began, as far as dbt counts them as nodes (a build's hooks are not), with what they are. */
  readonly begun: ReadonlyMap<string, NodeKind>
  /** Those of them that ended. */
  readonly finished: ReadonlySet<string>
  readonly lines: number
  /** Damaged lines of this invocation. */
  readonly unreadable: number
  /** Lines, or statements, of other invocations in the same file. */
  readonly foreign: number
  /** Lines of text, and of whatever else stands in the file. */
  readonly otherLines: number
  /** Answers without a statement: lines before them are missing. */
  readonly orphans: number
}

/** An incremental reader of one log: lines in, drafts out, in an order that depends on the lines alone. */
export interface LogReader {
  /** `complete`: false for a last line without its line feed. Never throws. */
  push(line: string, complete?: boolean): DraftEvent[]
  /** The end of the file: statements and nodes still open, and the gaps. To be called once. */
  end(): DraftEvent[]
  summary(): LogSummary
}

/** Records before `invocation.started` that may wait for what the log says of the invocation. */
const MAX_WAITING = 256

/**
 * Reads the JSON log of dbt 1.4 to 1.12 (`--log-format json` or `--log-format-file json`, level debug) and of the Rust
 * engine (`--log-format json`). Memory is bounded by threads and nodes, not by the size of the log.
 */
export function createDbtLogReader(options: LogReaderOptions): LogReader {
  return new JsonLogReader(options)
}

class JsonLogReader implements LogReader {
  readonly #options: LogReaderOptions
  readonly #tracker = new StatementTracker()
  readonly #facts = noFacts()
  readonly #running = new Map<string, RunningNode>()
  readonly #endings = new Map<string, number>()
  readonly #begun = new Map<string, NodeKind>()
  /** Starts without an end, by node: a microbatch model starts once more for each batch. */
  readonly #open = new Map<string, number>()
  /** Nodes that dbt said it would build or test; it says so of none that it only compiles. */
  readonly #announced = new Set<string>()
  readonly #finished = new Set<string>()
  /** Nodes whose statement dbt ended because it was interrupted itself. */
  readonly #cancelled = new Set<string>()
  readonly #statuses: string[] = []
  readonly #attached = new Map<string, string>()
  /** Drafts that wait for `invocation.started`; undefined once it is out. */
  #waiting: DraftEvent[] | undefined = []
  #invocation: string | null
  #results: [string, string][] | undefined
  #firstTime: string | null = null
  #lastTime: string | null = null
  #selected: number | null = null
  /** dbt's own beginning was seen: its version report is the first line of an invocation. */
  #began = false
  #ended = false
  #succeeded: boolean | null = null
  #spoke = false
  #lines = 0
  #foreign = 0
  #unnamed = 0
  #cut = false
  readonly #strays = new StrayLines()
  readonly #continuity = new LogContinuity()

  constructor(options: LogReaderOptions) {
    this.#options = options
    this.#invocation = label(options.invocation)
  }

  push(text: string, complete = true): DraftEvent[] {
    const read = readLogLine(text)
    if (read.kind === 'blank') return []
    this.#lines += 1
    if (read.kind === 'unreadable') {
      if (complete) this.#strays.unreadable(text, this.#invocation)
      else this.#cut = this.#spoke && !this.#ended
      return []
    }
    const { envelope } = read
    if (!this.#isOurs(envelope)) return []
    this.#spoke = true
    this.#strays.readable('ours')
    this.#continuity.take(envelope.step)
    const time = utc(envelope.ts)
    this.#firstTime ??= time
    this.#lastTime = later(this.#lastTime, time)
    return read.kind === 'event' ? this.#take(read.line) : []
  }

  end(): DraftEvent[] {
    const { run, missingParts = 0 } = this.#options
    this.#strays.end(this.#ended)
    // A file without one line of this invocation (dbt's text log) says nothing: not even that dbt was started.
    if (!this.#spoke) return []
    const drafts: DraftEvent[] = this.#statements(this.#tracker.settle())
    const broken = this.#breaks() + missingParts > 0
    const state = {
      lost: this.#strays.lost,
      began: this.#began,
      broken,
      cut: this.#cut,
      ended: this.#ended,
      succeeded: this.#succeeded,
      lastTime: this.#lastTime,
    }
    const open = leftOpen(run, state, this.#running.values(), (node) => this.#place(1, this.#doneTo(node)))
    return this.#release([...drafts, ...open], true)
  }

  summary(): LogSummary {
    return {
      voice: 'log',
      source: 'log',
      invocation: this.#spoke ? this.#invocation : null,
      facts: { ...this.#facts },
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      spoke: this.#spoke,
      damaged: this.#cut || !this.#began || this.#breaks() > 0 || this.#strays.lost > 0,
      ended: this.#ended,
      selected: this.#selected,
      begun: this.#begun,
      finished: this.#finished,
      lines: this.#lines,
      unreadable: this.#strays.lost,
      foreign: this.#foreign,
      otherLines: this.#strays.others + this.#unnamed,
      orphans: this.#tracker.orphans,
    }
  }

  #isOurs({ invocation, runId }: Envelope): boolean {
    const { run, wrapped } = this.#options
    if (invocation === null) {
      // dbt names the invocation in every line: what names none is another program's.
      this.#unnamed += 1
      return false
    }
    const another = wrapped === true && runId !== null && runId !== run
    if (!another) this.#invocation ??= invocation
    if (!another && invocation === this.#invocation) return true
    this.#foreign += 1
    this.#strays.readable('others')
    return false
  }

  /** Lines that must have been there: an end that says all went well while a node is open is one too. */
  #breaks(): number {
    const open = this.#succeeded === true ? this.#running.size : 0
    return this.#continuity.breaks(this.#facts.adapter) + open
  }

  #take(line: LogLine): DraftEvent[] {
    this.#learn(line)
    const rust = readRustStatement(line, () => this.#tracker.place())
    const drafts: DraftEvent[] = this.#statements(rust === null ? this.#tracker.take(line) : [rust])
    const { name } = line.info
    if (name === 'NodeStart' || name === 'LogHookStartLine') this.#begin(line)
    if (name === 'LogStartLine' || name === 'LogHookStartLine') this.#announce(line)
    if (name === 'NodeFinished' || name === 'LogHookEndLine') for (const draft of this.#finish(line)) drafts.push(draft)
    if (name === 'CommandCompleted' && !this.#ended) drafts.push(this.#complete(line))
    // dbt 1.4 says no more of its end than this.
    if (name === 'FlushEvents' && this.#facts.version?.startsWith('1.4.') === true) this.#ended = true
    return this.#release(drafts, STARTS.has(name))
  }

  /** Keeps what a line says of the invocation or of a node's test. */
  #learn({ info, data }: LogLine): void {
    const facts = this.#facts
    switch (info.name) {
      case 'MainReportVersion':
        this.#began = true
        facts.version = versionOf(data.version)
        facts.engine = info.msg?.includes('dbt-fusion') ? 'dbt-fusion' : engineOf(facts.version)
        break
      case 'MainReportArgs':
        facts.arguments = typeof data.args?.invocation_command === 'string' ? data.args.invocation_command : null
        facts.command = commandOfProcess(facts.arguments)
        break
      case 'AdapterRegistered':
        facts.adapter = label(data.adapter_name)
        break
      case 'StateCheckVarsHash':
        facts.target ??= label(data.target)
        break
      case 'ConcurrencyLine':
        facts.target = label(data.target_name) ?? facts.target
        facts.threads = Number.isInteger(data.num_threads) && data.num_threads! > 0 ? data.num_threads! : null
        this.#selected = count(data.node_count) === null ? null : data.node_count!
        break
      case 'LogTestResult': {
        const test = label(data.node_info?.unique_id)
        const attached = label(data.attached_node)
        if (test !== null && attached !== null) this.#attached.set(test, attached)
        break
      }
      // Of the two lines the first comes before the statement's error can, on an adapter that writes it.
      case 'AdapterEventDebug':
      case 'LogCancelLine': {
        const node = label(/^Cancelling query '([^']+)'/.exec(data.base_msg ?? '')?.[1] ?? data.conn_name)
        if (node !== null) this.#cancelled.add(node)
        break
      }
      case 'EndRunResult':
        if (data.results !== undefined)
          this.#results = statusCounts(data.results.map((r) => label(r.status) ?? 'unknown'))
    }
  }

  #begin(line: LogLine): void {
    const running = runningNode(line, this.#facts.adapter)
    if (running === null) return
    const { node, resourceType, materialized } = running
    // A batch's start says no more than its model's.
    if (!this.#running.has(node)) this.#running.set(node, running)
    this.#open.set(node, (this.#open.get(node) ?? 0) + 1)
    if (line.info.name === 'NodeStart') this.#begun.set(node, { resourceType, materialized })
  }

  #announce(line: LogLine): void {
    const node = label(line.data.node_info?.unique_id)
    if (node !== null) this.#announced.add(node)
  }

  #finish(line: LogLine): DraftEvent[] {
    const running = runningNode(line, this.#facts.adapter)
    if (running === null) return []
    const { node } = running
    const nth = (this.#endings.get(node) ?? 0) + 1
    this.#endings.set(node, nth)
    const open = (this.#open.get(node) ?? 1) - 1
    this.#open.set(node, Math.max(open, 0))
    const does = this.#doneTo(running)
    const place = this.#place(nth, does)
    const draft = endOf(place, running, line, this.#attached.get(node) ?? null, this.#cancelled.has(node))
    const answered = { ...place, voice: 'log' as const, node, time: utc(line.info.ts) }
    const response = responseDraft(answered, line.data.run_result?.adapter_response)
    const drafts: DraftEvent[] = response === null ? [draft] : [draft, response]
    if (open > 0) return drafts
    this.#running.delete(node)
    this.#attached.delete(node)
    this.#statuses.push(draft.data.status)
    if (line.info.name === 'NodeFinished') this.#finished.add(node)
    return drafts
  }

  /** What the command does to a node, as far as the lines up to here tell. */
  #doneTo({ node, resourceType, materialized }: RunningNode): Does {
    const { engine, command } = this.#facts
    const announced = this.#announced.has(node)
    return nodeExpectation({ engine, command, announced }, { resourceType, materialized }).does
  }

  #complete(line: LogLine): DraftEvent {
    this.#ended = true
    this.#succeeded = line.data.success ?? null
    const { run } = this.#options
    this.#facts.command = commandOf(line.data.command) ?? this.#facts.command
    const { success, elapsed, completed_at: completedAt } = line.data
    return completedDraft(run, SOURCES.log, 'log', this.#name(), utc(completedAt) ?? utc(line.info.ts), {
      success: success ?? null,
      elapsedSeconds: fraction(elapsed),
      // Without EndRunResult (interrupted runs, the Rust engine): the endings that were seen.
      results: this.#results ?? statusCounts(this.#statuses),
    })
  }

  #statements(statements: readonly Statement[]): DraftEvent[] {
    const context: StatementContext = {
      run: this.#options.run,
      source: SOURCES.log,
      invocation: this.#name(),
      fingerprintKey: this.#options.fingerprintKey,
      adapter: this.#facts.adapter,
    }
    return statements.map((statement) => statementDraft(context, statement))
  }

  /** Puts `invocation.started` first: it waits until the log has said what it says of the invocation. */
  #release(drafts: DraftEvent[], known: boolean): DraftEvent[] {
    if (this.#waiting === undefined) return drafts
    for (const draft of drafts) this.#waiting.push(draft)
    if (!known && this.#waiting.length <= MAX_WAITING) return []
    const { run } = this.#options
    const started = startedDraft(run, SOURCES.log, 'log', this.#name(), this.#firstTime, this.#facts)
    const released = [started, ...this.#waiting]
    this.#waiting = undefined
    return released
  }

  #place(nth: number, does: Does): NodePlace {
    return { run: this.#options.run, source: SOURCES.log, invocation: this.#name(), nth, does }
  }

  #name(): string {
    // Holds: drafts are only made of lines of an invocation that has a name.
    return this.#invocation ?? this.#options.run
  }
}

/** Of a source its freshness was looked up; everything else was executed. */
function endOf(
  place: NodePlace,
  running: RunningNode,
  line: LogLine,
  attachedTo: string | null,
  cancelled: boolean,
): NodeEvent | FreshnessEvent {
  if (running.resourceType === 'source') return loggedFreshness(place, running.node, line)
  return finishedDraft(place, running, line, attachedTo, cancelled)
}

/** By these events dbt has said all that it says of the invocation as such. */
const STARTS = new Set(['NodeStart', 'LogHookStartLine', 'EndRunResult', 'CommandCompleted'])
