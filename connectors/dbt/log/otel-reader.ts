import type { DraftEvent } from '../../../src/events/index.js'
import { type FreshnessEvent, freshnessDraft, freshnessStatus } from '../artifacts/index.js'
import {
  completedDraft,
  count,
  draftOf,
  label,
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
  type NodeStatus,
  nodeStatus,
  resourceTypeOf,
  statusCounts,
  statusFor,
} from '../expectations/index.js'
import type { Statement } from '../statements/index.js'
import type { NodeEvent, RunningNode } from './log-nodes.js'
import type { LogReader, LogReaderOptions, LogSummary } from './log-reader.js'
import { LoggedInvocation } from './logged-invocation.js'
import { invocationOfTrace, type OtelRecord, parseRecord } from './otel-record.js'
import { asRecord, member, word } from './otel-values.js'
import { rustOrigin, rustOutcome } from './rust-statement.js'

/**
 * Reads the Rust engine's OTel file (`--otel-file-name`, one JSON span or log record a line). Of that engine's sources
 * it tells most: a statement has a span's start and end, so one that was interrupted is still seen, and a node's end
 * carries its rows.
 */
export function createOtelReader(options: LogReaderOptions): LogReader {
  return new OtelReader(options)
}

class OtelReader implements LogReader {
  readonly #log: LoggedInvocation
  readonly #statements = new Map<string, Statement>()
  #next = 0
  /** Ends of spans whose beginnings were not seen. */
  #orphans = 0
  #started = false

  constructor(options: LogReaderOptions) {
    this.#log = new LoggedInvocation('otel', options, { ...noFacts(), engine: 'dbt-fusion' })
  }

  push(line: string, complete = true): DraftEvent[] {
    if (line.trim() === '') return []
    const log = this.#log
    log.lines += 1
    const read = parseRecord(line)
    if (read === null) {
      log.unreadable(line, complete)
      return []
    }
    const invocation = invocationOfTrace(read.trace_id)
    return invocation !== null && log.takes(invocation) ? this.#take(read) : []
  }

  end(): DraftEvent[] {
    const log = this.#log
    log.strays.end(log.ended)
    if (!log.spoke) return []
    // A file without its first lines still says that there was an invocation.
    const events = this.#startInvocation({}, log.firstTime)
    for (const statement of this.#statements.values()) events.push(log.statement(statement))
    const broken = this.#orphans + (log.options.missingParts ?? 0) > 0
    return [...events, ...log.leftOpen(broken, (node) => this.#doneTo(node))]
  }

  summary(): LogSummary {
    const orphans = this.#orphans
    return this.#log.summary(orphans, { selected: null, otherLines: this.#log.strays.others, orphans })
  }

  #take(read: OtelRecord): DraftEvent[] {
    const start = timestampOfNanos(read.start_time_unix_nano)
    const end = timestampOfNanos(read.end_time_unix_nano)
    this.#log.passed(start, end ?? start)
    const kind = read.event_type?.split('.').at(-1) ?? ''
    if (read.record_type === 'LogRecord') return []
    if (read.record_type === 'SpanStart') return this.#begin(kind, read, start)
    return this.#end(kind, read, start, end)
  }

  #begin(kind: string, read: OtelRecord, start: string | null): DraftEvent[] {
    const attributes = read.attributes ?? {}
    if (kind === 'Invocation') {
      this.#log.began = true
      return this.#startInvocation(attributes, start)
    }
    if (kind === 'QueryExecuted') {
      this.#log.facts.adapter ??= label(attributes.adapter_type)
      this.#statements.set(read.span_id ?? '', statementOf(this.#next++, attributes, start))
    }
    if (kind === 'NodeProcessed' || kind === 'HookProcessed') {
      const running = runningOf(attributes, start)
      if (running === null) return []
      this.#log.running.set(running.node, running)
      const { node, resourceType, materialized } = running
      if (kind === 'NodeProcessed') this.#log.begun.set(node, { resourceType, materialized })
    }
    return []
  }

  #end(kind: string, read: OtelRecord, start: string | null, end: string | null): DraftEvent[] {
    const attributes = read.attributes ?? {}
    if (kind === 'QueryExecuted') {
      const begun = this.#statements.get(read.span_id ?? '')
      if (begun === undefined) this.#orphans += 1
      const statement = begun ?? statementOf(this.#next++, attributes, start)
      this.#statements.delete(read.span_id ?? '')
      const outcome = rustOutcome(word(attributes.query_outcome, 'QUERY_OUTCOME_'))
      return [
        this.#log.statement({
          ...statement,
          outcome,
          elapsedSeconds: span(start, end),
          queryId: label(attributes.query_id),
        }),
      ]
    }
    if (kind === 'NodeProcessed' || kind === 'HookProcessed') return this.#finish(kind, read, start, end)
    if (kind === 'Invocation' && !this.#log.ended) return [this.#complete(attributes, read.status?.code, start, end)]
    return []
  }

  #startInvocation(attributes: Readonly<Record<string, unknown>>, start: string | null): DraftEvent[] {
    if (this.#started) return []
    this.#started = true
    const facts = this.#log.facts
    facts.version = versionOf(member(attributes.process_info, 'version'))
    facts.arguments = typeof attributes.raw_command === 'string' ? attributes.raw_command : null
    facts.command = commandOf(member(attributes.eval_args, 'command')) ?? commandOf(facts.arguments)
    facts.target = label(member(attributes.eval_args, 'target'))
    return [startedDraft(this.#log.options.run, SOURCES.otel, 'log', this.#log.name, start, facts)]
  }

  #finish(kind: string, read: OtelRecord, start: string | null, end: string | null): DraftEvent[] {
    const attributes = read.attributes ?? {}
    const running = runningOf(attributes, start)
    if (running === null) return []
    if (!this.#log.running.delete(running.node)) this.#orphans += 1
    if (kind === 'NodeProcessed') this.#log.finished.add(running.node)
    const draft = this.#nodeDraft(running, attributes, read.status?.message, end)
    this.#log.statuses.push(draft.data.status)
    return [draft]
  }

  #nodeDraft(
    running: RunningNode,
    attributes: Readonly<Record<string, unknown>>,
    message: string | null | undefined,
    end: string | null,
  ): NodeEvent | FreshnessEvent {
    const does = this.#doneTo(running)
    const { run, source, invocation } = this.#log.place(1, does)
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
    const nth = this.#log.endings(running.node)
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
    this.#log.ended = true
    // OpenTelemetry status codes: 1 = ok, 2 = error.
    this.#log.succeeded = code === 1 ? true : code === 2 ? false : null
    const counts = Object.entries(asRecord(member(attributes.metrics, 'status_counts')))
    const results = counts
      .flatMap(([status, n]): [string, string][] => {
        const name = label(status)
        const value = count(n)
        return name === null || value === null ? [] : [[name, value]]
      })
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return completedDraft(this.#log.options.run, SOURCES.otel, 'log', this.#log.name, end, {
      success: this.#log.succeeded,
      elapsedSeconds: span(start, end),
      results: results.length > 0 ? results : statusCounts(this.#log.statuses),
    })
  }

  /** What the command does to a node; the engine announces none in its spans. */
  #doneTo(running: RunningNode): Does {
    return this.#log.doneTo(running, null)
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
