import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  clyra,
  discard,
  ended,
  filesUnder,
  filesWith,
  leaveRun,
  RECORDED,
  sandbox,
  startClyra,
  until,
} from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))

interface Plan {
  readonly recording?: string
  readonly fault?: string
  readonly exit?: number
  readonly lines?: number
  readonly pauseMs?: number
  readonly pad?: number
  readonly plant?: string
  readonly readyFile?: string
  readonly argumentsFile?: string
  readonly copyLog?: string
  readonly stdout?: string
}

const fakeDbt = (plan: Plan) => ({ FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good'), ...plan }) })
const runDbt = (plan: Plan, args: readonly string[] = ['build']) =>
  clyra(folder, ['run', 'dbt', ...args], { env: fakeDbt(plan) })

interface Ingested {
  readonly run: string
  readonly appended: number
  readonly known: number
}

interface RunLine {
  readonly run: string
  readonly outcome: string
  readonly completeness: string
  readonly reasons: readonly string[]
  readonly statements: number
  readonly exitCode: number | null
  readonly signal: string | null
}
const runs = async () => ((await clyraJsonHere(folder, ['runs'])) as { runs: RunLine[] }).runs
const spools = () => filesUnder(join(folder, 'project', '.clyra', 'spool'))
const userSpools = () => filesUnder(join(folder, 'home', '.local', 'state', 'clyra', 'spool'))
const records = async (run: string) =>
  (await clyraHere(folder, ['log', 'tail', '-n', '100000', '--stream', `run-${run}`, '--json'])).stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: { id: string; type: string; data: Record<string, unknown> } })

describe('a wrapped run', () => {
  it('passes output and exit code through and ends in one line', async () => {
    const done = runDbt({ exit: 0, stdout: 'from dbt\n' })
    expect(done.status).toBe(0)
    expect(done.stdout).toBe('from dbt\n')
    expect(done.stderr).toMatch(/^fake dbt whispers\n/)
    const [run] = await runs()
    expect(done.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^clyra: SUCCEEDED run recorded: \d+ steps, no warning, .*; warehouse NOT asked \(.*\); clyra report --last$/,
    )
    expect(run).toMatchObject({ outcome: 'succeeded', completeness: 'complete', exitCode: 0 })
    expect(spools()).toEqual([])
  })

  it('gives dbt its own arguments first, then those that make the log readable, and the run id', async () => {
    const argumentsFile = join(folder, 'arguments')
    runDbt({ argumentsFile }, ['--', 'build', '--select', 'orders'])
    const { args, runId } = JSON.parse(readFileSync(argumentsFile, 'utf8'))
    expect(args.slice(0, 3)).toEqual(['build', '--select', 'orders'])
    expect(args).toContain('--log-file-max-bytes')
    expect(runId).toBe((await runs())[0]?.run)
  })

  it('leaves a readable log where people look for it', () => {
    runDbt({})
    const text = readFileSync(join(folder, 'project', 'logs', 'dbt.log'), 'utf8')
    expect(text).toMatch(/\d\d:\d\d:\d\d\.\d+ \[info \] \[MainThread.*\]: Running with dbt/)
    expect(text).not.toContain('{"data"')
  })

  it.each([1, 2, 7])('returns dbt’s exit code %i', async (exit) => {
    expect(runDbt({ exit }).status).toBe(exit)
    expect((await runs())[0]).toMatchObject({ exitCode: exit, outcome: 'failed' })
  })

  it('makes the events that `ingest` makes of the same files', async () => {
    const copyLog = join(folder, 'copy.log')
    runDbt({ copyLog })
    const [run] = await runs()
    const before = (await records(run?.run ?? '')).length
    const again = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target', '--log', copyLog])) as Ingested
    expect(again).toMatchObject({ run: run?.run, appended: 0 })
    expect(again.known).toBeGreaterThan(100)
    // Without the log there is less to say, and nothing new.
    renameSync(join(folder, 'project', 'logs'), join(folder, 'project', 'old-logs'))
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({ run: run?.run, appended: 0 })
    expect(await records(run?.run ?? '')).toHaveLength(before)
  })

  it('stands: files that were changed afterwards are refused', async () => {
    const copyLog = join(folder, 'copy.log')
    runDbt({ copyLog })
    const path = join(folder, 'project', 'target', 'run_results.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"status":"success"', '"status":"error"'))
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target', '--log', copyLog])).toMatchObject({
      error: { code: 'EVENT_ID_REUSED' },
    })
  })

  it('says when dbt is not there, and records that', async () => {
    const done = clyra(folder, ['run', 'dbt', 'build'], { env: { CLYRA_DBT: 'no-such-dbt' } })
    expect(done.status).toBe(127)
    expect(done.stderr).toContain('(DBT_NOT_FOUND)')
    expect((await runs())[0]).toMatchObject({
      completeness: 'partial',
      reasons: expect.arrayContaining(['process-not-started']),
    })
  })
})

