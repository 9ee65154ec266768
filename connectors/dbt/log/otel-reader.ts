import type { DraftEvent } from '../../../src/events/index.js'
import { type FreshnessEvent, freshnessDraft, freshnessStatus } from '../artifacts/index.js'
import {
  completedDraft,
  count,
  draftOf,
  type InvocationFacts,
  label,
  later,
  nanosAsSeconds,
  nanosOf,
  noFacts,
  relationOf,
  SOURCES,
  sealedText,
  startedDraft,
  timestampOfNanos,
  versionOf,
} from '../drafts/index.js'
import {
  commandOf,
  type Does,
  isTestType,
  leavesRelation,
  type NodeKind,
  type NodeStatus,
  nodeExpectation,
  nodeStatus,
  resourceTypeOf,
  statusCounts,
  statusFor,
} from '../expectations/index.js'
import { type Statement, statementDraft } from '../statements/index.js'
import { leftOpen } from './left-open.js'
import type { NodeEvent, NodePlace, RunningNode } from './log-nodes.js'
import type { LogReader, LogReaderOptions, LogSummary } from './log-reader.js'
import { invocationOfTrace, type OtelRecord, parseRecord } from './otel-record.js'
import { asRecord, member, word } from './otel-values.js'
import { rustOrigin, rustOutcome } from './rust-statement.js'
import { StrayLines } from './stray-lines.js'

/**
 * Reads the Rust engine's OTel file (`--otel-file-name`, one JSON span or log record a line). Of that engine's sources
 * it tells most: a statement has a span's start and end, so one that was interrupted is still seen, and a node's end
 * carries its rows.
 */
export function createOtelReader(options: LogReaderOptions): LogReader {
  return new OtelReader(options)
}

class OtelReader implements LogReader {
  readonly #options: LogReaderOptions
  readonly #facts: InvocationFacts = { ...noFacts(), engine: 'dbt-fusion' }
  readonly #statements = new Map<string, Statement>()
  readonly #running = new Map<string, RunningNode>()
  readonly #endings = new Map<string, number>()
  readonly #begun = new Map<string, NodeKind>()
  readonly #finished = new Set<string>()
  readonly #statuses: string[] = []
  readonly #counters = { next: 0, lines: 0, foreign: 0 }
  readonly #strays = new StrayLines()
  #invocation: string | null
  #firstTime: string | null = null
  #lastTime: string | null = null
  #spoke = false
  #cut = false
  #began = false
  #ended = false
  #succeeded: boolean | null = null
  /** Ends of spans whose beginnings were not seen. */
  #orphans = 0
  #started = false

  constructor(options: LogReaderOptions) {
    this.#options = options
    this.#invocation = label(options.invocation)
  }

  push(line: string, complete = true): DraftEvent[] {
    if (line.trim() === '') return []
    this.#counters.lines += 1
    const read = parseRecord(line)
    if (read === null) {
      if (complete) this.#strays.unreadable(line, this.#invocation)
      else this.#cut = this.#spoke && !this.#ended
      return []
    }
    const invocation = invocationOfTrace(read.trace_id)
    if (invocation === null) return []
    this.#invocation ??= invocation
    if (invocation !== this.#invocation) {
      this.#counters.foreign += 1
      this.#strays.readable('others')
      return []
    }
    this.#spoke = true
    this.#strays.readable('ours')
    return this.#take(read)
  }

