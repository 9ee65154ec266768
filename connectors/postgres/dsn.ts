import { hex, utf8 } from '../../src/canonical/index.js'
import { sha256 } from '../../src/crypto/index.js'
import { type ConnectionPlan, connectionPlan, type Parameters, type Surroundings } from './libpq/index.js'

/** What a dbt profile gives, literally or from the environment. An optional member that is missing is libpq's default. */
export interface PostgresAddress {
  /** A name, address or socket directory, or several with commas between. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string
  /** libpq's word; default `prefer`: TLS where the server offers it. */
  readonly sslmode?: string
  readonly sslrootcert?: string
  readonly sslcert?: string
  readonly sslkey?: string
  /** Seconds for each server. */
  readonly connectTimeout?: number
  /** Seconds without traffic before the first probe; 0 is the system's own. */
  readonly keepalivesIdle?: number
  /** As `SET ROLE` takes it: a name, in double quotes where it needs them. */
  readonly role?: string
  /** Sent to the server at the start, as dbt does; the session's own reading does not depend on it. */
  readonly searchPath?: string
}

/** A connection string of libpq (URI, or keywords and values) or an address. */
export type PostgresTarget = string | PostgresAddress

/**
 * SHA-256 of `host:port/dbname` (host in lower case) as 64 hex digits: says whether two readings went to the same
 * place without saying where it is. User and password are no part of it. Several hosts are joined by commas, so that
 * the hash does not depend on which of them answered.
 */
export function dsnHash({ hosts, database }: Pick<ConnectionPlan, 'hosts' | 'database'>): string {
  const places = hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`)
  return hex(sha256(utf8(`${places.join(',')}/${database}`)))
}

/** How libpq would connect to a target. Throws TypeError or an error with a code where it would refuse. */
export function planOf(target: PostgresTarget, around: Surroundings): ConnectionPlan {
  return connectionPlan(typeof target === 'string' ? target : parametersOf(target), around)
}

function parametersOf(address: PostgresAddress): Parameters {
  const { host, port, database: dbname, user, password, sslmode, sslrootcert, sslcert, sslkey } = address
  const texts = {
    password,
    sslmode,
    sslrootcert,
    sslcert,
    sslkey,
    connect_timeout: address.connectTimeout?.toString(),
    keepalives_idle: address.keepalivesIdle?.toString(),
    // dbt writes it in this way, spaces escaped.
    options: address.searchPath ? `-c search_path=${address.searchPath.replaceAll(' ', '\\ ')}` : undefined,
  }
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined))
  return { host, port: String(port), dbname, user, ...given }
}

/**
 * `SET LOCAL ROLE` for the role of an address; null where there is none. Throws TypeError for what is neither a name nor
 * a name in quotes: it would be SQL of somebody's own.
 */
export function roleStatement(target: PostgresTarget): string | null {
  if (typeof target === 'string' || !target.role) return null
  if (/^(?:[\p{L}_][\p{L}\p{N}_$]*|"(?:[^"\0]|"")+"|'(?:[^'\\\0]|'')+')$/u.test(target.role))
    return `set local role ${target.role}`
  throw new TypeError('not the name of a role')
}
