/**
 * Nonsense on the command line: every command, with arguments and options of its own and of others, against ledgers that
 * are whole, damaged, empty or not there. In process, because a process each would be a hundred times slower; a few in
 * processes of their own.
 */
import { cpSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadCommand } from '../../src/cli/command.js'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { ERROR_CODES } from '../../src/errors/index.js'
import { clyra, clyraJson, discard, type Ended, leaveRun, sandbox } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import { Random } from './engine/random.js'
import { fuzzSeed } from './engine/seed.js'

const seed = fuzzSeed()
/** A minute of `npm run fuzz` is this test's; in `npm test` about ten seconds. */
const seconds = Math.max(10, Number(process.env['CLYRA_FUZZ_SECONDS'] ?? 60) / 10)

const commands = await Promise.all(COMMANDS.map(loadCommand))

let folder: string
let known: readonly string[] = []

beforeAll(() => {
  folder = sandbox()
  const project = join(folder, 'project')
  expect(clyra(folder, ['init']).status).toBe(0)
  leaveRun(folder, 'good')
  expect(clyra(folder, ['ingest', 'dbt', 'target']).status).toBe(0)
  expect(clyra(folder, ['bundle', '--last', '-o', 'b.zip']).status).toBe(0)
  expect(clyra(folder, ['export', 'tiles', 'public']).status).toBe(0)
  const keys = clyraJson(folder, ['keys']) as { vkey: string; genesis: string; origin: string }
  const { runs } = clyraJson(folder, ['runs']) as { runs: { run: string }[] }
  known = [keys.vkey, keys.genesis, keys.origin, ...runs.map(({ run }) => run), ...runs.map(({ run }) => `run-${run}`)]
  cpSync(join(project, '.clyra'), join(project, 'damaged'), { recursive: true })
  for (const name of readdirSync(join(project, 'damaged', 'log'))) {
    if (name.endsWith('.seg')) truncateSync(join(project, 'damaged', 'log', name), 3000)
  }
  mkdirSync(join(project, 'empty'))
  writeFileSync(join(project, 'nothing'), '')
  writeFileSync(join(project, 'text'), 'no bundle, no key, no note\n')
  writeFileSync(join(project, 'sparse'), '')
  truncateSync(join(project, 'sparse'), 3 * 2 ** 30)
  mkdirSync(join(project, 'huge'))
  for (const name of ['run_results.json', 'manifest.json']) {
    writeFileSync(join(project, 'huge', name), '')
    truncateSync(join(project, 'huge', name), 3 * 2 ** 30)
  }
}, 300_000)

afterAll(() => discard(folder))

const NONSENSE = [
  '',
  ' ',
  '-',
  '--',
  '---',
  '=',
  '0',
  '-1',
  '1',
  '3',
  '01',
  '1e3',
  '1.5',
  '999999',
  '9007199254740991',
  '9007199254740992',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  // Nothing above the folder that is thrown away afterwards: `init` makes a ledger wherever it is told to.
  '..',
  '/dev/null/deeper',
  '.',
  '/dev/null',
  '/proc/self/mem',
  'nowhere',
  'nowhere/deeper',
  'empty',
  'nothing',
  'text',
  'sparse',
  'huge',
  'b.zip',
  'public',
  'target',
  'damaged',
  '.clyra',
  'x'.repeat(5000),
  'é\u0000'.slice(0, 1),
  'a\nb',
  '\u001b[31m',
  '😀',
  '$(id)',
  '%s%n',
  '2025-01-01T00:00:00Z',
  '2025-02-30T00:00:00Z',
  'ledger-keys',
  'ledger-heads',
  'thing-1',
  'dev.clyra.run.started.v2',
  'postgres://u:hunter2@h/db',
  'file:///etc/passwd',
  'http://localhost:1/',
  'evidence',
  'ledger',
  'compromised',
  'superseded',
  'erasure-request',
  '{}',
  '"',
  "'",
  '*',
]

const ALL_FLAGS = [...new Set(commands.flatMap(({ flags }) => flags.map(({ flags: text }) => text)))]

/** An option, with a value where it takes one, and sometimes where it does not. */
function option(random: Random, own: readonly string[]): string[] {
  const flag = random.pick(own.length === 0 || random.below(12) === 0 ? ALL_FLAGS : own)
  const name = random.pick(flag.split(/[ ,]+/).filter((word) => word.startsWith('-')))
  const value = random.pick([...NONSENSE, ...known])
  if (random.below(8) === 0) return [`${name}=${value}`]
  return flag.includes('<') !== (random.below(15) === 0) ? [name, value] : [name]
}

