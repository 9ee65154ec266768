import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { discard, ended, environment, filesUnder, PROGRAM, RECORDED, sandbox, startClyra, until } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'

/** The folders of one case, with a ledger in the project. */
export interface Place {
  readonly folder: string
  readonly project: string
  readonly state: string
  readonly home: string
}

/** How a case differs from a usual run. */
export interface Arranged {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** The program; the usual one where absent. */
  readonly program?: string
  /** A line for a shell in which "$@" is the command. */
  readonly shell?: string
  /** Clyra's options, before `dbt`. */
  readonly options?: readonly string[]
  /** More of what the stand-in for dbt does. */
  readonly plan?: Readonly<Record<string, unknown>>
  /** Done while it runs. */
  readonly during?: (pid: number, dbtRuns: () => boolean) => Promise<void>
  /** Ends the fault, so that the ledger can be asked. */
  readonly mend?: () => unknown
  /** Runs that the ledger has already. */
  readonly runsBefore?: number
  /** Where the fault itself takes one of these away. */
  readonly without?: 'stdout' | 'stderr'
  /** The exit status, where it is not dbt's own. */
  readonly status?: number
}

/** One way in which Clyra can be hit, and what then must hold besides dbt's exit status and output. */
export interface WrapperFault {
  readonly fault: string
  readonly where: 'before dbt' | 'while dbt runs' | 'after dbt' | 'throughout'
  /** What Clyra says; null where it need not say more than usual. */
  readonly says: RegExp | null
  /** In the ledger at once; in a spool, from which `clyra spool flush` brings it in; or lost, which is said. */
  readonly record: 'ledger' | 'spool' | 'lost'
  arrange(place: Place): Arranged | undefined | Promise<Arranged | undefined>
}

const HOOK = fileURLToPath(new URL('./wrapper-hook.mjs', import.meta.url))

/** The environment that puts a fault into one of the two processes. */
export function hooked(hook: {
  readonly in: 'clyra' | 'recorder'
  readonly at: string | number
  readonly does: string
  readonly file?: string
}) {
  return { NODE_OPTIONS: `--import ${HOOK}`, CLYRA_HOOK: JSON.stringify(hook) }
}

/** A line for the stand-in's shell that sends a signal to the recorder: the other child of dbt's parent. */
export const KILL_RECORDER = (signal: string) =>
  `pkill -${signal} -P $(ps -o ppid= -p $PPID) -f /recorder.js; sleep 0.5`

/** dbt's exit codes of each case; its words before the fault and after it. */
export const EXITS = [0, 41] as const
const FIRST_WORDS = 'from dbt: first\n'
const LAST_WORDS = 'from dbt: last\n'

/** What no user may be shown: a stack, or Node's own words of a crash. */
export const RAW = /\n\s+at |node:internal|Node\.js v\d|FATAL ERROR/

/** Runs one case in folders of its own. Throws where dbt, its output or its record did not survive. */
export async function surviveFault(fault: WrapperFault, exit: number): Promise<void> {
  const folder = sandbox()
  const project = join(folder, 'project')
  const place = { folder, project, state: join(project, '.clyra'), home: join(folder, 'home') }
  let arranged: Arranged | undefined
  try {
    expect(await clyraHere(folder, ['init'])).toMatchObject({ status: 0 })
    arranged = (await fault.arrange(place)) ?? {}
    const run = await wrapped(place, arranged, exit)
    expect(run.stderr).not.toMatch(RAW)
    expect({ status: run.status, stderr: run.stderr }).toMatchObject({ status: arranged.status ?? exit })
    if (arranged.without !== 'stdout') expect(run.stdout).toBe(`${FIRST_WORDS}${LAST_WORDS}`)
    if (arranged.without !== 'stderr') expect(run.stderr).toContain('fake dbt whispers\n')
    expect(run.starts).toBe(1)
    if (fault.says !== null) expect(run.stderr).toMatch(fault.says)
    await arranged.mend?.()
    await expectRecord(place, fault.record, arranged.runsBefore ?? 0, run.stderr)
  } finally {
    await arranged?.mend?.()
    await discard(folder)
  }
}

