import { ERROR_CODES, type ErrorCode } from './codes.js'

/** What was wrong, in machine-readable form: path, position, field, the actual revision, the known ids, ... */
export type ErrorDetails = Readonly<Record<string, unknown>>

/**
 * The one error class of the package.
 *
 * `message` is a sentence a person can act on, without the code; `details` holds the thing that was
 * wrong; `fix`, where there is one, is what to try: no command of Clyra's, which only `src/cli` knows.
 */
export class ClyraError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly fix: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; fix?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ClyraError'
    this.code = code
    this.details = options.details ?? {}
    this.fix = options.fix
  }

  /** The exit status a program ends with: 1, 2, 3 or 70. */
  get exitStatus(): 1 | 2 | 3 | 70 {
    return ERROR_CODES[this.code].exit
  }
}

/** True where `error` is a ClyraError, with that code if one is given. */
export function isClyraError(error: unknown, code?: ErrorCode): error is ClyraError {
  return error instanceof ClyraError && (code === undefined || error.code === code)
}