describe('a run that ends badly, over the artefacts of a good run before it', () => {
  beforeEach(() => {
    leaveRun(folder, 'failing')
    renameSync(join(folder, 'project', 'logs'), join(folder, 'project', 'old-logs'))
  })

  it.each([
    ['sigterm', 143, 'SIGTERM'],
    ['sigkill', 137, 'SIGKILL'],
  ])('by %s is partial and takes no result of the run before', async (fault, status, signal) => {
    expect(runDbt({ fault, lines: 150 }).status).toBe(status)
    const [run] = await runs()
    expect(run).toMatchObject({ completeness: 'partial', outcome: 'interrupted', signal, exitCode: null })
    expect(run?.reasons).toEqual(
      expect.arrayContaining(['artifact-run-results-stale', 'log-no-end', 'process-signalled']),
    )
    const claims = (await records(run?.run ?? '')).filter(
      ({ event }) => event.data['voice'] === 'claim' && event.type.includes('node.executed'),
    )
    expect(claims).toEqual([])
  })

  it('by a parse error takes neither manifest nor results', async () => {
    expect(runDbt({ fault: 'parse-error' }).status).toBe(2)
    const [run] = await runs()
    expect(run?.reasons).toEqual(expect.arrayContaining(['artifact-manifest-stale', 'artifact-run-results-stale']))
    expect(
      (await records(run?.run ?? '')).filter(({ event }) => event.type === 'dev.clyra.artifact.captured.v1'),
    ).toEqual([])
  })

  it('by SIGINT to the wrapper lets dbt end by itself', async () => {
    const readyFile = join(folder, 'ready')
    const child = startClyra(folder, ['run', 'dbt', 'build'], {
      env: fakeDbt({ fault: 'wait', lines: 150, readyFile }),
    })
    const done = ended(child)
    await until(() => existsSync(readyFile), 'dbt runs')
    child.kill('SIGINT')
    expect((await done).status).toBe(2)
    expect((await runs())[0]).toMatchObject({ exitCode: 2, completeness: 'partial' })
  })

  it('by SIGTERM to the wrapper passes it on, and is recorded', async () => {
    const readyFile = join(folder, 'ready')
    const child = startClyra(folder, ['run', 'dbt', 'build'], {
      env: fakeDbt({ fault: 'wait', lines: 150, readyFile }),
    })
    const done = ended(child)
    await until(() => existsSync(readyFile), 'dbt runs')
    child.kill('SIGTERM')
    expect((await done).status).toBe(143)
    expect((await runs())[0]).toMatchObject({ signal: 'SIGTERM', completeness: 'partial' })
  })
})

