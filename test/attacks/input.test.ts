import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clyra, discard, ended, environment, PROGRAM, sandbox, until } from '../cli/clyra.js'
import { type FaultRow, reportFaults } from '../faults/report.js'
import { sampled } from '../faults/sampled.js'
import { HOSTILE_FILES, sparse, tryProgram, VERIFIER } from './hostile-files.js'
import { recordedProject } from './recorded-project.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-input', rows))

let folder: string
let vkey: string
const at = (name: string) => join(folder, 'project', name)

beforeAll(() => {
  const made = recordedProject()
  folder = made.folder
  vkey = made.vkey
  expect(clyra(folder, ['export', 'tiles', 'tiles']).status).toBe(0)
})
afterAll(() => discard(folder))

type Program = readonly [program: 'clyra' | 'clyra-verify', ...args: string[]]
interface Door {
  /** The command as a person would say it. */
  readonly name: string
  readonly command: () => Program
  /** Where the hostile file stands, from the project's folder. */
  readonly path: string
  readonly env?: () => Readonly<Record<string, string>>
  /** What is done without it is done, and it is said: the exit status may be 0. Default: the command is refused. */
  readonly goesOn?: true
}

const HOSTILE = 'hostile'
const doors: readonly Door[] = [
  { name: 'verify <bundle>', command: () => ['clyra', 'verify', HOSTILE, '--own'], path: HOSTILE },
  { name: 'verify --trust', command: () => ['clyra', 'verify', 'good.def.zip', '--trust', HOSTILE], path: HOSTILE },
  {
    name: 'verify --checkpoint',
    command: () => ['clyra', 'verify', 'good.def.zip', '--own', '--checkpoint', HOSTILE],
    path: HOSTILE,
  },
  {
    name: 'verify --keys',
    command: () => ['clyra', 'verify', 'good.def.zip', '--own', '--keys', HOSTILE],
    path: HOSTILE,
  },
  {
    name: 'verify --artifacts',
    command: () => ['clyra', 'verify', 'good.def.zip', '--own', '--artifacts', 'kept', '--require-artifacts'],
    path: `kept/${sha256(recorded('target/manifest.json'))}`,
  },
  {
    name: 'verify <tiles>, checkpoint',
    command: () => ['clyra', 'verify', 'tiles', '--own'],
    path: 'tiles/checkpoint',
  },
  { name: 'verify <tiles>, a tile', command: () => ['clyra', 'verify', 'tiles', '--own'], path: 'tiles/tile/0' },
  { name: 'replay --from <tiles>', command: () => ['clyra', 'replay', '--from', 'tiles'], path: 'tiles/checkpoint' },
  { name: 'replay --expect', command: () => ['clyra', 'replay', '--expect', HOSTILE], path: HOSTILE },
  { name: 'replay --bundle', command: () => ['clyra', 'replay', '--bundle', HOSTILE], path: HOSTILE },
  { name: 'report <bundle>', command: () => ['clyra', 'report', `${HOSTILE}.zip`], path: `${HOSTILE}.zip` },
  { name: 'prove --consistency', command: () => ['clyra', 'prove', '--consistency', HOSTILE], path: HOSTILE },
  { name: 'trust list', command: () => ['clyra', 'trust', 'list', '--trust', HOSTILE], path: HOSTILE },
  { name: 'trust add', command: () => ['clyra', 'trust', 'add', vkey, '--trust', HOSTILE], path: HOSTILE },
  { name: 'config, clyra.yaml', command: () => ['clyra', 'config'], path: 'clyra.yaml' },
  { name: 'runs, clyra.yaml', command: () => ['clyra', 'runs'], path: 'clyra.yaml' },
  {
    name: 'ingest dbt, manifest.json',
    command: () => ['clyra', 'ingest', 'dbt', 'target'],
    path: 'target/manifest.json',
    goesOn: true,
  },
  {
    name: 'ingest dbt, run_results.json',
    command: () => ['clyra', 'ingest', 'dbt', 'target'],
    path: 'target/run_results.json',
    goesOn: true,
  },
  {
    name: 'ingest dbt, sources.json',
    command: () => ['clyra', 'ingest', 'dbt', 'target'],
    path: 'target/sources.json',
    goesOn: true,
  },
  {
    name: 'ingest dbt, logs/dbt.log',
    command: () => ['clyra', 'ingest', 'dbt', 'target'],
    path: 'logs/dbt.log',
    goesOn: true,
  },
  {
    name: 'ingest dbt --log',
    command: () => ['clyra', 'ingest', 'dbt', 'target', '--log', HOSTILE],
    path: HOSTILE,
    goesOn: true,
  },
  {
    name: 'ingest dbt, packages.yml',
    command: () => ['clyra', 'ingest', 'dbt', 'target'],
    path: 'packages.yml',
    goesOn: true,
  },
  {
    name: 'ingest dbt, dbt_project.yml',
    command: () => ['clyra', 'ingest', 'dbt', 'target'],
    path: 'dbt_project.yml',
    goesOn: true,
  },
  {
    name: 'doctor, profiles.yml',
    command: () => ['clyra', 'doctor', '--offline'],
    path: 'profiles.yml',
    env: () => ({ DBT_PROFILES_DIR: at('.') }),
    goesOn: true,
  },
  {
    name: 'doctor, dbt_project.yml',
    command: () => ['clyra', 'doctor', '--offline'],
    path: 'dbt_project.yml',
    goesOn: true,
  },
  { name: 'clyra-verify <bundle>', command: () => ['clyra-verify', HOSTILE, '--key', vkey], path: HOSTILE },
  {
    name: 'clyra-verify --trust',
    command: () => ['clyra-verify', 'good.def.zip', '--trust', HOSTILE],
    path: HOSTILE,
  },
  {
    name: 'clyra-verify --checkpoint',
    command: () => ['clyra-verify', 'good.def.zip', '--key', vkey, '--checkpoint', HOSTILE],
    path: HOSTILE,
  },
  {
    name: 'clyra-verify --keys',
    command: () => ['clyra-verify', 'good.def.zip', '--key', vkey, '--keys', HOSTILE],
    path: HOSTILE,
  },
  {
    name: 'clyra-verify --artifacts',
    command: () => ['clyra-verify', 'good.def.zip', '--key', vkey, '--artifacts', 'kept', '--require-artifacts'],
    path: `kept/${sha256(recorded('target/manifest.json'))}`,
  },
  {
    name: 'clyra-verify <tiles>, checkpoint',
    command: () => ['clyra-verify', 'tiles', '--key', vkey],
    path: 'tiles/checkpoint',
  },
  {
    name: 'clyra-verify <tiles>, a tile',
    command: () => ['clyra-verify', 'tiles', '--key', vkey],
    path: 'tiles/tile/0',
  },
]

