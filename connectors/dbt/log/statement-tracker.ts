import { fraction, label, utc } from '../drafts/index.js'
import { type Origin, type Outcome, originOf, type Statement } from '../statements/index.js'
import type { LogLine } from './log-line.js'

/** A statement that was sent and has no answer yet. */
interface Pending {
  readonly ordinal: number
  readonly kind: 'statement' | 'commit'
  readonly node: string | null
  readonly origin: Origin
  readonly connection: string | null
  readonly thread: string | null
  readonly text: string | null
  startedAt: string | null
  /** A commit: the statement that carries it out was seen too. */
  sent: boolean
  /** What an error that the adapter logged says of it. */
  failed: Outcome | null
}

/**
 * Ties each `SQLQuery` of dbt 1.x to its `SQLQueryStatus`: dbt gives them nothing in common but thread and order.
 * A thread has at most one statement under way, so memory is bounded by the number of threads.
 *
 * A statement that got no status ends when its thread goes on: `error` where the adapter logged an error for it that
 * is not a lost connection, else `unknown`. dbt's `SQLCommit` and the `SQLQuery` "COMMIT" that an SQL adapter sends
 * for it are one record of kind `commit`; a `Rollback` is one of kind `rollback` whose outcome the log never has.
 */
export class StatementTracker {
  readonly #pending = new Map<string, Pending>()
  #next = 0
  /** Statuses for which no statement was under way: lines before them are missing. */
  orphans = 0

  /** Takes one line; returns the statements that are now known as far as the log will ever tell. */
  take(line: LogLine): Statement[] {
    const thread = line.info.thread ?? ''
    switch (line.info.name) {
      case 'SQLQuery':
        return this.#query(line, thread)
      case 'SQLQueryStatus':
        return this.#status(line, thread)
      case 'SQLCommit': {
        const ended = this.settle(thread)
        this.#pending.set(thread, this.#pendingOf(line, 'commit', null))
        return ended
      }
      case 'Rollback':
      case 'RollbackFailed':
        return [this.#rollback(line)]
      case 'AdapterEventDebug':
      case 'AdapterEventError':
        this.#failed(thread, isAdapterError(line), line.data.base_msg)
        return []
      case 'CatchableExceptionOnRun':
      case 'InternalErrorOnRun':
      case 'GenericExceptionOnRun':
        this.#failed(thread, /^\s*Database Error/.test(line.data.exc ?? ''), line.data.exc)
        return []
      case 'NodeStart':
      case 'NodeFinished':
      case 'LogHookStartLine':
      case 'LogHookEndLine':
        return this.settle(thread)
      default:
        return []
    }
  }

  /** Ends what is under way in one thread, or in all of them, without a status. */
  settle(thread?: string): Statement[] {
    const keys = thread === undefined ? [...this.#pending.keys()] : [thread]
    return keys.flatMap((key) => {
      const pending = this.#pending.get(key)
      this.#pending.delete(key)
      return pending === undefined ? [] : [ended(pending, pending.failed ?? 'unknown', null)]
    })
  }

  /** The next place among the statements of the source. */
  place(): number {
    return this.#next++
  }

  #query(line: LogLine, thread: string): Statement[] {
    const announced = this.#pending.get(thread)
    const isCommit = /^\s*commit\s*;?\s*$/i.test(line.data.sql ?? '')
    if (announced?.kind === 'commit' && !announced.sent && isCommit) {
      announced.sent = true
      announced.startedAt = utc(line.info.ts)
      return []
    }
    const before = this.settle(thread)
    this.#pending.set(thread, this.#pendingOf(line, 'statement', line.data.sql ?? null))
    return before
  }

  #status(line: LogLine, thread: string): Statement[] {
    const pending = this.#pending.get(thread)
    if (pending === undefined) {
      this.orphans += 1
      return []
    }
    this.#pending.delete(thread)
    return [ended(pending, 'success', line)]
  }

  #failed(thread: string, isError: boolean, message: string | undefined): void {
    const pending = this.#pending.get(thread)
    if (pending === undefined || !isError) return
    const text = message ?? ''
    if (SESSION_ENDED.test(text)) pending.failed = pending.kind === 'commit' ? 'unknown' : 'error'
    else pending.failed = CONNECTION_LOST.test(text) ? 'unknown' : 'error'
  }

  #rollback(line: LogLine): Statement {
    const outcome = line.info.name === 'RollbackFailed' ? 'error' : 'unknown'
    const { failed: _, sent: __, ...place } = this.#pendingOf(line, 'commit', null)
    return {
      ...place,
      kind: 'rollback',
      time: utc(line.info.ts),
      elapsedSeconds: null,
      outcome,
      answer: null,
      queryId: null,
    }
  }

  #pendingOf(line: LogLine, kind: 'statement' | 'commit', text: string | null): Pending {
    const connection = label(line.data.conn_name)
    const node = label(line.data.node_info?.unique_id) ?? nodeOfConnection(connection)
    return {
      ordinal: this.place(),
      kind,
      node,
      origin: originOf(node, connection),
      connection,
      thread: label(line.info.thread),
      text,
      startedAt: utc(line.info.ts),
      sent: false,
      failed: null,
    }
  }
}

/**
 * `Postgres error: ...`, `Snowflake error: ...`, `Databricks adapter: Exception while ...`. "Error running SQL" follows
 * any exception, also those that have nothing to do with the statement.
 */
const ADAPTER_ERROR = /^(?!Error running SQL)[^\n]{0,80}\b(error|exception)\b/i
/**
 * Whether the adapter says that what is under way failed. DuckDB works inside dbt's own process: no answer can be lost on
 * the way, and dbt-duckdb before 1.10 says nothing but "Error running SQL".
 */
function isAdapterError({ data: { base_msg: message = '', name } }: LogLine): boolean {
  return ADAPTER_ERROR.test(message) || (name === 'DuckDB' && message.startsWith('Error running SQL'))
}
/** The server said that it ended the session: the statement was undone, unless it was the COMMIT itself. */
const SESSION_ENDED = /terminating connection due to/i
/** The answer was lost, not refused: what was sent may have been done. */
const CONNECTION_LOST =
  /server closed the connection|connection (was |has been )?(already )?(closed|lost|reset)|SSL SYSCALL|could not receive data|broken pipe|(connection|read|operation) timed out|EOF detected/i

/** dbt names a node's connection after the node. */
function nodeOfConnection(connection: string | null): string | null {
  return connection !== null && /^(model|seed|snapshot|test|unit_test|operation|analysis|function)\./.test(connection)
    ? connection
    : null
}

function ended(pending: Pending, outcome: Outcome, status: LogLine | null): Statement {
  const { failed: _, sent: __, ...statement } = pending
  return {
    ...statement,
    time: pending.startedAt,
    elapsedSeconds: fraction(status?.data.elapsed),
    outcome,
    answer: status?.data.status ?? null,
    queryId: label(status?.data.query_id),
  }
}
