import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { discard, environment, filesUnder, PROGRAM } from '../cli/clyra.js'
import { type FaultRow, reportFaults } from '../faults/report.js'
import { sampled } from '../faults/sampled.js'
import { tryProgram, VERIFIER } from './hostile-files.js'
import { recordedProject } from './recorded-project.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-output', rows))

let folder: string
let run: string
let vkey: string
const at = (name: string) => join(folder, 'project', name)

beforeAll(() => {
  const made = recordedProject()
  folder = made.folder
  run = made.run
  vkey = made.vkey
})
afterAll(() => discard(folder))

/** What the attacker had put where the user, or a script, writes; `victim.txt` is the user's own file. */
const PLACES: Readonly<Record<string, { readonly path: () => string; readonly prepare?: (path: string) => void }>> = {
  'a file': { path: () => at('victim.txt') },
  'a private key': { path: () => keyFile() },
  'a log segment': { path: () => at('.clyra/log/00000000000000000000.seg') },
  'a new name in the state directory': { path: () => at('.clyra/log/new') },
  'a new name there through a link': {
    path: () => at('way/new'),
    prepare: () => symlinkSync(at('.clyra/keys'), at('way')),
  },
  'a device': { path: () => at('device'), prepare: (path) => makeDevice(path) },
  'a FIFO': { path: () => at('fifo'), prepare: (path) => void execFileSync('mkfifo', [path]) },
  'a link to a file': { path: () => at('link'), prepare: (path) => symlinkSync(at('victim.txt'), path) },
  'a link to nothing': { path: () => at('dangling'), prepare: (path) => symlinkSync(join(folder, 'made'), path) },
}

function keyFile(): string {
  const [name] = readdirSync(at('.clyra/keys'))
  return join(at('.clyra/keys'), name ?? '')
}

/** Without the right to make one: a link to one, which is a link. */
function makeDevice(path: string): void {
  if (process.getuid?.() === 0 && spawnSync('mknod', [path, 'c', '1', '3']).status === 0) return
  symlinkSync('/dev/null', path)
}

beforeEach(() => {
  writeFileSync(at('victim.txt'), 'what the user wrote\n')
})

/** All that must be as it was: the user's file, the log, the keys, the kind of what stands at the place. */
function picture(path: string): unknown {
  const files = [at('victim.txt'), ...filesUnder(at('.clyra/log')), ...filesUnder(at('.clyra/keys'))]
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return {
    files: files.map((file) => [file, readFileSync(file).toString('base64')]),
    there: stats === undefined ? null : [stats.ino, stats.mode, stats.isSymbolicLink() ? readlinkSync(path) : ''],
    made: existsSync(join(folder, 'made')),
    left: readdirSync(at('.')).filter((name) => name.endsWith('.tmp')),
  }
}

const REPLACING: readonly ((path: string) => readonly string[])[] = [
  (path) => ['bundle', '--last', '-o', path],
  (path) => ['bundle', '--last', '--open', '-o', path],
  (path) => ['report', '--last', '-o', path],
  (path) => ['report', 'good.def.zip', '-o', path],
  (path) => ['prove', '0', '-o', path],
  (path) => ['replay', '--write', path],
]
const MAKING: readonly ((path: string) => readonly string[])[] = [
  (path) => ['artifacts', 'export', run, path],
  (path) => ['export', 'tiles', path],
  (path) => ['backup', path],
  (path) => ['demo', 'data', '--directory', path],
  (path) => ['trust', 'add', vkey, '--trust', path],
  (path) => ['init', path],
]

