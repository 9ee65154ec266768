import { codedError } from '../errors/index.js'
import { oneLine } from '../system/index.js'
import type { Environment } from './environment.js'
import type { OutputOptions } from './output.js'
import { suggestedCommand } from './suggested-command.js'
import { withoutPasswords } from './without-passwords.js'

/**
 * Says what went wrong, `clyra: <sentence> (CODE)` and `try: <command>`, and gives the exit status.
 * With `--json` the same as a document on stdout. A stack trace only with `--verbose`.
 */
export function reportFailure(environment: Environment, options: OutputOptions, thrown: unknown): number {
  const error = codedError(thrown)
  environment.stderr.write(`clyra: ${sentence(error.message)} (${error.code})\n`)
  const hint = suggestedCommand(error)
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
