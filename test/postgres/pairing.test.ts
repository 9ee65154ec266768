import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDbtRun } from '../../connectors/dbt/index.js'
import { readAnchor } from '../../connectors/postgres/index.js'
import {
  copyExampleProject,
  exampleProject,
  parseServerLog,
  type RunningPostgres,
  removeFolder,
  requireService,
  runDbt,
  type ServerLogEntry,
  startPostgres,
} from '../services/index.js'
import { grouped, LISTED_REASONS, type Pairing, pairStatements } from './pairing.js'
import { recordsOfDrafts, type StatementRecord } from './statement-record.js'

const recordings = join(exampleProject, 'recorded')
const bytes = (...path: string[]) => readFileSync(join(recordings, ...path))
const recording = (name: string) => ({
  log: parseServerLog(bytes(name, 'server_log.jsonl').toString()),
  records: recordsOfDrafts(readDbtRun({ log: bytes(name, 'logs', 'dbt.log') }).events),
})
const counts = ({ paired, listed }: Pairing) => ({
  paired: paired.length,
  ...Object.fromEntries([...grouped(listed, ({ reason }) => reason)].map(([reason, all]) => [reason, all.length])),
})
const problems = ({ unlisted, unpairedRecords }: Pairing) => ({
  unlisted: unlisted.map(({ text }) => text),
  unpairedRecords: unpairedRecords.map(({ kind, connection, text }) => `${kind} ${connection} ${text}`),
})
const NONE = { unlisted: [], unpairedRecords: [] }

