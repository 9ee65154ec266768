import { ClyraError } from '../../src/errors/index.js'
import { UnusableParameter } from './libpq/index.js'

/**
 * What happened: the client package is missing, nothing answered in time, nothing answered at all, the server said no
 * to the session, or something else went wrong.
 */
export type FailureKind = 'driver-missing' | 'timed-out' | 'unreachable' | 'refused' | 'failed'

/** Why Postgres could not be read. Never a message of the server: those can hold values. */
export interface PostgresFailure {
  readonly kind: FailureKind
  /** SQLSTATE, a code of the operating system (`ECONNREFUSED`), `timeout`, an error code of Clyra, or `unknown`. */
  readonly detail: string
  /** Null where no address could be read. */
  readonly dsnHash: string | null
}

/** What was read, or why not. Reading a warehouse never throws into a run. */
export type PostgresOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: PostgresFailure }

/** SQLSTATE (five characters, PostgreSQL appendix A) or the system's code of an error of the client; `unknown` else. */
export function errorDetail(error: unknown): string {
  if (error instanceof ClyraError) return error.code
  if (error instanceof UnusableParameter) return error.code
  if (error instanceof TypeError && !('code' in error)) return 'invalid-address'
  if (error instanceof AggregateError && error.errors.length > 0) return errorDetail(error.errors[0])
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return /^[A-Z0-9_]{2,40}$/.test(error.code) ? error.code : 'unknown'
  }
  if (!(error instanceof Error)) return 'unknown'
  if (/does not support SSL/.test(error.message)) return 'tls-not-offered'
  return /terminated|ECONNRESET/.test(error.message) ? 'connection-lost' : 'unknown'
}

/** What an error says, knowing whether the time was over and whether a session had been opened. */
export function failureOf(
  error: unknown,
  state: { readonly expired: boolean; readonly connected: boolean; readonly dsnHash: string | null },
): PostgresFailure {
  const { dsnHash } = state
  if (state.expired) return { kind: 'timed-out', detail: 'timeout', dsnHash }
  const detail = errorDetail(error)
  return { kind: kindOf(error, detail, state.connected), detail, dsnHash }
}

function kindOf(error: unknown, detail: string, connected: boolean): FailureKind {
  if (detail === 'DRIVER_MISSING') return 'driver-missing'
  if (detail === QUERY_CANCELED || detail === 'ETIMEDOUT') return 'timed-out'
  if (connected || error instanceof UnusableParameter) return 'failed'
  if (isUnreachable(error)) return 'unreachable'
  return isSqlState(error) || ANSWERED_NO.has(detail) ? 'refused' : 'failed'
}

/** The server was there, and no session came of it. */
const ANSWERED_NO: ReadonlySet<string> = new Set(['NO_PASSWORD', 'SESSION_ATTRS', 'tls-not-offered'])

/** An error of the server itself: five characters, a digit among them, which no code of the system has. */
export function isSqlState(error: unknown): boolean {
  return /^(?=.*[0-9])[0-9A-Z]{5}$/.test(errorDetail(error))
}

const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|ENOTFOUND|EAI_[A-Z]+|ETIMEDOUT|ENOENT|EACCES)$/

/** Nothing answered: the system's code for a connection that did not come about. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.test(errorDetail(error))
}

/** SQLSTATE 57014 of class "operator intervention": the statement ran into its time limit or was cancelled. */
export const QUERY_CANCELED = '57014'
/** SQLSTATE 42501. */
export const INSUFFICIENT_PRIVILEGE = '42501'
