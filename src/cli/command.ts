import type * as z from 'zod'
import type { Context } from './context.js'

/** 0 done / valid; 1 the answer is no; 2 wrong usage; 3 the environment failed; 70 a fault of ours. */
export type ExitStatus = number

export interface Flag {
  /** As commander writes it: `--embed`, `-o, --output <file>`, `--key <vkey...>`. */
  readonly flags: string
  readonly description: string
  /** It may be given several times; its value is a list. */
  readonly repeated?: true
}

/** A command as the list of all shows it. Everything else of it is loaded when somebody asks for it by its name. */
export interface CommandEntry {
  /** Words after `clyra`, e.g. `log tail`. */
  readonly path: string
  readonly summary: string
  load(): Promise<CommandSpec>
}

/** One command as data: the parser, the help, the completion script and the schemas in `spec/cli` are made from it. */
export interface CommandSpec<Options extends z.ZodType = z.ZodType> {
  /** Positional arguments as commander writes them: `<run>`, `[file]`, `[args...]`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[]
  readonly flags: readonly Flag[]
  /** What commander parsed, checked again here: the rim where text becomes typed values. */
  readonly options: Options
  /** Longer help, a few sentences. */
  readonly help?: string
  /** Whole command lines that run as they stand, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** What `--json` prints: one document, or each line where `streams`. */
  readonly json: z.ZodType
  readonly streams?: boolean
  /** Everything after the first positional argument belongs to another program. */
  readonly passThrough?: boolean
  run(context: Context, args: readonly string[], options: z.output<Options>): Promise<ExitStatus>
}

/** A command with all that belongs to it. */
export type LoadedCommand = CommandSpec & Pick<CommandEntry, 'path' | 'summary'>

export async function loadCommand(entry: CommandEntry): Promise<LoadedCommand> {
  return { ...(await entry.load()), path: entry.path, summary: entry.summary }
}

/** Ties the options' schema to what `run` receives. */
export function defineCommand<Options extends z.ZodType>(spec: CommandSpec<Options>): CommandSpec<Options> {
  return spec
}