/** Sends a signal while the recorder has not said yet how dbt is to be started. */
export async function endedBefore(
  signal: NodeJS.Signals,
): Promise<{ readonly signal: NodeJS.Signals | null; readonly starts: number; readonly runs: number }> {
  const folder = sandbox()
  try {
    expect(await clyraHere(folder, ['init'])).toMatchObject({ status: 0 })
    const argumentsFile = join(folder, 'starts')
    const hanging = hooked({ in: 'recorder', at: 'asked', does: 'hang' })
    const child = startClyra(folder, ['run', 'dbt', 'build'], {
      env: { ...hanging, CLYRA_PREPARE_WAIT: '600', FAKE_DBT: JSON.stringify({ argumentsFile }) },
    })
    const gone = ended(child)
    // A recorder is there: from then on the wrapper takes signals.
    await until(() => spawnSync('pgrep', ['-P', String(child.pid), '-f', 'recorder.js']).status === 0, 'it waits')
    child.kill(signal)
    const { signal: by } = await gone
    await clyraHere(folder, ['spool', 'flush'])
    const { stdout } = await clyraHere(folder, ['runs', '--json'])
    // Holds: the schema of `clyra runs`.
    const { runs } = JSON.parse(stdout) as { runs: object[] }
    return { signal: by, starts: existsSync(argumentsFile) ? 1 : 0, runs: runs.length }
  } finally {
    await discard(folder)
  }
}

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** How often dbt was started. */
  readonly starts: number
}

async function wrapped(place: Place, arranged: Arranged, exit: number): Promise<Ran> {
  const argumentsFile = join(place.folder, 'starts')
  const readyFile = join(place.folder, 'ready')
  const plan = {
    recording: join(RECORDED, 'good'),
    stdout: FIRST_WORDS,
    farewell: LAST_WORDS,
    argumentsFile,
    readyFile,
  }
  const command = [
    ...[process.execPath, arranged.program ?? PROGRAM, 'run'],
    ...[...(arranged.options ?? []), 'dbt', 'build'],
  ]
  const usual = environment(place.folder, { FAKE_DBT: JSON.stringify({ ...plan, exit, ...arranged.plan }) })
  const child = spawn('/bin/sh', ['-c', arranged.shell ?? 'exec "$@"', 'sh', ...command], {
    cwd: place.project,
    env: { ...usual, ...arranged.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      said[name] += String(chunk)
    })
  }
  // Not `close`: who holds dbt's output longer than dbt must not hold us.
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  let closed = false
  child.on('close', () => {
    closed = true
  })
  await arranged.during?.(child.pid ?? 0, () => existsSync(readyFile))
  const status = await ended
  // What they wrote before their end lies in the pipes: it is read while the loop turns, however long a turn takes.
  for (let quiet = 0; !closed && quiet < 3; ) {
    const before = said.stdout.length + said.stderr.length
    await sleep(100)
    await immediate()
    quiet = said.stdout.length + said.stderr.length === before ? quiet + 1 : 0
  }
  const starts = existsSync(argumentsFile) ? readFileSync(argumentsFile, 'utf8').trimEnd().split('\n').length : 0
  return { status, ...said, starts }
}

async function expectRecord(
  { folder, project, home }: Place,
  record: WrapperFault['record'],
  before: number,
  said: string,
): Promise<void> {
  const count = async () => {
    const { stdout, stderr } = await clyraHere(folder, ['runs', '--json'])
    // Holds: the schema of `clyra runs`.
    return { runs: (JSON.parse(stdout) as { runs?: object[] }).runs?.length, said, stderr }
  }
  const spools = () =>
    [join(project, '.clyra', 'spool'), home].flatMap(filesUnder).filter((path) => path.endsWith('spool.json'))
  if (record === 'ledger') {
    expect(await count()).toMatchObject({ runs: before + 1 })
    return
  }
  if (record === 'lost') {
    expect(said).toMatch(/clyra: (this run is not recorded|preparing to record the run failed)/)
    await clyraHere(folder, ['spool', 'flush'])
    expect(await count()).toMatchObject({ runs: before })
    return
  }
  expect(said).toMatch(/waits in/)
  expect(spools()).not.toEqual([])
  const flushed = await clyraHere(folder, ['spool', 'flush', '--json'])
  expect({ stdout: flushed.stdout, said }).toMatchObject({ stdout: expect.stringMatching(/"waiting": \[\]/) })
  expect(await count()).toMatchObject({ runs: before + 1 })
}
