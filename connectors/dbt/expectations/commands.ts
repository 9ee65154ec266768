/**
 * What a dbt command does to the nodes that it selects. `build` builds and tests; `test` tests; `clone` puts a relation where another
 * target has one; `compile` and `show` change nothing; `freshness` asks sources how old they are; `operation` runs one
 * macro; `none` touches no node; `unknown` is a command that this release does not know.
 */
export type Action = 'build' | 'test' | 'clone' | 'compile' | 'show' | 'freshness' | 'operation' | 'none' | 'unknown'

/** Whether something is expected: a missing `always` means something, a missing `maybe` or `never` does not. */
export type Expected = 'always' | 'maybe' | 'never'

export interface CommandExpectation {
  readonly action: Action
  /** The artefacts that it leaves. */
  readonly manifest: Expected
  readonly runResults: Expected
  readonly sources: Expected
}

const of = (
  action: Action,
  manifest: Expected,
  runResults: Expected,
  sources: Expected = 'never',
): CommandExpectation => ({ action, manifest, runResults, sources })

/**
 * Every command of dbt 1.4 to 1.12 and of the Rust engine, seen on real runs of 1.11 where it can be run. `retry` does what the run before it did: nearly
 * always `build`, and what it is not the log shows node by node (see `actionFor`).
 */
const COMMANDS: Readonly<Record<string, CommandExpectation>> = {
  build: of('build', 'always', 'always'),
  run: of('build', 'always', 'always'),
  test: of('test', 'always', 'always'),
  seed: of('build', 'always', 'always'),
  snapshot: of('build', 'always', 'always'),
  retry: of('build', 'always', 'always'),
  clone: of('clone', 'always', 'always'),
  compile: of('compile', 'always', 'always'),
  'docs generate': of('compile', 'always', 'always'),
  'docs serve': of('none', 'never', 'never'),
  docs: of('none', 'maybe', 'maybe'),
  show: of('show', 'always', 'maybe'),
  'source freshness': of('freshness', 'always', 'never', 'always'),
  source: of('freshness', 'maybe', 'never', 'maybe'),
  freshness: of('freshness', 'always', 'never', 'always'),
  'run-operation': of('operation', 'always', 'always'),
  parse: of('none', 'always', 'never'),
  ls: of('none', 'always', 'never'),
  list: of('none', 'always', 'never'),
  clean: of('none', 'never', 'never'),
  debug: of('none', 'never', 'never'),
  deps: of('none', 'never', 'never'),
  environment: of('none', 'never', 'never'),
  init: of('none', 'never', 'never'),
}

/** Of a command that is not known both artefacts are expected: too few would pass in silence. */
const UNKNOWN = of('unknown', 'always', 'always')

/** The Rust engine writes results only of what it runs, and calls `docs generate` a `docs`. */
const FUSION: Readonly<Record<string, CommandExpectation>> = {
  compile: of('compile', 'always', 'maybe'),
  'docs generate': of('compile', 'maybe', 'maybe'),
}

/** `command` as `commandOf` gives it. */
export function commandExpectation(command: string | null, engine?: string): CommandExpectation {
  const special =
    engine === 'dbt-fusion' && command !== null && Object.hasOwn(FUSION, command) ? FUSION[command] : undefined
  if (special !== undefined) return special
  return (command !== null && Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined) ?? UNKNOWN
}

/**
 * What was done to one node. Where the command does not tell (none known, or a retry), the log does: dbt announces each
 * node that it builds or tests, and none that it only compiles. `announced` is null where no log was asked.
 */
export function actionFor(command: string | null, announced: boolean | null): Action {
  const { action } = commandExpectation(command)
  if (announced === null || (command !== 'retry' && action !== 'unknown')) return action
  return announced ? 'build' : 'unknown'
}

const WORDS = new Set(Object.keys(COMMANDS).flatMap((command) => command.split(' ', 1)))

/** Flags before a sub-command that take the next word: `--log-level debug build` is a build. */
const VALUE_FLAGS: ReadonlySet<string> = new Set([
  '--defer-state',
  '--indirect-selection',
  '--log-file-max-bytes',
  '--log-format',
  '--log-format-file',
  '--log-level',
  '--log-level-file',
  '--log-path',
  '--otel-file-name',
  '--otel-parquet-file-name',
  '--printer-width',
  '--profile',
  '--profiles-dir',
  '--project-dir',
  '--record-timing-info',
  '--state',
  '--target',
  '--target-path',
  '--threads',
  '--vars',
  '--warn-error-options',
  '-r',
  '-t',
])

/** The sub-command of a dbt command line: the first word of dbt's closed list. `generate` is what docs calls itself. */
export function commandOf(commandLine: unknown): string | null {
  if (typeof commandLine !== 'string') return null
  const words = commandLine.split(/\s+/).filter((word) => word !== '')
  const at = words.findIndex((word, i) => WORDS.has(word) && !VALUE_FLAGS.has(words[i - 1] ?? ''))
  if (at < 0) return words.includes('generate') ? 'docs generate' : null
  const command = words[at]!
  const whole = `${command} ${words[at + 1] ?? ''}`
  if (Object.hasOwn(COMMANDS, whole)) return whole
  return command === 'freshness' ? 'source freshness' : command
}

/**
 * The sub-command of a process that may not be dbt's own: a program that calls dbt names itself, and what it does is
 * not told by words of its command line.
 */
export function commandOfProcess(commandLine: unknown): string | null {
  if (typeof commandLine !== 'string') return null
  const program = commandLine.trimStart().split(/\s+/, 1)[0] ?? ''
  return /(^|[\\/])dbtf?(\.exe)?$/.test(program) ? commandOf(commandLine) : null
}

/** `docs generate --no-compile` writes the catalogue alone. */
export function writesNothing(commandLine: string | null): boolean {
  return commandLine !== null && /(^|\s)--no-compile(\s|$)/.test(commandLine)
}
