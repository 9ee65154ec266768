import { spawn } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type VerifyResult, verifyBundle } from '@clyra/verify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRecord } from '../../src/events/index.js'
import { fsck } from '../../src/stores/index.js'
import { discard, environment, filesUnder, PROGRAM, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { pairStatements } from '../postgres/pairing.js'
import {
  copyExampleProject,
  dbtEnvironment,
  type RunningPostgres,
  requireService,
  startPostgres,
} from '../services/index.js'
import { openedStatements } from './opened-statements.js'
import { verifyInChromium } from './verify-in-chromium.js'

const present = requireService('postgres') && requireService('dbt')
const withChromium = requireService('chromium')

interface RunRow {
  readonly run: string
  readonly outcome: string
  readonly completeness: string
  readonly reasons: readonly string[]
}

describe.runIf(present)('a real dbt run on a real Postgres', () => {
  let folder = ''
  let project = ''
  let server: RunningPostgres
  let vkey = ''

  const env = () => ({ ...dbtEnvironment(server), CLYRA_DBT: 'dbt', HOME: join(folder, 'home') })
  const run = (...args: string[]) => clyraHere(folder, args, { env: env() })
  const dbtBuild = (...args: string[]) => run('run', 'dbt', 'build', '--profiles-dir', '.', ...args)
  const newestBundle = async (name: string) => {
    const path = join(folder, name)
    const ended = await run('bundle', '--last', '-o', path)
    expect(ended.stderr).not.toMatch(/clyra: /)
    expect(ended.status).toBe(0)
    return path
  }
  const recordsOf = (bundle: Uint8Array) => {
    // The container stores its files uncompressed, so the records lie in it as they are.
    const text = Buffer.from(bundle).toString('latin1')
    const lines = text.slice(text.indexOf('records.jsonl') + 'records.jsonl'.length).split('\n')
    return lines
      .filter((line) => line.startsWith('{') && line.includes('"specversion"'))
      .map((line) => parseRecord(Buffer.from(line, 'latin1')))
  }
  const lastRun = async (): Promise<RunRow> => {
    const rows = (await clyraJsonHere(folder, ['runs'], { env: env() })) as { runs: RunRow[] }
    const [row] = rows.runs
    if (row === undefined) throw new Error('there is no run')
    return row
  }

  beforeAll(async () => {
    folder = sandbox()
    project = join(folder, 'project')
    copyExampleProject(project)
    server = await startPostgres({ major: 18, logStatements: true })
    expect((await run('init', '--origin', 'shop.example')).status).toBe(0)
    vkey = ((await clyraJsonHere(folder, ['keys'], { env: env() })) as { vkey: string }).vkey
  })
  afterAll(async () => {
    await server?.stop()
    const report = await fsck({ directory: join(project, '.clyra'), all: true })
    expect(report.findings).toEqual([])
    await discard(folder)
  })

  it('becomes a bundle that a stranger verifies in Node and in Chromium, and replay rebuilds to the same bytes', async () => {
    const built = await dbtBuild()
    expect(built.stdout).toMatch(/Completed successfully/)
    expect(built.status).toBe(0)
    expect(built.stderr).toMatch(
      /^clyra: SUCCEEDED run recorded: \d+ steps, .*; warehouse asked; clyra report --last$/m,
    )

    const path = await newestBundle('good.def.zip')
    const bytes = readFileSync(path)
    const result = await verifyBundle(bytes, { trust: [vkey], requireCompleteRun: true })
    expect(result).toMatchObject({ verdict: 'VALID', run: { completeness: 'complete', reasons: [] } })
    if (withChromium) {
      const inChromium: VerifyResult = await verifyInChromium(bytes, [vkey])
      expect(inChromium).toEqual(await verifyBundle(bytes, { trust: [vkey] }))
    }
    expect((await run('replay', '--bundle', path)).status).toBe(0)
    expect(readFileSync(join(project, 'logs', 'dbt.log'), 'utf8')).toContain('Running with dbt')
    cpSync(join(project, 'target'), join(folder, 'good-target'), { recursive: true, preserveTimestamps: true })
    expect(filesUnder(join(project, '.clyra', 'spool'))).toEqual([])
  })

  it('a stranger who pins nothing is told UNTRUSTED, also inside the project that has the ledger', async () => {
    const path = join(folder, 'good.def.zip')
    const ended = await run('verify', path)
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(/^UNTRUSTED/)
    expect((await run('verify', path, '--key', vkey)).status).toBe(0)
  })

  it('every statement in the log of Postgres has a record or a closed reason, and every record a statement or a finding', async () => {
    const log = await server.settledLog()
    const records = await openedStatements(join(project, '.clyra'), (await lastRun()).run)
    expect(records.length).toBeGreaterThan(30)
    const pairing = pairStatements(log, records)
    expect(pairing.unlisted.map(({ text }) => text)).toEqual([])
    expect(pairing.unpairedRecords.map(({ text }) => text)).toEqual([])
    expect(pairing.paired.length).toBeGreaterThan(40)
  })

  it('a planted statement on the server is not explained away', async () => {
    await server.query("set application_name = 'dbt'; create table shop.planted (secret text)")
    const log = await server.settledLog()
    const records = await openedStatements(join(project, '.clyra'), (await lastRun()).run)
    expect(
      pairStatements(log, records)
        .unlisted.map(({ text }) => text)
        .join('\n'),
    ).toMatch(/planted/)
    await server.query('drop table shop.planted')
  })

  it('any one changed byte of the bundle is refused', async () => {
    const bytes = readFileSync(join(folder, 'good.def.zip'))
    // Every byte of such a bundle takes minutes; the golden vectors cover each kind of byte, this covers a real file.
    for (let at = 0; at < bytes.length; at += 1009) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ 0x01
      const { verdict } = await verifyBundle(changed, { trust: [vkey] })
      expect(`${at} ${verdict}`).toBe(`${at} INVALID`)
    }
  })

  it('what the warehouse says is in the records: a confirmed anchor and the relations that dbt says it built', () => {
    const types = recordsOf(readFileSync(join(folder, 'good.def.zip'))).map(({ type }) => type)
    for (const type of [
      'run.started.v2',
      'anchor.provisional.v1',
      'anchor.confirmed.v1',
      'snapshot.captured.v1',
      'dbt.statement.executed.v1',
      'artifact.captured.v1',
      'artifact.source.v1',
      'run.exited.v1',
      'run.closed.v1',
    ]) {
      expect(types).toContain(`dev.clyra.${type}`)
    }
    expect(types.filter((type) => type === 'dev.clyra.snapshot.relation.v1').length).toBeGreaterThan(3)
  })

  it('reading the same run again from what it left adds nothing', async () => {
    const before = await clyraJsonHere(folder, ['log', 'streams'], { env: env() })
    const ended = await run('ingest', 'dbt', 'target')
    expect(ended.stderr).not.toMatch(/\([A-Z_]+\)/)
    expect(ended.status).toBe(0)
    const count = (document: unknown, stream: string) =>
      JSON.stringify(document).match(new RegExp(`"${stream}[^}]*`))?.[0]
    const stream = `run-${(await lastRun()).run}`
    expect(count(await clyraJsonHere(folder, ['log', 'streams'], { env: env() }), stream)).toBe(count(before, stream))
  })

  it('a failing test keeps exit code 1 and gives a complete record of a failed run', async () => {
    const ended = await dbtBuild('--vars', '{as_of: 2026-03-03}')
    expect(ended.status).toBe(1)
    expect(await lastRun()).toMatchObject({ outcome: 'failed', completeness: 'complete' })
    const bytes = readFileSync(await newestBundle('failing.def.zip'))
    expect((await verifyBundle(bytes, { trust: [vkey] })).verdict).toBe('VALID')
    const results = recordsOf(bytes).filter(({ type }) => type === 'dev.clyra.dbt.test.result.v1')
    expect(results.some(({ data }) => Object(data)['status'] === 'fail')).toBe(true)
  })

  it.each([
    ['SIGINT', 2],
    ['SIGTERM', 143],
    ['SIGKILL', 137],
  ] as const)(
    'a run ended by %s over the artefacts of a good run: its code passes, nothing stale enters, the bundle says partial',
    async (signal, code) => {
      leaveGoodRun()
      const stale = JSON.parse(readFileSync(join(project, 'target/run_results.json'), 'utf8')).metadata.invocation_id
      const ended = await interruptedRun(signal)
      expect(ended).toBe(code)
      const row = await lastRun()
      expect(row.completeness).toBe('partial')
      const bytes = readFileSync(await newestBundle(`${signal}.def.zip`))
      const verified = await verifyBundle(bytes, { trust: [vkey] })
      expect(verified).toMatchObject({ verdict: 'VALID', run: { id: row.run, completeness: 'partial' } })
      expect((await verifyBundle(bytes, { trust: [vkey], requireCompleteRun: true })).verdict).toBe('INCOMPLETE')
      const records = recordsOf(bytes)
      expect(records.length).toBeGreaterThan(10)
      expect(records.filter(({ data }) => Object(data)['invocation'] === stale)).toEqual([])
    },
  )

  it('a parse error over the artefacts of a good run: exit code 2, nothing stale enters', async () => {
    leaveGoodRun()
    const stale = JSON.parse(readFileSync(join(project, 'target/run_results.json'), 'utf8')).metadata.invocation_id
    const model = join(project, 'models/broken.sql')
    writeFileSync(model, "select {{ ref('no such model' }}")
    const ended = await dbtBuild('--no-partial-parse')
    writeFileSync(model, 'select 1 as one')
    expect(ended.status).toBe(2)
    const row = await lastRun()
    expect(row.completeness).toBe('partial')
    expect(row.reasons).toEqual(expect.arrayContaining(['artifact-manifest-stale', 'artifact-run-results-stale']))
    const records = recordsOf(readFileSync(await newestBundle('parse-error.def.zip')))
    expect(records.filter(({ data }) => Object(data)['invocation'] === stale)).toEqual([])
  })

  /** Leaves in the project what the good run left, with its times. */
  function leaveGoodRun(): void {
    rmSync(join(project, 'target'), { recursive: true })
    cpSync(join(folder, 'good-target'), join(project, 'target'), { recursive: true, preserveTimestamps: true })
  }

  /** Starts a build whose incremental model sleeps, ends dbt, gives the wrapper's exit code. */
  async function interruptedRun(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const args = [PROGRAM, 'run', 'dbt', 'build', '--profiles-dir', '.', '--vars', '{pause: 4}']
    // A statement of the run before may sleep on, though its dbt is gone.
    await sleepers(0)
    const child = spawn(process.execPath, args, {
      cwd: project,
      env: environment(folder, env()),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)))
    await sleepers(1)
    if (signal === 'SIGKILL') process.kill(await dbtProcess(child.pid ?? 0), 'SIGKILL')
    else child.kill(signal)
    return ended
  }

  /** Resolves when so many statements of dbt sleep on the server. */
  async function sleepers(count: number): Promise<void> {
    for (let i = 0; i < 1200; i++) {
      const rows = await server.query("select 1 from pg_stat_activity where wait_event = 'PgSleep'")
      if (rows.length === count) return
      await sleep(100)
    }
    throw new Error(`${count} statements never came to a pause`)
  }

  /** The wrapper has two children: dbt, and the process that records. */
  async function dbtProcess(wrapper: number): Promise<number> {
    const children = readFileSync(`/proc/${wrapper}/task/${wrapper}/children`, 'utf8').trim().split(' ')
    const dbt = children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('build'))
    expect(dbt.length).toBe(1)
    return Number(dbt[0])
  }
})
