import { Command, CommanderError } from 'commander'
import { ClyraError, commandLine } from '../errors/index.js'
import type { Workbench } from '../system/index.js'
import { type CommandEntry, type ExitStatus, type LoadedCommand, loadCommand } from './command.js'
import type { Environment } from './environment.js'
import { reportFailure } from './failure.js'
import type { OutputOptions } from './output.js'

const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  artifacts: "the copies of dbt's artefacts",
  demo: 'see the whole story on recorded data',
  ingest: 'record a run from the files it left',
  export: 'write the public log for other tools',
  log: 'read the log',
  spool: 'what waits to be appended',
  trust: 'the keys you trust when verifying',
}

/** Runs one command line and gives its exit status. Never throws. */
export async function runProgram(
  given: readonly string[],
  entries: readonly CommandEntry[],
  environment: Environment,
  workbench: Workbench,
  version: string,
): Promise<ExitStatus> {
  let status: ExitStatus = 0
  const action = async (command: LoadedCommand, args: readonly string[], parsed: unknown) => {
    const { runCommand } = await import('./run-command.js')
    status = await runCommand(command, args, parsed, environment, workbench)
  }
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given
  try {
    if (given[0] === 'help') assertNamed(given.slice(1), entries)
    const asked = await Promise.all(entries.filter(({ path }) => path.split(' ')[0] === argv[0]).map(loadCommand))
    const program = buildProgram(entries, asked, environment, version, action)
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(environment, jsonWanted(argv), error)
    if (error.exitCode === 0) return 0
    return reportFailure(environment, jsonWanted(argv), usageError(argv, entries, error))
  }
  return status
}

/** What `clyra help` is asked about must be a command, or the beginning of some. */
function assertNamed(words: readonly string[], entries: readonly CommandEntry[]): void {
  const name = words.filter((word) => !word.startsWith('-')).join(' ')
  if (name === '' || entries.some(({ path }) => path === name || path.startsWith(`${name} `))) return
  throw new ClyraError('USAGE', `there is no command ${JSON.stringify(name)}`, { fix: 'clyra --help' })
}

type Action = (command: LoadedCommand, args: readonly string[], options: unknown) => Promise<void>

/** The commander tree: the commands that are asked for with all their options, of the others what the list of all shows. */
function buildProgram(
  entries: readonly CommandEntry[],
  asked: readonly LoadedCommand[],
  environment: Environment,
  version: string,
  action: Action,
): Command {
  const root = configure(new Command('clyra'), environment)
    .description('An evidence ledger for data changes: record runs, bundle them, let anyone verify.')
    .version(version, '--version', 'print the version')
    .helpCommand('help [command...]', 'show the help of a command')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      examplesText([
        ['clyra demo data', 'the whole story in under a minute'],
        ['clyra init', 'start a ledger in this project'],
        ['clyra run dbt build', 'run dbt and record what it did'],
      ]),
    )
  const groups = new Map<string, Command>()
  const groupOf = (words: readonly string[]): Command => {
    const name = words.slice(0, -1).join(' ')
    if (name === '') return root
    const known = groups.get(name)
    if (known !== undefined) return known
    const group = configure(new Command(name), environment).description(GROUP_SUMMARIES[name] ?? '')
    group.enablePositionalOptions()
    const examples = asked.filter(({ path }) => path.startsWith(`${name} `)).flatMap((command) => command.examples)
    group.addHelpText('after', examplesText(examples))
    root.addCommand(group)
    groups.set(name, group)
    return group
  }
  for (const { path, summary } of entries) {
    const words = path.split(' ')
    const name = words.at(-1) ?? path
    // `keys` is both a command and the parent of `keys rotate`.
    const parent = groups.get(words.slice(0, -1).join(' ')) ?? groupOf(words)
    const loaded = asked.find((one) => one.path === path)
    const command =
      loaded === undefined
        ? configure(new Command(name), environment).summary(summary)
        : buildCommand(loaded, name, environment, action)
    if (entries.some((other) => other.path.startsWith(`${path} `))) groups.set(path, command)
    parent.addCommand(command)
  }
  return root
}

function buildCommand(spec: LoadedCommand, name: string, environment: Environment, action: Action): Command {
  const command = configure(new Command(name), environment).summary(spec.summary)
  command.description(
    spec.help === undefined ? `${capital(spec.summary)}.` : `${capital(spec.summary)}.\n\n${spec.help}`,
  )
  command.enablePositionalOptions()
  for (const argument of spec.arguments ?? []) command.argument(argument.name, argument.description)
  for (const { flags, description, repeated } of spec.flags) {
    if (repeated === undefined) command.option(flags, description)
    else command.option(flags, description, (value: string, before: readonly string[] = []) => [...before, value])
  }
  command
    .option('--ledger <dir>', 'the ledger (default: the nearest .clyra upwards, or CLYRA_LEDGER)')
    .option('--json', spec.streams ? 'print one JSON document a line' : 'print one JSON document')
    .option('-q, --quiet', 'say nothing but the result')
    .option('-v, --verbose', 'say more, with stack traces of failures')
    .allowExcessArguments(false)
    .addHelpText('after', examplesText(spec.examples))
  if (spec.passThrough) command.passThroughOptions().allowUnknownOption(false).allowExcessArguments(true)
  command.action(async (...values: unknown[]) => {
    const positional = values.slice(0, spec.arguments?.length ?? 0)
    const texts = positional.flatMap((value) =>
      Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)],
    )
    await action(spec, texts, command.opts())
  })
  return command
}

function configure(command: Command, environment: Environment): Command {
  return command
    .exitOverride()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      // Errors are reported once, by `usageError`; help asked for wrongly goes to stderr.
      writeErr: (text) => {
        if (!text.startsWith('error:')) environment.stderr.write(text)
      },
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
}

function examplesText(examples: readonly (readonly [string, string])[]): string {
  if (examples.length === 0) return ''
  const widest = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, does]) => `  $ ${line.padEnd(widest)}  # ${does}`)
  return `\nExamples:\n${lines.join('\n')}`
}

function usageError(argv: readonly string[], entries: readonly CommandEntry[], error: CommanderError): ClyraError {
  const known = entries
    .filter(({ path }) => argv.join(' ').startsWith(path))
    .sort((a, b) => b.path.length - a.path.length)
  const message =
    error.code === 'commander.help'
      ? 'a command is missing'
      : error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/, '; did you mean $1?')
  return new ClyraError('USAGE', message, {
    fix: commandLine`clyra ${[...(known[0]?.path.split(' ') ?? []), '--help']}`,
  })
}

function jsonWanted(argv: readonly string[]): OutputOptions {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return { json: own.includes('--json'), quiet: false, verbose: own.includes('--verbose') }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
