import { ClyraError } from '../../src/errors/index.js'

/** Why Postgres could not be read. Never a message of the server: those can hold values. */
export interface PostgresFailure {
  /** SQLSTATE, a code of the operating system (`ECONNREFUSED`), `timeout`, an error code of Clyra, or `unknown`. */
  readonly detail: string
  readonly timedOut: boolean
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
  if (error instanceof TypeError) return 'invalid-url'
  if (error instanceof AggregateError && error.errors.length > 0) return errorDetail(error.errors[0])
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return /^[A-Z0-9_]{2,40}$/.test(error.code) ? error.code : 'unknown'
  }
  if (error instanceof Error && /terminated|ECONNRESET/.test(error.message)) return 'connection-lost'
  return 'unknown'
}

/** SQLSTATE 57014 of class "operator intervention": the statement ran into its time limit or was cancelled. */
export const QUERY_CANCELED = '57014'
/** SQLSTATE 42501. */
export const INSUFFICIENT_PRIVILEGE = '42501'
