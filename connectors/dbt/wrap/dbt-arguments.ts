import { RUN_ID_VARIABLE } from '../drafts/index.js'
import { commandOf } from '../expectations/index.js'
import { type Environment, givenFlag } from './dbt-flags.js'

/** How dbt is to be started so that its log can be read, and where that log will be. */
export interface WrapPlan {
  /** dbt's sub-command, null where there is none that is known. */
  readonly command: string | null
  /** The user's arguments, in their order, with what was added at the end. */
  readonly args: readonly string[]
  /** To be added to the environment; everything else of it stays as the user has it. */
  readonly env: Readonly<Record<string, string>>
  readonly log: LogPlan
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

export interface LogPlan {
  /** `ours`: a directory of the wrapper's own. `users`: the user chose one, and dbt appends to what is there. */
  readonly whose: 'ours' | 'users'
  /** `json`: readable; `text`: the user asked for text, and statements cannot be read. */
  readonly format: 'json' | 'text'
  /** False where the user asked for a level above debug: statements are not in the log. */
  readonly complete: boolean
  /** The file of the Rust engine's spans, in the log directory; dbt 1.x does not write it. */
  readonly otelFile: string
}

const OTEL_FILE = 'otel.jsonl'

/**
 * The arguments and variables with which dbt leaves a complete log: an own directory, JSON, debug, no rotation. Flags
 * and variables that the user gave win, and then the log is read where and as they say. The Rust engine writes no JSON
 * file but spans, switched on by a variable that dbt 1.x ignores, so that the engine need not be known.
 *
 * Arguments without a sub-command (`--version`, `--help`) are left alone.
 *
 * @example dbtArguments(['build'], { env: process.env, run, logPath: '.clyra/spool/<run>/log' })
 */
export function dbtArguments(
  userArgs: readonly string[],
  options: { readonly env: Environment; readonly run: string; readonly logPath: string },
): WrapPlan {
  const { env, run, logPath } = options
  const given = (name: string) => givenFlag(userArgs, env, [name])
  const otelFile = given('--otel-file-name')?.value ?? OTEL_FILE
  const format = given('--log-format-file')?.value ?? 'json'
  const level = given('--log-level-file')?.value ?? 'debug'
  const log: LogPlan = {
    whose: given('--log-path') === undefined ? 'ours' : 'users',
    format: format === 'json' ? 'json' : 'text',
    complete: level === 'debug' || level === 'trace',
    otelFile,
  }
  // An argument with spaces in it is a value, and no word in it is a command.
  const command = commandOf(['dbt', ...userArgs.map((arg) => arg.replace(/\s+/g, '_') || '_')].join(' '))
  const added = command === null ? [] : missing(given, logPath)
  const variables = { [RUN_ID_VARIABLE]: run, ...(given('--otel-file-name') ? {} : { DBT_OTEL_FILE_NAME: OTEL_FILE }) }
  return { command, args: [...userArgs, ...added], env: variables, log, warnings: warnings(log) }
}

function missing(given: (name: string) => unknown, logPath: string): string[] {
  const wanted = [
    ['--log-path', logPath],
    ['--log-format-file', 'json'],
    ['--log-level-file', 'debug'],
    // dbt's file log rotates at 10 MB and keeps five: a long run would lose statements.
    ['--log-file-max-bytes', '0'],
  ] as const
  return wanted.flatMap(([name, value]) => (given(name) === undefined ? [name, value] : []))
}

function warnings(log: LogPlan): string[] {
  const found: string[] = []
  if (log.format === 'text') found.push('dbt was told to write its log as text: its statements cannot be recorded')
  if (!log.complete) found.push('dbt was told to log less than debug: its statements are not in its log')
  return found
}
