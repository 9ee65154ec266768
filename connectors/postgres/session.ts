import { Socket } from 'node:net'
import type { Client, ClientConfig } from 'pg'
import { loadDriver, type PgDriver } from './driver.js'
import { type ClientTarget, clientTarget, dsnHash, type PostgresTarget } from './dsn.js'
import { errorDetail, type PostgresFailure, type PostgresOutcome, QUERY_CANCELED } from './failure.js'

/** The name under which every session of Clyra stands in `pg_stat_activity` and in the server's log. */
export const APPLICATION_NAME = 'clyra'

export type Row = Record<string, unknown>
export type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>

/** One open session that can only read. */
export interface PostgresSession {
  /** SHA-256 of `host:port/dbname`. */
  readonly dsnHash: string
  readonly database: string
  /**
   * Runs `work` in one REPEATABLE READ, READ ONLY transaction with its own statement and lock limits and an empty
   * search path, and rolls it back: nothing to commit. One transaction also suits a pooler in transaction mode.
   */
  readOnly<T>(work: (query: Query) => Promise<T>): Promise<T>
  /** What an error of `readOnly` says. */
  failureOf(error: unknown): PostgresFailure
}

export interface SessionOptions {
  /** The whole session, connecting included, ends after this many milliseconds. Default 4500. */
  readonly deadlineMs?: number
  /** Default: the package `pg`. */
  readonly driver?: () => Promise<PgDriver>
}

const DEADLINE_MS = 4500
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
  const deadline = deadlineOf(options.deadlineMs ?? DEADLINE_MS)
  let hash: string | null = null
  try {
    const driver = await loadDriver(options.driver)
    const { client, close } = await connect(driver, clientTarget(target), deadline, (address) => {
      hash = dsnHash(address.host, address.port, address.database ?? '')
    })
    try {
      return { ok: true, value: await work(sessionOf(client, deadline)) }
    } finally {
      await close()
    }
  } catch (error) {
    return { ok: false, failure: failureAt(error, deadline, hash) }
  } finally {
    deadline.clear()
  }
}

interface Deadline {
  readonly expired: () => boolean
  /** The socket dies with the deadline; every waiting call of the client is then rejected. */
  readonly bind: (socket: Socket) => void
  readonly clear: () => void
}

function deadlineOf(milliseconds: number): Deadline {
  const sockets: Socket[] = []
  let over = false
  const timer = setTimeout(() => {
    over = true
    for (const socket of sockets) socket.destroy()
  }, milliseconds)
  return {
    expired: () => over,
    bind: (socket) => {
      sockets.push(socket)
      if (over) socket.destroy()
    },
    clear: () => clearTimeout(timer),
  }
}

async function connect(
  driver: PgDriver,
  target: ClientTarget,
  deadline: Deadline,
  onAddress: (client: Client) => void,
): Promise<{ client: Client; close: () => Promise<void> }> {
  const attempt = async (tls: Pick<ClientConfig, 'ssl'>) => {
    const socket = new Socket()
    deadline.bind(socket)
    const client = new driver.default.Client({
      ...target.config,
      ...tls,
      application_name: APPLICATION_NAME,
      stream: () => socket,
    })
    // A session that dies while nothing waits for it is no fault of this process; what waits is rejected by itself.
    client.on('error', () => undefined)
    onAddress(client)
    try {
      await client.connect()
    } catch (error) {
      socket.destroy()
      throw error
    }
    const close = async () => {
      await Promise.race([client.end(), new Promise((resolve) => socket.once('close', resolve))]).catch(() => undefined)
      socket.destroy()
    }
    return { client, close }
  }
  if (target.tls === 'by-url') return attempt({})
  if (target.tls === 'off') return attempt({ ssl: false })
  if (target.tls === 'verify') return attempt({ ssl: true })
  const encrypted = { ssl: { rejectUnauthorized: false } }
  if (target.tls === 'encrypt') return attempt(encrypted)
  try {
    return await attempt(encrypted)
  } catch (error) {
    const refused = error instanceof Error && error.message === 'The server does not support SSL connections'
    if (!refused || deadline.expired()) throw error
    return attempt({ ssl: false })
  }
}

const BEGIN = `begin isolation level repeatable read, read only;
  set local statement_timeout = ${STATEMENT_LIMIT_MS};
  set local lock_timeout = ${LOCK_LIMIT_MS};
  set local search_path = pg_catalog;
  set local row_security = off`

function sessionOf(client: Client, deadline: Deadline): PostgresSession {
  const hash = dsnHash(client.host, client.port, client.database ?? '')
  const query: Query = async (sql, values) =>
    (await client.query<Row>(sql, values === undefined ? [] : [...values])).rows
  return {
    dsnHash: hash,
    database: client.database ?? '',
    failureOf: (error) => failureAt(error, deadline, hash),
    readOnly: async (work) => {
      try {
        await client.query(BEGIN)
        return await work(query)
      } finally {
        // Where the connection is gone the rollback fails too: the first error is the one that counts.
        await client.query('rollback').catch(() => undefined)
      }
    },
  }
}

function failureAt(error: unknown, deadline: Deadline, hash: string | null): PostgresFailure {
  const expired = deadline.expired()
  const detail = expired ? 'timeout' : errorDetail(error)
  return { detail, timedOut: expired || detail === QUERY_CANCELED, dsnHash: hash }
}

/**
 * Runs `work` behind a savepoint: an error undoes it and is given back with its SQLSTATE, and the transaction goes on.
 * What is no error of a statement (the connection is gone) is thrown.
 */
export async function attempt<T>(query: Query, work: () => Promise<T>): Promise<PostgresAttempt<T>> {
  await query('savepoint attempt')
  try {
    const value = await work()
    await query('release savepoint attempt')
    return { ok: true, value }
  } catch (error) {
    const sqlState = errorDetail(error)
    if (!/^[0-9A-Z]{5}$/.test(sqlState)) throw error
    await query('rollback to savepoint attempt')
    return { ok: false, sqlState }
  }
}

/** True where a session was handed in instead of an address. */
export function isSession(where: PostgresTarget | PostgresSession): where is PostgresSession {
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

export type PostgresAttempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly sqlState: string }