function recorded(name: string): Uint8Array {
  return readFileSync(new URL(`../../examples/dbt-postgres/recorded/good/${name}`, import.meta.url))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A folder with the hostile file in it, as the whole was before. */
async function withHostile(path: string, make: (path: string) => void | Promise<void>): Promise<string> {
  const copy = sandbox()
  cpSync(join(folder, 'project'), join(copy, 'project'), { recursive: true })
  mkdirSync(join(copy, 'project', path, '..'), { recursive: true })
  rmSync(join(copy, 'project', path), { recursive: true, force: true })
  await make(join(copy, 'project', path))
  return copy
}

const CODE = /\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b|\b(USAGE|UNTRUSTED|INVALID|INCOMPLETE)\b/

describe('a file that is none', () => {
  it.each(Object.entries(HOSTILE_FILES))(
    'ends every command in time and with a code: %s',
    { timeout: 1_200_000 },
    async (kind, make) => {
      const wrong: unknown[] = []
      const tried = sampled(doors, 4, Object.keys(HOSTILE_FILES).indexOf(kind))
      for (const { name, command, path, env, goesOn } of tried) {
        const copy = await withHostile(path, make)
        const run = tryProgram(copy, command(), env?.())
        discard(copy)
        const allowed = goesOn === true ? [0, 1, 2, 3] : [1, 2, 3]
        const said = `${run.stdout}${run.stderr}`
        const right =
          run.signal === null &&
          allowed.includes(run.status ?? -1) &&
          (run.status === 0 || CODE.test(said)) &&
          !/INTERNAL|RangeError|ERR_FS|\bat .*\.js:\d/.test(said)
        if (!right) wrong.push([name, kind, run.status, run.signal, said.slice(0, 400)])
      }
      expect(wrong).toEqual([])
      rows.push({
        fault: `${kind} where a file is read`,
        where:
          'verify, replay, report, prove, trust, config, runs, ingest, doctor, clyra-verify: each file that they read',
        cases: tried.length,
        survived: tried.length,
        rule: 'ends in time with a code of its own, or goes on and says what was not read; never by a signal, never INTERNAL',
        mutation: 'read with readFile of node:fs, which waits for the writer of a FIFO and fails above 2 GiB',
      })
    },
  )
})

describe('SIGTERM while a large file is read', () => {
  const long: readonly (readonly [name: string, command: (file: string) => readonly string[], bytes: number])[] = [
    ['clyra verify', (file) => [PROGRAM, 'verify', file, '--own'], 2 ** 30],
    ['clyra ingest dbt --log', (file) => [PROGRAM, 'ingest', 'dbt', 'target', '--log', file], 6 * 2 ** 30],
    ['clyra-verify', (file) => [VERIFIER, file], 2 ** 30],
  ]

  it('ends the program', { timeout: 300_000 }, async () => {
    for (const [name, command, bytes] of long) {
      const file = at('large')
      sparse(file, bytes)
      const child = spawn(process.execPath, command(file), {
        cwd: at('.'),
        env: environment(folder),
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const over = ended(child)
      await until(() => child.exitCode !== null || bytesReadBy(child.pid) > 128 * 2 ** 20, `${name} reads`)
      expect([name, child.exitCode]).toEqual([name, null])
      child.kill('SIGTERM')
      const asked = performance.now()
      const { status, signal } = await over
      expect([name, signal ?? status]).toEqual([name, expect.toBeOneOf(['SIGTERM', 143])])
      expect(performance.now() - asked).toBeLessThan(20_000)
      rmSync(file)
    }
    rows.push({
      fault: 'SIGTERM while a large file is read',
      where: long.map(([name]) => name).join(', '),
      cases: long.length,
      survived: long.length,
      rule: 'the program ends by it',
      mutation: 'read the whole file in one synchronous call',
    })
  })
})

/** What a process has read so far, in bytes, as the system counts it. */
function bytesReadBy(pid: number | undefined): number {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

it('the same doors are open to what belongs there', { timeout: 120_000 }, () => {
  writeFileSync(at('keys.txt'), `${vkey}\n`)
  const good = [
    ['clyra', 'verify', 'good.def.zip', '--trust', 'keys.txt', '--checkpoint', 'tiles/checkpoint'],
    ['clyra', 'verify', 'tiles', '--own'],
    ['clyra', 'prove', '--consistency', 'tiles/checkpoint'],
    ['clyra-verify', 'good.def.zip', '--trust', 'keys.txt', '--keys', 'good.def.zip'],
    ['clyra-verify', 'tiles', '--key', vkey],
  ] as const
  for (const command of good) expect([command, tryProgram(folder, command).status]).toEqual([command, 0])
})
