import { ClyraError, fromSystemError } from '../errors/index.js'
import { oneLine } from '../system/index.js'
import type { Environment } from './environment.js'
import type { OutputOptions } from './output.js'
import { wayOn } from './way-on.js'
import { withoutPasswords } from './without-passwords.js'

/**
 * Says what went wrong, `clyra: <sentence> (CODE)` and `try: <command>`, and gives the exit status.
 * With `--json` the same as a document on stdout. A stack trace only with `--verbose`.
 */
export function reportFailure(environment: Environment, options: OutputOptions, thrown: unknown): number {
  const error = codedError(thrown)
  environment.stderr.write(`clyra: ${sentence(error.message)} (${error.code})\n`)
  const hint = wayOn(error)
  const fix = hint === undefined ? undefined : withoutPasswords(hint)
  if (fix !== undefined) environment.stderr.write(`try: ${oneLine(fix)}\n`)
  if (options.verbose) {
    const cause = error.cause instanceof Error ? error.cause : error
    environment.stderr.write(`${cause.stack ?? String(cause)}\n`)
  }
  if (options.json) {
    const document = {
      error: {
        code: error.code,
        message: withoutPasswords(error.message),
        try: fix ?? null,
        details: plain(error.details),
      },
    }
    environment.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  }
  return error.exitStatus
}

/** Any thrown value as a coded error: system errors by their errno, all else is a fault of ours. */
export function codedError(thrown: unknown): ClyraError {
  if (thrown instanceof ClyraError) return thrown
  if (thrown instanceof Error && 'code' in thrown && 'syscall' in thrown) {
    const path = 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined
    return fromSystemError(thrown, String(thrown.syscall), path)
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (thrown instanceof Error && isOfLoading(thrown)) {
    return new ClyraError('INSTALLATION_BROKEN', `a part of Clyra cannot be loaded: ${message.split('\n')[0]}`, {
      cause: thrown,
    })
  }
  return new ClyraError('INTERNAL', `something went wrong inside Clyra: ${message}`, {
    cause: thrown,
  })
}

const LOADING = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_INVALID_PACKAGE_CONFIG',
  'ERR_DLOPEN_FAILED',
  'MODULE_NOT_FOUND',
  'ADDON_NOT_FOUND',
])

/** True for what Node and the loaders of native addons throw where a package is missing, cut off or built for another machine. */
function isOfLoading(error: Error): boolean {
  if ('code' in error && LOADING.has(String(error.code))) return true
  // A module that does not parse: the stack begins with its path or in Node's loader, that of JSON.parse elsewhere.
  if (error instanceof SyntaxError) return /^(file:|\/)|^.*\n\s+at .*node:internal\/modules/.test(error.stack ?? '')
  return /native (binding|build)/i.test(error.message)
}

/** One line without the final full stop, so that the code can follow; a password in an address is not repeated. */
function sentence(message: string): string {
  return withoutPasswords(message)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
}

/** Details may hold bigints and bytes; in JSON they are decimal strings and hex. */
function plain(details: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(
    JSON.stringify(details, (_name, value: unknown) => {
      if (typeof value === 'string') return withoutPasswords(value)
      if (typeof value === 'bigint') return value.toString()
      if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
      return value
    }),
  )
}