/** A command with about as many arguments as it takes, options mostly of its own, and a ledger that may be none. */
function commandLine(random: Random): string[] {
  const spec = random.pick(commands)
  const argv = random.below(20) === 0 ? [random.pick(NONSENSE)] : spec.path.split(' ')
  const words = (spec.arguments?.length ?? 0) + (random.below(10) === 0 ? 1 : 0)
  for (let i = 0; i < words; i++) if (random.below(8) > 0) argv.push(random.pick([...NONSENSE, ...known]))
  const own = spec.flags.map(({ flags }) => flags)
  for (let i = random.below(own.length === 0 ? 2 : 4); i > 0; i--)
    if (own.length > 0 || random.below(4) === 0) argv.push(...option(random, own))
  if (random.below(3) === 0)
    argv.push(
      '--ledger',
      random.pick(['.clyra', 'damaged', 'empty', 'nowhere', 'text', 'public', '', 'postgres://u:hunter2@h/db']),
    )
  if (random.below(3) === 0) argv.push('--json')
  return argv
}

/** What is wrong with how the program ended, or undefined. */
function complaint(argv: readonly string[], { status, stdout, stderr }: Ended): string | undefined {
  const wordy = argv.includes('-v') || argv.includes('--verbose')
  if (!wordy && /\n\s+at .*[:(]\d+/.test(`${stdout}${stderr}`)) return 'a stack trace'
  if (/\(INTERNAL\)|"INTERNAL"/.test(`${stdout}${stderr}`)) return 'a fault of ours'
  if (`${stdout}${stderr}`.includes('//u:hunter2@')) return 'a password is repeated'
  if (status === null) return 'a signal'
  if (status === 0) return undefined
  const code = /^clyra: .* \(([A-Z_]+)\)$/m.exec(stderr)?.[1]
  const known = code !== undefined && Object.hasOwn(ERROR_CODES, code)
  // The dbt of a run decides; a verdict, a divergence and damage that was found are answers, not failures.
  const answers = ['verify', 'replay', 'fsck', 'run', 'doctor'].includes(argv[0] ?? '')
  if (!known)
    return answers && [1, 2, 3].includes(status) && stdout !== '' ? undefined : `status ${status} without a code`
  // The code is a key of the table, as was just asked.
  const meant = ERROR_CODES[code as keyof typeof ERROR_CODES].exit
  return meant === status || argv[0] === 'run' ? undefined : `${code} with status ${status} instead of ${meant}`
}

test(
  `whatever stands on the command line, the program ends with a named code and the status of it (CLYRA_FUZZ_SEED=${seed})`,
  async () => {
    const bad: string[] = []
    const codes = new Map<string, number>()
    const until = performance.now() + seconds * 1000
    let executed = 0
    for (let i = 0; (performance.now() < until || executed < 60) && bad.length < 10; i++) {
      const argv = commandLine(new Random(seed, 'cli', i))
      // The demonstration takes seconds: it is tested on its own.
      if (argv[0] === 'demo' && !argv.includes('--bogus')) argv.push('--bogus')
      const start = performance.now()
      // `log tail --follow` ends when it is told to.
      const stopped = AbortSignal.timeout(2000)
      const ended = await clyraHere(folder, argv, { env: { CLYRA_LOCK_WAIT: '0' }, stopped })
      executed++
      const wrong = complaint(argv, ended) ?? (performance.now() - start > 120_000 ? 'two minutes' : undefined)
      const code = /\(([A-Z_]+)\)$/m.exec(ended.stderr)?.[1] ?? `status ${ended.status}`
      codes.set(code, (codes.get(code) ?? 0) + 1)
      if (wrong !== undefined)
        bad.push(
          `${wrong}: clyra ${argv.map((word) => JSON.stringify(word.slice(0, 80))).join(' ')}\n${ended.stderr.slice(0, 400)}`,
        )
    }
    process.stderr.write(`${executed} command lines: ${JSON.stringify(Object.fromEntries([...codes].sort()))}\n`)
    expect(bad).toEqual([])
    // Whatever was asked of it, the ledger is whole.
    expect(clyra(folder, ['fsck', '--all']).status).toBe(0)
  },
  seconds * 10_000 + 300_000,
)

test('nor does a process of its own leave a stack trace, hang, or end by a signal', () => {
  const lines: readonly (readonly string[])[] = [
    [],
    ['nonsense'],
    ['verify', 'sparse'],
    ['verify', '/dev/null'],
    ['verify', '.'],
    ['ingest', 'dbt', 'huge'],
    ['log', 'show', '9'.repeat(100_000)],
    ['bundle', 'x'.repeat(100_000)],
    ['keys', 'revoke', '__proto__'],
    ['prove', '0', '--size', '-5'],
    ['runs', '--ledger', ''],
    ['runs', '--last=postgres://u:hunter2@h/db'],
  ]
  for (const argv of lines) {
    const ended = clyra(folder, argv)
    expect({
      argv: argv.join(' ').slice(0, 60),
      signal: ended.signal,
      wrong: complaint(argv, ended),
    }).toEqual({
      argv: argv.join(' ').slice(0, 60),
      signal: null,
      wrong: undefined,
    })
  }
}, 300_000)
