import { readdir, stat } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, relative, sep } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type CliOutput, processOutput } from './cli-output.js'
import { readInput, UnreadableFile } from './cli-read.js'
import { version } from './cli-version.js'
import {
  parseTrustFile,
  renderResult,
  type TrustedKey,
  type VerifyBundleOptions,
  type VerifyResult,
  VerifyUsageError,
  verifyBundle,
  verifyTiles,
} from './index.js'
import { oneLine } from './terminal-text.js'

const help = (name: string): string => `Usage: ${name} <bundle.zip | tiles directory> [options]

Checks an evidence bundle or a published log, offline. Trusts nobody but the keys that you pin.

  --key <vkey>               pin a ledger key (may be given more than once)
  --trust <file>             pinned keys, one vkey a line, optionally with the genesis leaf
                             default: CLYRA_TRUST, else ~/.config/clyra/trusted-keys
  --run <id>                 demand this run
  --origin <name>            demand this origin
  --genesis <hex>            demand this ledger, by its genesis leaf
  --checkpoint <file>        compare with a checkpoint you hold (may be given more than once)
  --keys <bundle>            ask this newer bundle of the ledger what became of its keys (may be given more than once)
  --min-size <n>             demand a log of at least n records
  --max-age <seconds>        demand evidence no older than this
  --now <instant>            judge age as of this instant (default: the clock)
  --artifacts <dir>          check external artefacts; files are named by their SHA-256
  --require-artifacts        INCOMPLETE where an external artefact is absent
  --require-complete-run     INCOMPLETE where the run is partial or unknown
  --require-warehouse        INCOMPLETE where the warehouse was not asked about the run, or only in part
  --json                     one JSON document on standard output
  --help, --version

Exit status: 0 VALID, 1 any other verdict, 2 wrong usage, 3 a file could not be read or the result not written.

Examples:
  ${name} run.def.zip --key ledger.example.org+1a2b3c4d+AQ...
  ${name} run.def.zip --trust keys.txt --require-complete-run --json
  ${name} ./tiles --key ledger.example.org+1a2b3c4d+AQ... --min-size 1000
`

const OPTIONS = {
  key: { type: 'string', multiple: true },
  trust: { type: 'string' },
  run: { type: 'string' },
  origin: { type: 'string' },
  genesis: { type: 'string' },
  checkpoint: { type: 'string', multiple: true },
  keys: { type: 'string', multiple: true },
  'min-size': { type: 'string' },
  'max-age': { type: 'string' },
  now: { type: 'string' },
  artifacts: { type: 'string' },
  'require-artifacts': { type: 'boolean' },
  'require-complete-run': { type: 'boolean' },
  'require-warehouse': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options']

const BUNDLE_ONLY = [
  'keys',
  'run',
  'artifacts',
  'require-artifacts',
  'require-complete-run',
  'require-warehouse',
] as const

/** In bytes: the largest bundle and tile there can be, and more than anybody writes of the rest. */
const MOST = { bundle: 1 << 30, tile: 256 * (2 + 65_535), artifact: 512 << 20, text: 16 << 20 } as const

class UsageError extends Error {}

type Flags = ReturnType<typeof parseFlags>['values']

/** Runs the command under the name that it was called by; resolves with the exit status. */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: CliOutput = processOutput(env),
  name = 'clyra-verify',
): Promise<number> {
  const status = await run(name, args, env, output)
  const lost = await output.end()
  if (lost === undefined) return status
  output.err(`${name}: cannot write to standard output (${lost})\n`)
  return 3
}

async function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv, output: CliOutput): Promise<number> {
  try {
    const { values, positionals } = parseFlags(args)
    if (values.help === true) return say(output, help(name))
    if (values.version === true) return say(output, `${await version()}\n`)
    const [path, ...more] = positionals
    if (path === undefined || more.length > 0) throw new UsageError('give one bundle or one tiles directory')
    const result = await verifyPath(path, values, env)
    const { paint } = output
    output.out(
      values.json === true ? `${JSON.stringify(result)}\n` : renderResult(result, paint === undefined ? {} : { paint }),
    )
    return result.verdict === 'VALID' ? 0 : 1
  } catch (error) {
    return complain(name, error, output)
  }
}

const parseFlags = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function say(output: CliOutput, text: string): number {
  output.out(text)
  return 0
}

async function verifyPath(path: string, flags: Flags, env: NodeJS.ProcessEnv): Promise<VerifyResult> {
  const options = await optionsFrom(flags, env)
  if ((await stat(path)).isDirectory()) {
    const misplaced = BUNDLE_ONLY.find((name) => flags[name] !== undefined)
    if (misplaced !== undefined) throw new UsageError(`--${misplaced} is for bundles, not for a tiles directory`)
    return verifyTiles((name) => readIfThere(join(path, name), MOST.tile, 'cut'), {
      ...options,
      list: () => filesIn(path),
    })
  }
  return verifyBundle(await readInput(path, MOST.bundle, 'cut'), options)
}