  end(): DraftEvent[] {
    const { run, missingParts = 0 } = this.#options
    this.#strays.end(this.#ended)
    if (!this.#spoke) return []
    // A file without its first lines still says that there was an invocation.
    const events: DraftEvent[] = this.#startInvocation({}, this.#firstTime)
    for (const statement of this.#statements.values()) events.push(this.#draft(statement))
    const broken = this.#orphans + missingParts > 0
    const state = {
      lost: this.#strays.lost,
      began: this.#began,
      broken,
      cut: this.#cut,
      ended: this.#ended,
      succeeded: this.#succeeded,
      lastTime: this.#lastTime,
    }
    const open = leftOpen(run, state, this.#running.values(), (node) => this.#place(this.#doneTo(node)))
    return [...events, ...open]
  }

  summary(): LogSummary {
    const { lines, foreign } = this.#counters
    return {
      voice: 'log',
      source: 'otel',
      invocation: this.#spoke ? this.#invocation : null,
      facts: { ...this.#facts },
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      spoke: this.#spoke,
      damaged: this.#cut || !this.#began || this.#orphans > 0 || this.#strays.lost > 0,
      ended: this.#ended,
      selected: null,
      begun: this.#begun,
      finished: this.#finished,
      lines,
      unreadable: this.#strays.lost,
      foreign,
      otherLines: this.#strays.others,
      orphans: this.#orphans,
    }
  }

  #take(read: OtelRecord): DraftEvent[] {
    const start = timestampOfNanos(read.start_time_unix_nano)
    const end = timestampOfNanos(read.end_time_unix_nano)
    this.#firstTime ??= start
    this.#lastTime = later(this.#lastTime, end ?? start)
    const kind = read.event_type?.split('.').at(-1) ?? ''
    if (read.record_type === 'LogRecord') return []
    if (read.record_type === 'SpanStart') return this.#begin(kind, read, start)
    return this.#end(kind, read, start, end)
  }

  #begin(kind: string, read: OtelRecord, start: string | null): DraftEvent[] {
    const attributes = read.attributes ?? {}
    if (kind === 'Invocation') {
      this.#began = true
      return this.#startInvocation(attributes, start)
    }
    if (kind === 'QueryExecuted') {
      this.#facts.adapter ??= label(attributes.adapter_type)
      this.#statements.set(read.span_id ?? '', statementOf(this.#counters.next++, attributes, start))
    }
    if (kind === 'NodeProcessed' || kind === 'HookProcessed') {
      const running = runningOf(attributes, start)
      if (running === null) return []
      this.#running.set(running.node, running)
      const { node, resourceType, materialized } = running
      if (kind === 'NodeProcessed') this.#begun.set(node, { resourceType, materialized })
    }
    return []
  }

  #end(kind: string, read: OtelRecord, start: string | null, end: string | null): DraftEvent[] {
    const attributes = read.attributes ?? {}
    if (kind === 'QueryExecuted') {
      const begun = this.#statements.get(read.span_id ?? '')
      if (begun === undefined) this.#orphans += 1
      const statement = begun ?? statementOf(this.#counters.next++, attributes, start)
      this.#statements.delete(read.span_id ?? '')
      const outcome = rustOutcome(word(attributes.query_outcome, 'QUERY_OUTCOME_'))
      return [
        this.#draft({ ...statement, outcome, elapsedSeconds: span(start, end), queryId: label(attributes.query_id) }),
      ]
    }
    if (kind === 'NodeProcessed' || kind === 'HookProcessed') return this.#finish(kind, read, start, end)
    if (kind === 'Invocation' && !this.#ended) return [this.#complete(attributes, read.status?.code, start, end)]
    return []
  }

  #startInvocation(attributes: Readonly<Record<string, unknown>>, start: string | null): DraftEvent[] {
    if (this.#started) return []
    this.#started = true
    const facts = this.#facts
    facts.version = versionOf(member(attributes.process_info, 'version'))
    facts.arguments = typeof attributes.raw_command === 'string' ? attributes.raw_command : null
    facts.command = commandOf(member(attributes.eval_args, 'command')) ?? commandOf(facts.arguments)
    facts.target = label(member(attributes.eval_args, 'target'))
    return [startedDraft(this.#options.run, SOURCES.otel, 'log', this.#name(), start, facts)]
  }

  #finish(kind: string, read: OtelRecord, start: string | null, end: string | null): DraftEvent[] {
    const attributes = read.attributes ?? {}
    const running = runningOf(attributes, start)
    if (running === null) return []
    if (!this.#running.delete(running.node)) this.#orphans += 1
    if (kind === 'NodeProcessed') this.#finished.add(running.node)
    const draft = this.#nodeDraft(running, attributes, read.status?.message, end)
    this.#statuses.push(draft.data.status)
    return [draft]
  }

  #nodeDraft(
    running: RunningNode,
    attributes: Readonly<Record<string, unknown>>,
    message: string | null | undefined,
    end: string | null,
  ): NodeEvent | FreshnessEvent {
    const does = this.#doneTo(running)
    const { run, source, invocation } = this.#place(does)
    const status = statusFor(does, statusOf(running.resourceType, attributes))
    if (running.resourceType === 'source')
      return freshnessOf({ run, source, time: end }, invocation, running, attributes)
    const common = {
      voice: 'log' as const,
      invocation,
      node: running.node,
      status,
      startedAt: running.startedAt,
      completedAt: end,
      executionSeconds: span(running.startedAt, end),
      thread: null,
      message: sealedText(message),
    }
    const nth = (this.#endings.get(running.node) ?? 0) + 1
    this.#endings.set(running.node, nth)
    const key = `${invocation}/log/node/${running.node}${nth > 1 ? `/${nth}` : ''}`
    if (isTestType(running.resourceType)) {
      const failing = member(attributes.node_test_detail, 'failing_rows')
      const failures = count(failing) ?? (status === 'pass' ? '0' : null)
      const data = { ...common, tested: [], severity: null, failures }
      return draftOf(run, source, key, 'dev.clyra.dbt.test.result.v1', end, data)
    }
    return draftOf(run, source, key, 'dev.clyra.dbt.node.executed.v1', end, {
      ...common,
      resourceType: running.resourceType,
      materialized: running.materialized,
      relation: leavesRelation(does) ? running.relation : null,
      adapterCode: null,
      rowsAffected: does === 'compiles' ? null : count(attributes.rows_affected),
    })
  }

  #complete(
    attributes: Readonly<Record<string, unknown>>,
    code: number | null | undefined,
    start: string | null,
    end: string | null,
  ): DraftEvent {
    this.#ended = true
    // OpenTelemetry status codes: 1 = ok, 2 = error.
    this.#succeeded = code === 1 ? true : code === 2 ? false : null
    const counts = Object.entries(asRecord(member(attributes.metrics, 'status_counts')))
    const results = counts
      .flatMap(([status, n]): [string, string][] => {
        const name = label(status)
        const value = count(n)
        return name === null || value === null ? [] : [[name, value]]
      })
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return completedDraft(this.#options.run, SOURCES.otel, 'log', this.#name(), end, {
      success: this.#succeeded,
      elapsedSeconds: span(start, end),
      results: results.length > 0 ? results : statusCounts(this.#statuses),
    })
  }

  #draft(statement: Statement): DraftEvent {
    const { run, fingerprintKey } = this.#options
    const context = {
      run,
      source: SOURCES.otel,
      invocation: this.#name(),
      fingerprintKey,
      adapter: this.#facts.adapter,
    }
    return statementDraft(context, statement)
  }

  /** What the command does to a node; the engine announces none in its spans. */
  #doneTo({ resourceType, materialized }: RunningNode): Does {
    const { engine, command } = this.#facts
    return nodeExpectation({ engine, command, announced: null }, { resourceType, materialized }).does
  }

  #place(does: Does): NodePlace {
    return { run: this.#options.run, source: SOURCES.otel, invocation: this.#name(), nth: 1, does }
  }

  #name(): string {
    // Holds: drafts are only made of records of an invocation that has a name.
    return this.#invocation ?? this.#options.run
  }
}

/** The spans name no threshold and, of a source that is late, no status: what is not an error is unknown. */
function freshnessOf(
  place: { run: string; source: string; time: string | null },
  invocation: string,
  { node, startedAt }: RunningNode,
  attributes: Readonly<Record<string, unknown>>,
): FreshnessEvent {
  const failed = freshnessStatus(statusOf('source', attributes)) === 'error'
  const age = member(attributes.node_freshness_outcome, 'age_seconds')
  return freshnessDraft(place, {
    voice: 'log',
    invocation,
    node,
    status: failed ? 'error' : 'unknown',
    maxLoadedAt: null,
    observedAt: null,
    ageSeconds: count(age),
    warnAfter: null,
    errorAfter: null,
    executionSeconds: span(startedAt, place.time),
    message: null,
  })
}

function statementOf(
  ordinal: number,
  attributes: Readonly<Record<string, unknown>>,
  startedAt: string | null,
): Statement {
  const node = label(attributes.unique_id)
  return {
    ordinal,
    node,
    origin: rustOrigin(node),
    connection: null,
    thread: null,
    kind: 'statement',
    text: typeof attributes.sql === 'string' ? attributes.sql : null,
    startedAt,
    time: startedAt,
    elapsedSeconds: null,
    outcome: 'unknown',
    answer: null,
    queryId: null,
  }
}

function runningOf(attributes: Readonly<Record<string, unknown>>, startedAt: string | null): RunningNode | null {
  const node = label(attributes.unique_id)
  if (node === null) return null
  const resourceType = word(attributes.node_type, 'NODE_TYPE_') ?? resourceTypeOf(node)
  const builds = resourceType === 'model' || resourceType === 'seed' || resourceType === 'snapshot'
  const materialized = label(word(attributes.materialization, 'NODE_MATERIALIZATION_'))
  const relation = relationOf(attributes.database, attributes.schema, attributes.identifier)
  return {
    node,
    resourceType,
    // The engine says `table` for what a manifest calls `seed`, and so on; both are kept as they were said.
    materialized,
    relation: builds && materialized !== 'ephemeral' ? relation : null,
    thread: null,
    startedAt,
  }
}

/** `NODE_OUTCOME_SUCCESS` of a test says that it ran; whether it passed stands in the test's own detail. */
function statusOf(resourceType: string, attributes: Readonly<Record<string, unknown>>): NodeStatus {
  const outcome = word(attributes.node_outcome ?? attributes.hook_outcome, 'NODE_OUTCOME_', 'HOOK_OUTCOME_')
  if (!isTestType(resourceType) || outcome !== 'success') return nodeStatus(outcome)
  const test = word(member(attributes.node_test_detail, 'test_outcome'), 'TEST_OUTCOME_')
  return test === undefined || test === 'passed' ? 'pass' : test === 'warned' ? 'warn' : nodeStatus(test)
}

function span(start: string | null, end: string | null): string | null {
  return start === null || end === null ? null : nanosAsSeconds(nanosOf(end) - nanosOf(start))
}
