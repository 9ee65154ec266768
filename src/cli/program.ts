import { Command, CommanderError } from 'commander'
import * as z from 'zod'
import { ClyraError } from '../errors/index.js'
import type { Workbench } from './atomic-file.js'
import type { CommandSpec, ExitStatus } from './command.js'
import type { Environment } from './environment.js'
import { reportFailure } from './failure.js'
import { createLogger } from './logger.js'
import { createOutput, type OutputOptions } from './output.js'

const commonOptions = z.object({
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  verbose: z.boolean().default(false),
  ledger: z.string().min(1).optional(),
})

const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  demo: 'see the whole story on recorded data',
  ingest: 'record a run from the files it left',
  export: 'write the public log for other tools',
  log: 'read the log',
  spool: 'what waits to be appended',
  trust: 'the keys you trust when verifying',
}

/** Runs one command line and gives its exit status. Never throws. */
export async function runProgram(
  argv: readonly string[],
  specs: readonly CommandSpec[],
  environment: Environment,
  workbench: Workbench,
  version: string,
): Promise<ExitStatus> {
  let status: ExitStatus = 0
  const action = async (spec: CommandSpec, args: readonly string[], parsed: unknown) => {
    const read = commonOptions.safeParse(parsed)
    if (!read.success) throw badOption(spec, read.error)
    const common = read.data
    status = await guarded(environment, common, async () => {
      const options = spec.options.safeParse(parsed)
      if (!options.success) throw badOption(spec, options.error)
      return spec.run(
        {
          environment,
          output: createOutput(environment, common),
          logger: createLogger(environment, common.verbose),
          workbench,
          ledgerFlag: common.ledger,
        },
        args,
        options.data,
      )
    })
  }
  const program = buildProgram(specs, environment, version, action)
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(environment, jsonWanted(argv), error)
    if (error.exitCode === 0) return 0
    return reportFailure(environment, jsonWanted(argv), usageError(argv, specs, error))
  }
  return status
}

async function guarded(
  environment: Environment,
  options: OutputOptions,
  run: () => Promise<ExitStatus>,
): Promise<ExitStatus> {
  try {
    return await run()
  } catch (error) {
    return reportFailure(environment, options, error)
  }
}

type Action = (spec: CommandSpec, args: readonly string[], options: unknown) => Promise<void>

/** The commander tree of all commands. Also what `--help` and the completion script are made from. */
function buildProgram(
  specs: readonly CommandSpec[],
  environment: Environment,
  version: string,
  action: Action,
): Command {
  const root = configure(new Command('clyra'), environment)
    .description('An evidence ledger for data changes: record runs, bundle them, let anyone verify.')
    .version(version, '--version', 'print the version')
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
    const examples = specs.filter((spec) => spec.path.startsWith(`${name} `)).flatMap((spec) => spec.examples)
    group.addHelpText('after', examplesText(examples))
    root.addCommand(group)
    groups.set(name, group)
    return group
  }
  for (const spec of specs) {
    const words = spec.path.split(' ')
    // `keys` is both a command and the parent of `keys rotate`.
    const parent = groups.get(words.slice(0, -1).join(' ')) ?? groupOf(words)
    const command = buildCommand(spec, words.at(-1) ?? spec.path, environment, action)
    if (specs.some((other) => other.path.startsWith(`${spec.path} `))) groups.set(spec.path, command)
    parent.addCommand(command)
  }
  return root
}

function buildCommand(spec: CommandSpec, name: string, environment: Environment, action: Action): Command {
  const command = configure(new Command(name), environment).summary(spec.summary)
  command.description(
    spec.help === undefined ? `${capital(spec.summary)}.` : `${capital(spec.summary)}.\n\n${spec.help}`,
  )
  command.enablePositionalOptions()
  for (const argument of spec.arguments ?? []) command.argument(argument.name, argument.description)
  for (const flag of spec.flags) command.option(flag.flags, flag.description)
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

function usageError(argv: readonly string[], specs: readonly CommandSpec[], error: CommanderError): ClyraError {
  const known = specs
    .filter((spec) => argv.join(' ').startsWith(spec.path))
    .sort((a, b) => b.path.length - a.path.length)
  const message =
    error.code === 'commander.help'
      ? 'a command is missing'
      : error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/, '; did you mean $1?')
  return new ClyraError('USAGE', message, { fix: `clyra ${known[0] === undefined ? '' : `${known[0].path} `}--help` })
}

function badOption(spec: CommandSpec, error: z.ZodError): ClyraError {
  const issue = error.issues[0]
  const name = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return new ClyraError('USAGE', `--${name}: ${issue?.message ?? 'not valid'}`, {
    details: { option: name },
    fix: `clyra ${spec.path} --help`,
  })
}

function jsonWanted(argv: readonly string[]): OutputOptions {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return { json: own.includes('--json'), quiet: false, verbose: own.includes('--verbose') }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