async function* filesIn(folder: string): AsyncIterable<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isDirectory()) yield relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')
}

async function optionsFrom(flags: Flags, env: NodeJS.ProcessEnv): Promise<VerifyBundleOptions> {
  const { run, origin, genesis, artifacts } = flags
  const checkpoints = await Promise.all((flags.checkpoint ?? []).map((file) => readInput(file, MOST.text, 'cut')))
  const keys = await Promise.all((flags.keys ?? []).map((file) => readInput(file, MOST.bundle, 'cut')))
  const maxAge = flags['max-age']
  const minSize = flags['min-size']
  if (minSize !== undefined && !/^\d{1,16}$/.test(minSize))
    throw new UsageError('--min-size is not a number of records')
  if (maxAge !== undefined && !/^\d{1,12}$/.test(maxAge)) throw new UsageError('--max-age is not a number of seconds')
  // A zone has to be named: without one it would be that of the machine, and the verdict another one elsewhere.
  if (flags.now !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(flags.now))
    throw new UsageError('--now is not an instant like 2026-01-31T12:00:00Z')
  return {
    trust: await trustFrom(flags, env),
    checkpoints,
    keys,
    ...(run === undefined ? {} : { run }),
    ...(origin === undefined ? {} : { origin }),
    ...(genesis === undefined ? {} : { genesis }),
    ...(minSize === undefined ? {} : { minSize: BigInt(minSize) }),
    ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
    ...(flags.now === undefined ? {} : { now: new Date(flags.now) }),
    ...(artifacts === undefined
      ? {}
      : { artifacts: (sha256: string) => readIfThere(join(artifacts, sha256), MOST.artifact, 'refuse') }),
    requireArtifacts: flags['require-artifacts'] === true,
    requireCompleteRun: flags['require-complete-run'] === true,
    requireWarehouse: flags['require-warehouse'] === true,
  }
}

/** Pins come from flags, environment or the user's own file; never from the working directory, never from the evidence. */
async function trustFrom(flags: Flags, env: NodeJS.ProcessEnv): Promise<(string | TrustedKey)[]> {
  const keys = flags.key ?? []
  const named = flags.trust ?? env['CLYRA_TRUST']
  if (named !== undefined && named !== '')
    return [...keys, ...parseTrustFile(textOf(await readInput(named, MOST.text, 'refuse')))]
  const base = settingsFolder(env)
  const own =
    base === undefined ? undefined : await readIfThere(join(base, 'clyra', 'trusted-keys'), MOST.text, 'refuse')
  return own === undefined ? keys : [...keys, ...parseTrustFile(textOf(own))]
}

/** Empty or relative means unset: it would be in the working directory, which is anybody's. Undefined without a home. */
function settingsFolder(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['XDG_CONFIG_HOME']
  if (given !== undefined && isAbsolute(given)) return given
  const home = env['HOME'] !== undefined && isAbsolute(env['HOME']) ? env['HOME'] : systemHome()
  return home === undefined ? undefined : join(home, '.config')
}

/** What the system knows of the user, whatever HOME says. */
function systemHome(): string | undefined {
  try {
    const home = process.platform === 'win32' ? homedir() : userInfo().homedir
    return isAbsolute(home) ? home : undefined
  } catch {
    return undefined
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

async function readIfThere(path: string, most: number, longer: 'cut' | 'refuse'): Promise<Uint8Array | undefined> {
  try {
    return await readInput(path, most, longer)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}

const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined

function complain(name: string, error: unknown, { err }: CliOutput): number {
  if (error instanceof UnreadableFile) {
    err(`${name}: ${oneLine(error.message)} (${error.code})\n`)
    return 3
  }
  const code = systemCode(error)
  if (error instanceof UsageError || error instanceof VerifyUsageError) {
    err(
      `${name}: ${oneLine(error.message)} (${error instanceof VerifyUsageError ? error.code : 'USAGE'})\ntry: ${name} --help\n`,
    )
    return 2
  }
  if (code !== undefined) {
    const path = error instanceof Error && 'path' in error ? ` ${oneLine(String(error.path))}` : ''
    err(`${name}: cannot read${path} (${code})\n`)
    return 3
  }
  err(`${name}: a fault of the verifier itself: ${error instanceof Error ? error.message : String(error)} (INTERNAL)\n`)
  return 70
}