describe('a killed wrapper', () => {
  it('loses nothing: the next command that writes finishes its spool', async () => {
    const readyFile = join(folder, 'ready')
    const child = startClyra(folder, ['run', 'dbt', 'build'], { env: fakeDbt({ fault: 'wait', readyFile }) })
    // Not `close`: dbt outlives the wrapper and holds its output.
    const gone = new Promise((resolve) => child.on('exit', resolve))
    await until(() => existsSync(readyFile), 'dbt runs')
    // Noted in the background, so that dbt does not wait for a disk.
    await until(() => spools().some((path) => path.endsWith('process.json')), 'the spool knows dbt')
    child.kill('SIGKILL')
    await gone
    const dbt = Number(readFileSync(readyFile, 'utf8'))
    expect(statSync(spools().find((path) => path.endsWith('dbt.log')) ?? '').mode & 0o077).toBe(0)
    // dbt itself lives on: its run is not cut off by a drain.
    expect(await clyraJsonHere(folder, ['spool', 'flush'])).toEqual({ runs: [], waiting: [] })
    process.kill(dbt, 'SIGKILL')
    await until(() => spools().length > 0, 'the spool stays')
    let flushed: { runs: { appended: number }[] } = { runs: [] }
    await until(async () => {
      flushed = (await clyraJsonHere(folder, ['spool', 'flush'])) as typeof flushed
      return flushed.runs.length === 1
    }, 'the spool is drained')
    expect(flushed.runs[0]?.appended).toBeGreaterThan(10)
    expect((await runs())[0]).toMatchObject({
      completeness: 'partial',
      reasons: expect.arrayContaining(['wrapper-killed']),
    })
    expect(spools()).toEqual([])
  })
})

describe('a ledger that cannot be written', () => {
  it('because another process holds it: the run waits in the spool, and the next writer takes it in', async () => {
    const readyFile = join(folder, 'ready')
    const holder = startClyra(folder, ['run', 'dbt', 'build'], { env: fakeDbt({}) })
    await ended(holder)
    const { holdLedger } = await import('./hold-ledger.js')
    const held = await holdLedger(join(folder, 'project', '.clyra'))
    const done = clyra(folder, ['run', 'dbt', 'build'], {
      env: { ...fakeDbt({ exit: 1, readyFile }), CLYRA_LOCK_WAIT: '0.2' },
    })
    expect(done.status).toBe(1)
    expect(done.stderr).toMatch(/LEDGER_LOCKED.*waits in .*spool/)
    await held.release()
    expect(await runs()).toHaveLength(1)
    expect(await clyraJsonHere(folder, ['spool', 'flush'])).toMatchObject({ runs: [{ known: 0 }], waiting: [] })
    expect(await runs()).toHaveLength(2)
    expect(await clyraJsonHere(folder, ['spool', 'flush'])).toEqual({ runs: [], waiting: [] })
  })

  it('because there is none: the run waits in the user’s spool until there is one', async () => {
    renameSync(join(folder, 'project', '.clyra'), join(folder, 'gone'))
    const done = runDbt({ exit: 0 })
    expect(done.status).toBe(0)
    expect(done.stderr).toContain('clyra init')
    expect(userSpools().length).toBeGreaterThan(0)
    renameSync(join(folder, 'gone'), join(folder, 'project', '.clyra'))
    expect(await clyraJsonHere(folder, ['spool', 'flush'])).toMatchObject({ runs: [{ known: 0 }] })
    expect(await runs()).toHaveLength(1)
    expect(userSpools()).toEqual([])
    const again = await clyraJsonHere(folder, ['ingest', 'dbt', 'target', '--project-dir', '.'])
    expect(again).toMatchObject({ run: (await runs())[0]?.run, appended: 0 })
  })

  it('because it belongs to another project: only `--ledger` brings the spool in', async () => {
    renameSync(join(folder, 'project', '.clyra'), join(folder, 'elsewhere'))
    mkdirSync(join(folder, 'other'))
    renameSync(join(folder, 'elsewhere'), join(folder, 'other', '.clyra'))
    runDbt({})
    expect(await clyraJsonHere(folder, ['spool', 'flush'], { cwd: join(folder, 'other') })).toMatchObject({ runs: [] })
    expect(await clyraJsonHere(folder, ['spool', 'flush', '--ledger', '../other'])).toMatchObject({
      runs: [{ known: 0 }],
    })
  })
})

