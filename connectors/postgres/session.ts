import type { Socket } from 'node:net'
import type { Client } from 'pg'
import { loadDriver, type PgDriver } from './driver.js'
import { dsnHash, type PostgresTarget, planOf, roleStatement } from './dsn.js'
import { errorDetail, failureOf, isSqlState, type PostgresFailure, type PostgresOutcome } from './failure.js'
import { NO_SURROUNDINGS, type Surroundings } from './libpq/index.js'
import { type Deadline, openClient } from './open-client.js'

export type Row = Record<string, unknown>
/** Sends statements (one each, no `;` in them) in one round trip and gives the rows of each. */
export type Query = (...statements: readonly string[]) => Promise<readonly Row[][]>

/** One open session that can only read. */
export interface PostgresSession {
  /** SHA-256 of `host:port/dbname`. */
  readonly dsnHash: string
  readonly database: string
  /**
   * Runs `work` in one REPEATABLE READ, READ ONLY transaction with its own statement and lock limits, an empty search
   * path and the role of the address, and rolls it back: nothing to commit. It begins with the first query, in the
   * same round trip. One transaction also suits a pooler in transaction mode.
   */
  readOnly<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** Waits for something that is not the server's: its deadline stands still, and then begins anew. */
  idleUntil<T>(other: Promise<T>): Promise<T>
  /** What an error of `readOnly` says. */
  failureOf(error: unknown): PostgresFailure
}

export interface SessionOptions {
  /** The whole session, connecting included, ends after this many milliseconds. Default 5000. */
  readonly deadlineMs?: number
  /** Ends it at once. */
  readonly stop?: AbortSignal
  /** Default: the package `pg`. */
  readonly driver?: () => Promise<PgDriver>
  /** The variables and files that libpq would look at. Default: none. */
  readonly surroundings?: Surroundings
}

const DEADLINE_MS = 5000
/** Shorter than the deadline: a statement that is cancelled by the server leaves time to say so. */
const STATEMENT_LIMIT_MS = 2000
const LOCK_LIMIT_MS = 500

/**
 * Opens a session, hands it to `work` and closes it. Gives what `work` gives, or a failure as a value; never throws,
 * and never takes longer than the deadline: then the socket is destroyed, whatever the server does.
 */
export async function withPostgres<T>(
  target: PostgresTarget,
  work: (session: PostgresSession) => Promise<T>,
  options: SessionOptions = {},
): Promise<PostgresOutcome<T>> {
  const deadline = deadlineOf(options.deadlineMs ?? DEADLINE_MS, options.stop)
  let hash: string | null = null
  let connected = false
  try {
    const plan = planOf(target, options.surroundings ?? NO_SURROUNDINGS)
    hash = dsnHash(plan)
    const begin = beginning(roleStatement(target))
    const driver = await loadDriver(options.driver)
    const { client, close } = await openClient(driver, plan, deadline)
    connected = true
    try {
      const session = sessionOf(client, { deadline, begin, dsnHash: hash, database: plan.database })
      return { ok: true, value: await work(session) }
    } finally {
      await close()
    }
  } catch (error) {
    return { ok: false, failure: failureOf(error, { expired: deadline.expired(), connected, dsnHash: hash }) }
  } finally {
    deadline.clear()
  }
}

interface RunningDeadline extends Deadline {
  readonly pause: () => void
  readonly restart: () => void
  readonly clear: () => void
}

function deadlineOf(milliseconds: number, stop: AbortSignal | undefined): RunningDeadline {
  const sockets: Socket[] = []
  let over = false
  let end = 0
  let timer: NodeJS.Timeout | undefined
  const expire = () => {
    over = true
    for (const socket of sockets) socket.destroy()
  }
  const pause = () => clearTimeout(timer)
  const restart = () => {
    pause()
    end = performance.now() + milliseconds
    timer = setTimeout(expire, milliseconds)
  }
  if (stop?.aborted === true) expire()
  else restart()
  stop?.addEventListener('abort', expire)
  return {
    expired: () => over,
    left: () => (over ? 0 : Math.max(0, end - performance.now())),
    bind: (socket) => {
      sockets.push(socket)
      if (over) socket.destroy()
    },
    pause,
    restart,
    clear: () => {
      pause()
      stop?.removeEventListener('abort', expire)
    },
  }
}

const beginning = (role: string | null): readonly string[] => [
  'begin isolation level repeatable read, read only',
  ...(role === null ? [] : [role]),
  `set local statement_timeout = ${STATEMENT_LIMIT_MS}`,
  `set local lock_timeout = ${LOCK_LIMIT_MS}`,
  'set local search_path = pg_catalog',
  'set local row_security = off',
]

interface SessionParts {
  readonly deadline: RunningDeadline
  readonly begin: readonly string[]
  readonly dsnHash: string
  readonly database: string
}

function sessionOf(client: Client, { deadline, begin, dsnHash, database }: SessionParts): PostgresSession {
  return {
    dsnHash,
    database,
    failureOf: (error) => failureOf(error, { expired: deadline.expired(), connected: true, dsnHash }),
    readOnly: async (work) => {
      let before = begin
      const query: Query = async (...statements) => {
        const first = before
        before = []
        const results = await rowsOf(client, [...first, ...statements])
        return results.slice(first.length)
      }
      try {
        return await work(query)
      } finally {
        // Where the connection is gone the rollback fails too: the first error is the one that counts.
        if (before.length === 0) await client.query('rollback').catch(() => undefined)
      }
    },
    idleUntil: async (other) => {
      deadline.pause()
      try {
        return await other
      } finally {
        if (!deadline.expired()) deadline.restart()
      }
    },
  }
}

/** The simple protocol takes several statements at once; the client gives one result for one, a list for several. */
async function rowsOf(client: Client, statements: readonly string[]): Promise<Row[][]> {
  const result: unknown = await client.query(statements.join(';\n'))
  const results: unknown[] = Array.isArray(result) ? result : [result]
  // Both kinds of result have `rows`.
  return results.map((one) => (one as { rows: Row[] }).rows)
}

/**
 * Runs statements behind a savepoint, in one round trip: an error undoes them and is given back with its SQLSTATE, and
 * the transaction goes on. What is no error of a statement (the connection is gone) is thrown.
 */
export async function attempt(query: Query, ...statements: readonly string[]): Promise<PostgresAttempt> {
  try {
    const results = await query('savepoint attempt', ...statements, 'release savepoint attempt')
    return { ok: true, rows: results.slice(1, -1) }
  } catch (error) {
    if (!isSqlState(error)) throw error
    await query('rollback to savepoint attempt')
    return { ok: false, sqlState: errorDetail(error) }
  }
}

export type PostgresAttempt =
  | { readonly ok: true; readonly rows: readonly Row[][] }
  | { readonly ok: false; readonly sqlState: string }

/** True where a session was handed in instead of an address. */
function isSession(where: PostgresTarget | PostgresSession): where is PostgresSession {
  return typeof where !== 'string' && 'readOnly' in where
}

/** Runs `work` on an open session, or on one that is opened for it. Never throws. */
export async function onPostgres<T>(
  where: PostgresTarget | PostgresSession,
  work: (session: PostgresSession) => Promise<T>,
  options: SessionOptions = {},
): Promise<PostgresOutcome<T>> {
  if (!isSession(where)) return withPostgres(where, work, options)
  try {
    return { ok: true, value: await work(where) }
  } catch (error) {
    return { ok: false, failure: where.failureOf(error) }
  }
}
