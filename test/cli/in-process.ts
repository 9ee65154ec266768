import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { COMMANDS } from '../../dist/src/cli/commands/index.js'
import type { Environment } from '../../dist/src/cli/environment.js'
import { runProgram } from '../../dist/src/cli/program.js'
import { wrappedRunIn } from '../../dist/src/cli/wrapper/wrapped-run-in.js'
import { createWorkbench, homeOf, userOf } from '../../dist/src/system/index.js'
import { terminalText } from '../../dist/src/system/terminal-text.js'
import { type Ended, ended, environment, type Options, startClyra } from './clyra.js'

/**
 * Runs `clyra <args>` in `<folder>/project` as `clyra()` does, but in this process: half a second of loading less. For
 * what prepares a test, or asks what became of it, and for what a command does; not for what only a process has
 * (signals, streams that fail, another user). A wrapped run is a process in any case.
 */
export async function clyraHere(
  folder: string,
  args: readonly string[],
  { cwd = join(folder, 'project'), env, stopped = new AbortController().signal }: Partial<HereOptions> = {},
): Promise<Ended> {
  const variables = environment(folder, env)
  if (wrappedRunIn(args) !== undefined) return ended(startClyra(folder, args, { cwd, ...(env && { env }) }))
  const said = { stdout: '', stderr: '' }
  const mark = `\x01${randomBytes(16).toString('hex')}\x02`
  const stream = (name: keyof typeof said) => ({
    isTTY: false,
    columns: 80,
    mark,
    write: (text: string) => {
      said[name] += terminalText(text, mark)
    },
    end: async () => undefined,
  })
  const start = performance.now()
  const world: Environment = {
    cwd,
    variables,
    home: homeOf(variables),
    platform: process.platform,
    user: userOf(process.geteuid?.(), variables),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stopped,
    now: () => new Date(),
    elapsed: () => performance.now() - start,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
  }
  const workbench = createWorkbench(() => randomBytes(6).toString('hex'))
  const status = await runProgram(args, COMMANDS, world, workbench, '0.0.0')
  return { status, signal: null, ...said }
}

interface HereOptions extends Options {
  /** Ends a command that would go on. */
  readonly stopped: AbortSignal
}

/** The same as a document: `--json` is added, the output is parsed. */
export async function clyraJsonHere(
  folder: string,
  args: readonly string[],
  options: Partial<HereOptions> = {},
): Promise<unknown> {
  const { status, stdout, stderr } = await clyraHere(folder, [...args, '--json'], options)
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`clyra ${args.join(' ')} gave no JSON (exit ${status}):\n${stdout}\n${stderr}`)
  }
}