describe('a drain', () => {
  it('that is killed again and again loses nothing and adds nothing twice', async () => {
    renameSync(join(folder, 'project', '.clyra'), join(folder, 'gone'))
    runDbt({ pad: 3000 })
    renameSync(join(folder, 'gone'), join(folder, 'project', '.clyra'))
    for (let delay = 300; delay < 1500; delay += 60) {
      const child = startClyra(folder, ['spool', 'flush'])
      const gone = new Promise((resolve) => child.on('exit', resolve))
      setTimeout(() => child.kill('SIGKILL'), delay)
      await gone
    }
    expect((await clyraHere(folder, ['spool', 'flush'])).status).toBe(0)
    const [run] = await runs()
    expect(run).toMatchObject({ completeness: 'complete', exitCode: 0 })
    expect(run?.statements).toBeGreaterThan(3000)
    const ids = (await records(run?.run ?? '')).map(({ event }) => event.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect((await clyraHere(folder, ['fsck', '--all'])).status).toBe(0)
    expect(userSpools()).toEqual([])
  })
})

describe('many and much', () => {
  it('two runs at once lose nothing', async () => {
    const both = ['one', 'two'].map((name) => {
      mkdirSync(join(folder, 'project', name))
      return ended(
        startClyra(folder, ['run', 'dbt', 'build', '--target-path', `${name}/target`], {
          env: { ...fakeDbt({ pauseMs: 5 }), CLYRA_LOCK_WAIT: '120' },
        }),
      )
    })
    expect((await Promise.all(both)).map((done) => done.status)).toEqual([0, 0])
    const found = await runs()
    expect(found.map((run) => run.completeness)).toEqual(['complete', 'complete'])
    expect(new Set(found.map((run) => run.statements)).size).toBe(1)
    expect((await clyraHere(folder, ['fsck'])).status).toBe(0)
    expect(spools()).toEqual([])
  })

  it('a log above 60 MB loses no line', async () => {
    const pad = 45_000
    const done = runDbt({ pad })
    expect(done.status).toBe(0)
    const [run] = await runs()
    const plain = clyra(folder, ['run', 'dbt', 'build'], { env: fakeDbt({}) })
    expect(plain.status).toBe(0)
    const small = (await runs())[0]
    expect((run?.statements ?? 0) - (small?.statements ?? 0)).toBe(pad)
  }, 600_000)
})

describe('what was planted', () => {
  const CANARY = 'canary-7f3a'

  it('is in nothing that Clyra keeps or shows, and in a bundle with --embed it is found', async () => {
    expect(runDbt({ plant: CANARY }).status).toBe(0)
    const [run] = await runs()
    expect((await clyraHere(folder, ['bundle', '--last', '-o', 'plain.def.zip'])).status).toBe(0)
    expect((await clyraHere(folder, ['bundle', '--last', '--embed', '-o', 'embedded.def.zip'])).status).toBe(0)
    expect((await clyraHere(folder, ['export', 'tiles', 'tiles'])).status).toBe(0)
    const state = join(folder, 'project', '.clyra')
    const found = filesWith(state, CANARY).filter((path) => !path.startsWith(join(state, 'artifacts')))
    expect(found).toEqual([])
    expect(filesWith(join(folder, 'project', 'tiles'), CANARY)).toEqual([])
    const said = [
      await clyraHere(folder, ['log', 'tail', '-n', '100000', '--json']),
      await clyraHere(folder, ['runs', '--json']),
      await clyraHere(folder, ['doctor', '--offline', '--json', '--verbose']),
    ]
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(CANARY)
    const plain = readFileSync(join(folder, 'project', 'plain.def.zip'))
    expect(plain.includes(CANARY)).toBe(false)
    expect(readFileSync(join(folder, 'project', 'embedded.def.zip')).includes(CANARY)).toBe(true)
    expect(readdirSync(join(state, 'spool'))).toEqual([])
    expect(run?.completeness).toBe('complete')
  })

  it('is not in a spool that waits, either, once its wrapper has finished', () => {
    renameSync(join(folder, 'project', '.clyra'), join(folder, 'gone'))
    runDbt({ plant: CANARY })
    expect(userSpools().length).toBeGreaterThan(3)
    expect(filesWith(join(folder, 'home'), CANARY)).toEqual([])
    writeFileSync(join(folder, 'home', 'sought'), CANARY)
    expect(filesWith(join(folder, 'home'), CANARY)).toHaveLength(1)
  })
})
