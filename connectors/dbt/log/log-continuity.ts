import type { LogStep } from './log-line.js'

/** What a thread of dbt's is in the middle of. */
type Under = 'announced' | 'asked' | null

/**
 * Adapters whose statements always come as announcement (`ConnectionUsed`), question (`SQLQuery`) and answer
 * (`SQLQueryStatus`, or an error) of one thread and one connection, as seen on whole logs of real runs. Others write
 * their own events, so that a missing one says nothing.
 */
const ALTERNATING: ReadonlySet<string | null> = new Set(['postgres', 'duckdb', 'snowflake'])

const MAY_END_A_QUESTION = new Set([
  'AdapterEventDebug',
  'AdapterEventError',
  'AdapterEventWarning',
  'CatchableExceptionOnRun',
  'GenericExceptionOnRun',
  'InternalErrorOnRun',
  'Rollback',
  'RollbackFailed',
])
const BEGINS_OR_ENDS = new Set(['SQLCommit', 'NodeStart', 'NodeFinished', 'LogHookStartLine', 'LogHookEndLine'])

/**
 * Looks for lines that must have been there and are not: ends without beginnings, answers without questions, a
 * connection that changed its name unseen. What is missing as a whole (announcement, question and answer of one
 * statement) leaves no trace in dbt's log, which counts nothing.
 */
export class LogContinuity {
  readonly #under = new Map<string, Under>()
  readonly #connections = new Map<string, string>()
  readonly #begun = new Set<string>()
  readonly #compiled = new Set<string>()
  #lifecycle = 0
  #wire = 0

  take(step: LogStep): void {
    const { name, node } = step
    if (node !== null) {
      if (name === 'NodeStart' || name === 'LogHookStartLine') this.#begun.add(node)
      if (name === 'NodeCompiling') this.#compiled.add(node)
      if (NEEDS_A_START.has(name) && !this.#begun.has(node)) this.#lifecycle += 1
      if (name === 'NodeExecuting' && !this.#compiled.has(node)) this.#lifecycle += 1
    }
    this.#followThread(step)
  }

  /** How often a line was missed. `adapter` decides whose statements alternate. */
  breaks(adapter: string | null): number {
    return this.#lifecycle + (ALTERNATING.has(adapter) ? this.#wire : 0)
  }

  #followThread({ name, thread, connection, formerly }: LogStep): void {
    const under = this.#under.get(thread) ?? null
    switch (name) {
      case 'NewConnection':
        if (connection !== null) this.#connections.set(thread, connection)
        return
      case 'ConnectionReused': {
        // A new thread may take over a connection of one that is gone.
        const known = this.#connections.get(thread)
        if (known !== undefined && formerly !== null && known !== formerly) this.#wire += 1
        if (connection !== null) this.#connections.set(thread, connection)
        return
      }
      case 'ConnectionUsed':
        if (under !== null || this.#connections.get(thread) !== connection) this.#wire += 1
        this.#under.set(thread, 'announced')
        return
      case 'SQLQuery':
        if (under !== 'announced') this.#wire += 1
        this.#under.set(thread, 'asked')
        return
      case 'SQLQueryStatus':
        if (under !== 'asked') this.#wire += 1
        this.#under.set(thread, null)
        return
    }
    if (MAY_END_A_QUESTION.has(name)) {
      if (under === 'announced') this.#wire += 1
      this.#under.set(thread, null)
    } else if (BEGINS_OR_ENDS.has(name)) {
      if (under !== null) this.#wire += 1
      this.#under.set(thread, null)
    }
  }
}

const NEEDS_A_START = new Set(['LogStartLine', 'NodeCompiling', 'NodeExecuting', 'NodeFinished', 'LogHookEndLine'])