describe('pairing the statements of the recorded runs', () => {
  it.each(['good', 'failing', 'killed', 'rust-good'])('explains every statement of %s, and every record', (name) => {
    const { log, records } = recording(name)
    const pairing = pairStatements(log, records)
    expect(problems(pairing)).toEqual(NONE)
    expect(records.length).toBeGreaterThan(30)
    expect(new Set(pairing.paired.map(({ record }) => record)).size).toBe(pairing.paired.length)
    process.stderr.write(`${name}: ${JSON.stringify(counts(pairing))}\n`)
  })

  it('lists the seeds that dbt logs with placeholders, each with its record', () => {
    const { log, records } = recording('good')
    const seeds = pairStatements(log, records).listed.filter(({ reason }) => reason === 'seed-truncated')
    expect(seeds.map(({ record }) => record?.node).sort()).toEqual([
      'seed.clyra_shop.raw_customers',
      'seed.clyra_shop.raw_orders',
    ])
    for (const { server, record } of seeds) {
      expect(record?.text).toContain('%s')
      expect(server.text).toMatch(/\('1','10','1999'|\('10','north'\)/)
    }
  })

  it('pairs a string of several statements whole, and the record says that it is one', () => {
    const { log, records } = recording('good')
    const several = pairStatements(log, records).paired.filter(({ record }) => record.multiStatement)
    expect(several.map(({ record }) => record.node)).toContain('model.clyra_shop.fct_orders')
    expect(several[0]?.server.text).toMatch(/delete from[\s\S]*;[\s\S]*insert into/)
  })

  it('pairs each COMMIT in the session of the node that sent it', () => {
    const { log, records } = recording('good')
    const { paired } = pairStatements(log, records)
    const sessionOf = (record: StatementRecord) => paired.find((pair) => pair.record === record)?.server.session
    const commits = paired.filter(({ record }) => record.kind === 'commit' && record.node !== null)
    expect(commits.length).toBeGreaterThan(4)
    for (const { server, record } of commits) {
      const sameNode = records.filter(({ node, kind }) => node === record.node && kind === 'statement')
      expect(sameNode.map(sessionOf)).toContain(server.session)
    }
  })
})

/** A server's line like the run's own, at the same time as one of its statements. */
const planted = (
  log: readonly ServerLogEntry[],
  message: string,
  like: (entry: ServerLogEntry) => boolean,
  own = {},
) => {
  const at = log.findIndex((entry) => entry.message.startsWith('statement: ') && like(entry))
  return [...log.slice(0, at + 1), { ...log[at]!, message, ...own }, ...log.slice(at + 1)]
}
const ofModel = (entry: ServerLogEntry) => entry.message.includes('"model.clyra_shop.fct_orders"')

describe('what the pairing does not let pass', () => {
  const { log, records } = recording('good')

  it('an extra statement in a session of the run', () => {
    const more = planted(log, 'statement: delete from shop.fct_orders where cents > 4000', ofModel)
    expect(problems(pairStatements(more, records))).toEqual({
      unlisted: ['delete from shop.fct_orders where cents > 4000'],
      unpairedRecords: [],
    })
  })

  it('a statement of the run that ran twice', () => {
    const again = log.find((entry) => ofModel(entry) && entry.message.includes('delete from'))!.message
    const { unlisted } = pairStatements(planted(log, again, ofModel), records)
    expect(unlisted.map(({ text }) => `statement: ${text}`)).toEqual([again])
  })

  it('a whole transaction of another session that calls itself dbt', () => {
    let more = log
    for (const text of ['COMMIT', 'update shop.fct_orders set cents = 0', 'BEGIN'])
      more = planted(more, `statement: ${text}`, ofModel, {
        session_id: 'another',
        application_name: 'dbt',
        ps: 'idle',
      })
    expect(problems(pairStatements(more, records)).unlisted).toEqual([
      'BEGIN',
      'update shop.fct_orders set cents = 0',
      'COMMIT',
    ])
  })

  it('an extra COMMIT or seed INSERT', () => {
    expect(problems(pairStatements(planted(log, 'statement: COMMIT', ofModel), records)).unlisted).toEqual(['COMMIT'])
    const seed = 'statement: insert into "postgres"."shop"."raw_orders" ("order_id") values (99)'
    expect(pairStatements(planted(log, seed, ofModel), records).unlisted).toHaveLength(1)
  })

  it('the text of one node under the comment of another', () => {
    const rust = recording('rust-good')
    const forged = rust.log.map((entry) => ({
      ...entry,
      message: entry.message.includes('analyze') ? entry.message.replaceAll('fct_orders', 'fct_other') : entry.message,
    }))
    expect(pairStatements(forged, rust.records).unlisted).toHaveLength(1)
  })

  it('a record of a statement that the server never saw', () => {
    const without = log.filter((entry) => !entry.message.includes('2 as after_daily_revenue'))
    const { unlisted, unpairedRecords } = pairStatements(without, records)
    expect(unlisted).toEqual([])
    expect(unpairedRecords.map(({ text }) => text?.includes('2 as after_daily_revenue'))).toEqual([true])
  })

  it('a statement whose record is left out', () => {
    const fewer = records.filter(({ text }) => text?.includes('2 as after_daily_revenue') !== true)
    expect(pairStatements(log, fewer).unlisted).toHaveLength(1)
  })

  it('parts of one string that came one by one, out of order or from elsewhere', () => {
    const model = records.find(({ multiStatement }) => multiStatement)!
    const text =
      '/* {"app": "dbt", "node_id": "model.clyra_shop.fct_orders"} */\n delete from a;\n insert into b select 1;'
    const split = [{ ...model, text }]
    const base = log.find(ofModel)!
    const line = (part: string) => ({ ...base, message: `execute <unnamed>: ${part}` })
    const inOrder = pairStatements([line('delete from a'), line('insert into b select 1')], split)
    expect(inOrder.listed.map(({ reason }) => reason)).toEqual(['multi-statement', 'multi-statement'])
    expect(problems(inOrder)).toEqual(NONE)
    expect(pairStatements([line('insert into b select 1'), line('delete from a')], split).unlisted).not.toEqual([])
    expect(pairStatements([line('delete from a where true')], split).unlisted).toHaveLength(1)
  })

  it('a reason that is not in the closed list', () => {
    for (const name of ['good', 'failing', 'killed', 'rust-good']) {
      const { listed } = pairStatements(recording(name).log, recording(name).records)
      for (const { reason } of listed) expect(Object.keys(LISTED_REASONS)).toContain(reason)
    }
  })
})

describe.runIf(requireService('postgres') && requireService('dbt'))('pairing a live run', () => {
  let server: RunningPostgres
  let home: string
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'clyra-pairing-'))
    copyExampleProject(home)
    server = await startPostgres({ major: 18, logStatements: true })
  })
  afterAll(async () => {
    await server.stop()
    await removeFolder(home)
  })

  it('explains every statement of PostgreSQL 18, and finds the one that another session slipped in', async () => {
    const before = await readAnchor(server.url, { phase: 'before', now: () => new Date() })
    expect(before.kind).toBe('position')
    const logPath = join(home, 'logs')
    const run = { projectDirectory: home, server, arguments: ['build'], targetPath: join(home, 'target'), logPath }
    expect((await runDbt(run)).exitCode).toBe(0)
    const records = recordsOfDrafts(readDbtRun({ log: readFileSync(join(logPath, 'dbt.log')) }).events)
    const pairing = pairStatements(await server.settledLog(), records)
    expect(problems(pairing)).toEqual(NONE)
    process.stderr.write(`live: ${JSON.stringify(counts(pairing))}\n`)

    await server.query('insert into shop.fct_orders (order_id) values (4711)')
    expect(problems(pairStatements(await server.settledLog(), records))).toEqual({
      unlisted: ['insert into shop.fct_orders (order_id) values (4711)'],
      unpairedRecords: [],
    })
  })
})
