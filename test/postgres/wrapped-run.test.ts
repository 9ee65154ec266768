import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchFirstStatement } from '../../connectors/dbt/index.js'
import { postgresWarehouse } from '../../connectors/postgres/index.js'
import { ended, startClyra } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import {
  copyExampleProject,
  dbtEnvironment,
  type RunningPostgres,
  removeFolder,
  requireService,
  startPostgres,
} from '../services/index.js'
import { slowProxy } from './slow-proxy.js'

interface Told {
  readonly type: string
  readonly data: object
}

describe.runIf(requireService('postgres') && requireService('dbt'))('the warehouse during `clyra run dbt`', () => {
  let folder: string
  let server: RunningPostgres
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clyra-wrapped-'))
    copyExampleProject(join(folder, 'project'))
    server = await startPostgres({ major: 15 })
    expect((await clyraHere(folder, ['init'])).status).toBe(0)
  })
  afterAll(async () => {
    await server.stop()
    await removeFolder(folder)
  })

  /** Runs dbt under the wrapper and gives what the ledger has of that run. */
  const record = async (port: number, args: readonly string[], env: Record<string, string> = {}): Promise<Told[]> => {
    const { HOME: _, ...variables } = dbtEnvironment({ port })
    const child = startClyra(folder, ['run', 'dbt', ...args, '--profiles-dir', '.'], {
      env: { ...variables, CLYRA_DBT: 'dbt', ...env },
    })
    const done = await ended(child)
    if (done.status !== 0) throw new Error(`dbt ended with ${done.status}: ${done.stdout}${done.stderr}`)
    const listed = JSON.parse((await clyraHere(folder, ['runs', '--json'])).stdout) as { runs: { run: string }[] }
    const run = listed.runs[0]?.run ?? ''
    return (await clyraHere(folder, ['log', 'tail', '-n', '100000', '--stream', `run-${run}`, '--json'])).stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: Told }).event)
  }
  const anchors = (events: readonly Told[]) =>
    events
      .filter(({ type }) => type.startsWith('dev.clyra.anchor.'))
      .map(({ type, data }) => {
        const { phase, code = null, detail = null } = data as Record<string, unknown>
        return [type.split('.')[3], phase, code, detail]
      })
  const measured = (events: readonly Told[]) =>
    new Map(
      events
        .filter(({ type }) => type === 'dev.clyra.metrics.observed.v1')
        .map(({ data }) => data as Record<string, unknown>)
        .map(({ what, max }) => [String(what), Number(max)]),
    )

  it('is read before dbt’s first statement and after its end, and what was measured is recorded', async () => {
    const events = await record(server.port, ['seed'])
    expect(anchors(events)).toEqual([
      ['provisional', 'before', null, null],
      ['confirmed', 'after', null, null],
    ])
    const metrics = measured(events)
    expect([...metrics.keys()].sort()).toEqual([
      'clyra.overhead',
      'dbt.artifacts',
      'dbt.duration',
      'dbt.log',
      'dbt.statements',
      'warehouse.anchor.after',
      'warehouse.anchor.before',
      'warehouse.relations',
    ])
    expect(metrics.get('dbt.statements')).toBeGreaterThan(0)
    expect(metrics.get('dbt.duration')).toBeGreaterThan(metrics.get('warehouse.anchor.before') ?? 0)
    process.stderr.write(`${JSON.stringify([...metrics])}\n`)
  })

  it('is heard 90 ms away', async () => {
    await using proxy = await slowProxy(server.port, { delayMs: 90 })
    const events = await record(proxy.port, ['run', '--select', 'stg_orders'], { CLYRA_POSTGRES_AFTER_MS: '20000' })
    expect(anchors(events)).toEqual([
      ['provisional', 'before', null, null],
      ['confirmed', 'after', null, null],
    ])
    process.stderr.write(`${JSON.stringify([...measured(events)])}\n`)
  })

  it('is not asked by a command that touches none, and nothing is missing then', async () => {
    const events = await record(server.port, ['parse'])
    expect(anchors(events)).toEqual([])
    expect(events.some(({ type }) => type === 'dev.clyra.run.closed.v1')).toBe(true)
  })

  it('says what happened where it does not answer in time', async () => {
    await using proxy = await slowProxy(server.port, { firstMs: 60_000 })
    const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`
    const events = await record(server.port, ['run', '--select', 'stg_orders'], {
      CLYRA_POSTGRES_URL: url,
      CLYRA_POSTGRES_BEFORE_MS: '700',
      CLYRA_POSTGRES_AFTER_MS: '700',
    })
    expect(anchors(events)).toEqual([
      ['unavailable', 'before', 'TIMED_OUT', 'timeout'],
      ['unavailable', 'after', 'POST_TIMEOUT', 'timeout'],
    ])
  })

  it('is not heard before the run where its answer came after dbt’s first statement', async () => {
    const given = { fields: undefined, address: server.url, variables: {}, home: '/', now: () => new Date() }
    const found = postgresWarehouse.target(given)
    if (!found.ok) throw new Error(found.says)
    const asked = { run: '01900000-0000-7000-8000-000000000001', schemas: ['shop'], limitMs: 10_000 }
    const first = watchFirstStatement()
    const sent = new Date(Date.now() - 5).toISOString()
    first.take(JSON.stringify({ info: { name: 'SQLQuery', ts: sent }, data: { sql: 'create schema shop' } }))
    const isLate = async (readAt: Date) => first.isBefore(readAt)
    const before = found.warehouse.before({ ...asked, isLate }).then(({ drafts }) => drafts)
    expect(anchors(await before)).toEqual([['unavailable', 'before', 'TIMED_OUT', 'late']])
    // Nothing to hold it against: the reading after is no confirmation, and relations are still looked up.
    const node = 'model.shop.absent'
    const relation: [string, string, string] = ['postgres', 'shop', 'absent']
    const built = Promise.resolve([{ node, relation }])
    const { drafts: after } = await found.warehouse.after({ ...asked, built, before, commitsMs: 400 })
    expect(anchors(after)).toEqual([['provisional', 'after', null, null]])
    expect(after.map(({ type }) => type)).toContain('dev.clyra.snapshot.relation.v1')
  })
})