describe.each(Object.entries(PLACES))('%s where output goes', (place, { path: pathOf, prepare }) => {
  it('is as it was, with and without --force', { timeout: 600_000 }, () => {
    const path = pathOf()
    prepare?.(path)
    const before = picture(path)
    const copies = () =>
      existsSync(at('.clyra/copies.ndjson')) ? readFileSync(at('.clyra/copies.ndjson'), 'utf8') : ''
    const noted = copies()
    const all = [
      ...REPLACING.map((command) => command(path)),
      // A plain file is what --force is for.
      ...(place === 'a file' ? [] : REPLACING.map((command) => [...command(path), '--force'])),
      // A trust file that is kept elsewhere and linked to is added to where it lies.
      ...MAKING.map((command) => command(path)).filter(
        ([name]) => !(name === 'trust' && place === 'a link to nothing'),
      ),
    ]
    const commands = sampled(all, 4, Object.keys(PLACES).indexOf(place))
    for (const command of commands) {
      const ended = tryProgram(folder, ['clyra', ...command])
      expect([command, ended.signal, ended.status]).toEqual([command, null, expect.toBeOneOf([1, 2, 3])])
      expect(`${command.join(' ')}: ${ended.stderr}`).toMatch(/\([A-Z_]+\)/)
      expect(ended.stderr).not.toContain('INTERNAL')
      expect([command, picture(path)]).toEqual([command, before])
    }
    // A refused output is no copy that an erasure would have to name.
    expect(copies()).toBe(noted)
    for (const made of ['way', 'device', 'fifo', 'link', 'dangling']) rmSync(at(made), { force: true })
    rows.push({
      fault: `${place} where output goes`,
      where:
        'bundle, report, prove, replay --write (with and without --force), artifacts export, export tiles, backup, demo data, trust add, init',
      cases: commands.length,
      survived: commands.length,
      rule: 'refused with a code; what is there and the ledger are byte for byte as before, nothing is made elsewhere, no copy is noted',
      mutation: 'open the output with "w"',
    })
  })
})

it('--force replaces a plain file, and nothing else is touched', { timeout: 120_000 }, () => {
  mkdirSync(at('out'), { recursive: true })
  for (const [index, command] of REPLACING.entries()) {
    const path = at(`out/${index}`)
    writeFileSync(path, 'old')
    const ended = tryProgram(folder, ['clyra', ...command(path), '--force'])
    expect([command(path), ended.status, ended.stderr]).toEqual([command(path), 0, expect.any(String)])
    expect(readFileSync(path, 'utf8')).not.toBe('old')
  }
  expect(readFileSync(at('victim.txt'), 'utf8')).toBe('what the user wrote\n')
})

describe('standard output', () => {
  const speaking: readonly (readonly string[])[] = [
    [PROGRAM, 'runs'],
    [PROGRAM, 'runs', '--json'],
    [PROGRAM, 'log', 'tail'],
    [PROGRAM, 'prove', '0'],
    [PROGRAM, 'verify', 'good.def.zip', '--own'],
    [PROGRAM, 'replay'],
    [PROGRAM, 'keys'],
    [PROGRAM, 'config'],
    [PROGRAM, 'completion', 'bash'],
    [PROGRAM, '--help'],
    [PROGRAM, '--version'],
    [VERIFIER, 'good.def.zip', '--trust', 'keys.txt'],
    [VERIFIER, 'good.def.zip', '--trust', 'keys.txt', '--json'],
    [VERIFIER, '--help'],
  ]
  const shell = (script: string, command: readonly string[]) =>
    spawnSync('bash', ['-c', script, 'bash', process.execPath, ...command], {
      cwd: at('.'),
      env: environment(folder),
      encoding: 'utf8',
      timeout: 60_000,
    })

  it.each([
    ['a full device', '"$@" > /dev/full', 3],
    ['a descriptor that is open for reading only', '"$@" 1< victim.txt', 3],
    ['a reader that has left', '"$@" | true; exit "$PIPESTATUS"', 0],
  ] as const)('that is %s', { timeout: 300_000 }, (name, script, status) => {
    writeFileSync(at('keys.txt'), `${vkey}\n`)
    const tried = sampled(speaking, 3, status)
    for (const command of tried) {
      const ended = shell(script, command)
      expect([command.slice(1), ended.status, ended.stderr]).toEqual([
        command.slice(1),
        status,
        status === 0 ? expect.not.stringMatching(/\([A-Z_]+\)/) : expect.stringMatching(/standard output/),
      ])
    }
    rows.push({
      fault: `standard output is ${name}`,
      where: 'runs, log tail, prove, verify, replay, keys, config, completion, --help, --version, clyra-verify',
      cases: tried.length,
      survived: tried.length,
      rule: status === 0 ? 'quiet, with the exit status of the command' : 'exit status 3, and it is said',
      mutation: status === 0 ? 'take EPIPE for a failure' : 'leave the error of the stream unheard',
    })
  })
})
