import type { DraftEvent } from '../../../src/events/index.js'
import { type FreshnessEvent, responseDraft } from '../artifacts/index.js'
import {
  completedDraft,
  count,
  engineOf,
  fraction,
  label,
  noFacts,
  SOURCES,
  startedDraft,
  utc,
  versionOf,
} from '../drafts/index.js'
import { commandOf, commandOfProcess, type Does, statusCounts } from '../expectations/index.js'
import type { Statement } from '../statements/index.js'
import { LogContinuity } from './log-continuity.js'
import { type Envelope, type LogLine, readLogLine } from './log-line.js'
import { finishedDraft, type NodeEvent, type NodePlace, type RunningNode, runningNode } from './log-nodes.js'
import type { LogReader, LogReaderOptions, LogSummary } from './log-reader.js'
import { loggedFreshness } from './logged-freshness.js'
import { LoggedInvocation } from './logged-invocation.js'
import { readRustStatement } from './rust-statement.js'
import { StatementTracker } from './statement-tracker.js'

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
  readonly #log: LoggedInvocation
  readonly #tracker = new StatementTracker()
  readonly #continuity = new LogContinuity()
  /** Starts without an end, by node: a microbatch model starts once more for each batch. */
  readonly #open = new Map<string, number>()
  /** Nodes that dbt said it would build or test; it says so of none that it only compiles. */
  readonly #announced = new Set<string>()
  /** Nodes whose statement dbt ended because it was interrupted itself. */
  readonly #cancelled = new Set<string>()
  readonly #attached = new Map<string, string>()
  /** Drafts that wait for `invocation.started`; undefined once it is out. */
  #waiting: DraftEvent[] | undefined = []
  #results: [string, string][] | undefined
  #selected: number | null = null
  #unnamed = 0

  constructor(options: LogReaderOptions) {
    this.#log = new LoggedInvocation('log', options, noFacts())
  }

  push(text: string, complete = true): DraftEvent[] {
    const log = this.#log
    const read = readLogLine(text)
    if (read.kind === 'blank') return []
    log.lines += 1
    if (read.kind === 'unreadable') {
      log.unreadable(text, complete)
      return []
    }
    const { envelope } = read
    if (!this.#isOurs(envelope)) return []
    this.#continuity.take(envelope.step)
    const time = utc(envelope.ts)
    log.passed(time, time)
    return read.kind === 'event' ? this.#take(read.line) : []
  }

  end(): DraftEvent[] {
    const log = this.#log
    log.strays.end(log.ended)
    // A file without one line of this invocation (dbt's text log) says nothing: not even that dbt was started.
    if (!log.spoke) return []
    const drafts = this.#statements(this.#tracker.settle())
    const broken = this.#breaks() + (log.options.missingParts ?? 0) > 0
    return this.#release([...drafts, ...log.leftOpen(broken, (node) => this.#doneTo(node))], true)
  }

  summary(): LogSummary {
    return this.#log.summary(this.#breaks(), {
      selected: this.#selected,
      otherLines: this.#log.strays.others + this.#unnamed,
      orphans: this.#tracker.orphans,
    })
  }

  #isOurs({ invocation, runId }: Envelope): boolean {
    if (invocation === null) {
      // dbt names the invocation in every line: what names none is another program's.
      this.#unnamed += 1
      return false
    }
    const { run, wrapped } = this.#log.options
    return this.#log.takes(invocation, wrapped === true && runId !== null && runId !== run)
  }

  /** Lines that must have been there: an end that says all went well while a node is open is one too. */
  #breaks(): number {
    const { succeeded, running, facts } = this.#log
    return this.#continuity.breaks(facts.adapter) + (succeeded === true ? running.size : 0)
  }

  #take(line: LogLine): DraftEvent[] {
    this.#learn(line)
    const rust = readRustStatement(line, () => this.#tracker.place())
    const drafts: DraftEvent[] = this.#statements(rust === null ? this.#tracker.take(line) : [rust])
    const { name } = line.info
    if (name === 'NodeStart' || name === 'LogHookStartLine') this.#begin(line)
    if (name === 'LogStartLine' || name === 'LogHookStartLine') this.#announce(line)
    if (name === 'NodeFinished' || name === 'LogHookEndLine') for (const draft of this.#finish(line)) drafts.push(draft)
    if (name === 'CommandCompleted' && !this.#log.ended) drafts.push(this.#complete(line))
    // dbt 1.4 says no more of its end than this.
    if (name === 'FlushEvents' && this.#log.facts.version?.startsWith('1.4.') === true) this.#log.ended = true
    return this.#release(drafts, STARTS.has(name))
  }

  /** Keeps what a line says of the invocation or of a node's test. */
  #learn({ info, data }: LogLine): void {
    const facts = this.#log.facts
    switch (info.name) {
      case 'MainReportVersion':
        this.#log.began = true
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
    const running = runningNode(line, this.#log.facts.adapter)
    if (running === null) return
    const { node, resourceType, materialized } = running
    // A batch's start says no more than its model's.
    if (!this.#log.running.has(node)) this.#log.running.set(node, running)
    this.#open.set(node, (this.#open.get(node) ?? 0) + 1)
    if (line.info.name === 'NodeStart') this.#log.begun.set(node, { resourceType, materialized })
  }

  #announce(line: LogLine): void {
    const node = label(line.data.node_info?.unique_id)
    if (node !== null) this.#announced.add(node)
  }

  #finish(line: LogLine): DraftEvent[] {
    const running = runningNode(line, this.#log.facts.adapter)
    if (running === null) return []
    const { node } = running
    const nth = this.#log.endings(node)
    const open = (this.#open.get(node) ?? 1) - 1
    this.#open.set(node, Math.max(open, 0))
    const does = this.#doneTo(running)
    const place = this.#log.place(nth, does)
    const draft = endOf(place, running, line, this.#attached.get(node) ?? null, this.#cancelled.has(node))
    const answered = { ...place, voice: 'log' as const, node, time: utc(line.info.ts) }
    const response = responseDraft(answered, line.data.run_result?.adapter_response)
    const drafts: DraftEvent[] = response === null ? [draft] : [draft, response]
    if (open > 0) return drafts
    this.#log.running.delete(node)
    this.#attached.delete(node)
    this.#log.statuses.push(draft.data.status)
    if (line.info.name === 'NodeFinished') this.#log.finished.add(node)
    return drafts
  }

  /** What the command does to a node, as far as the lines up to here tell. */
  #doneTo(running: RunningNode): Does {
    return this.#log.doneTo(running, this.#announced.has(running.node))
  }

  #complete(line: LogLine): DraftEvent {
    this.#log.ended = true
    this.#log.succeeded = line.data.success ?? null
    const { run } = this.#log.options
    this.#log.facts.command = commandOf(line.data.command) ?? this.#log.facts.command
    const { success, elapsed, completed_at: completedAt } = line.data
    return completedDraft(run, SOURCES.log, 'log', this.#log.name, utc(completedAt) ?? utc(line.info.ts), {
      success: success ?? null,
      elapsedSeconds: fraction(elapsed),
      // Without EndRunResult (interrupted runs, the Rust engine): the endings that were seen.
      results: this.#results ?? statusCounts(this.#log.statuses),
    })
  }

  #statements(statements: readonly Statement[]): DraftEvent[] {
    return statements.map((statement) => this.#log.statement(statement))
  }

  /** Puts `invocation.started` first: it waits until the log has said what it says of the invocation. */
  #release(drafts: DraftEvent[], known: boolean): DraftEvent[] {
    if (this.#waiting === undefined) return drafts
    for (const draft of drafts) this.#waiting.push(draft)
    if (!known && this.#waiting.length <= MAX_WAITING) return []
    const { run } = this.#log.options
    const started = startedDraft(run, SOURCES.log, 'log', this.#log.name, this.#log.firstTime, this.#log.facts)
    const released = [started, ...this.#waiting]
    this.#waiting = undefined
    return released
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
