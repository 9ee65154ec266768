import { describe, expect, it } from 'vitest'
import { fingerprint, fingerprintKeyId, Sealable } from '../../../src/events/index.js'
import { LogBuilder } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { KEY, MODEL, read, statements } from './dbt-log-reader.test.support.js'

describe('the statements of dbt 1.x JSON logs', () => {
  it('pairs a statement with its status by thread and order', () => {
    const log = new LogBuilder().start()
    log.query('create table a as select 1', 'model.shop.a', { thread: 'T1' })
    log.query('create table b as select 1', 'model.shop.b', { thread: 'T2' })
    log.status('SELECT 5', 'model.shop.b', { thread: 'T2' }).status('SELECT 3', 'model.shop.a', { thread: 'T1' }).end()
    const found = statements(read(log.lines))
    expect(found.map((s) => [s.ordinal, s.node, s.rows, s.commandTag, s.outcome, s.elapsedSeconds])).toEqual([
      ['1', 'model.shop.b', '5', 'SELECT 5', 'success', '0.001234567'],
      ['0', 'model.shop.a', '3', 'SELECT 3', 'success', '0.001234567'],
    ])
  })

  it('seals the text and gives its fingerprint under the key, and none without a key', () => {
    const sql = "insert into t values ('Ada')"
    const lines = new LogBuilder().start().statement(sql, 'INSERT 0 1', MODEL).end().lines
    const [statement] = statements(read(lines))
    expect(statement!.text).toBeInstanceOf(Sealable)
    expect(statement).toMatchObject({
      fingerprint: fingerprint(KEY, sql),
      fingerprintKey: fingerprintKeyId(KEY),
      verb: 'INSERT',
      rows: '1',
    })
    expect(statements(read(lines, { fingerprintKey: undefined }))[0]).toMatchObject({
      fingerprint: null,
      fingerprintKey: null,
    })
  })

  it("takes dbt's COMMIT and the statement that carries it out for one record", () => {
    const log = new LogBuilder().start().statement('insert into t select 1', 'INSERT 0 1', MODEL).commit(MODEL)
    log.line('Rollback', { conn_name: 'master' }).end()
    expect(statements(read(log.lines)).map((s) => [s.kind, s.verb, s.text === null, s.outcome, s.ordinal])).toEqual([
      ['statement', 'INSERT', false, 'success', '0'],
      ['commit', 'COMMIT', true, 'success', '1'],
      ['rollback', 'ROLLBACK', true, 'unknown', '2'],
    ])
  })

  it('keeps a COMMIT of a hook as a statement, and a COMMIT without a statement as unknown', () => {
    const log = new LogBuilder().start().statement('/* c */ commit;', 'COMMIT', MODEL)
    log.line('SQLCommit', { conn_name: MODEL }).statement('select 1', 'SELECT 1', MODEL).end()
    expect(statements(read(log.lines)).map((s) => [s.kind, s.verb, s.outcome])).toEqual([
      ['statement', 'COMMIT', 'success'],
      ['commit', 'COMMIT', 'unknown'],
      ['statement', 'SELECT', 'success'],
    ])
  })

  it('takes a statement for failed where DuckDB, inside dbt, says no more than that running it failed', () => {
    const log = new LogBuilder().start().nodeStart(MODEL).query('create table t as select x', MODEL)
    log.line('AdapterEventDebug', { base_msg: 'Error running SQL: create table t as select x', name: 'DuckDB' })
    const found = statements(read(log.nodeEnd(MODEL, 'error').end(false).lines))
    expect(found).toMatchObject([{ kind: 'statement', outcome: 'error' }])
  })

  it.each([
    ['Postgres error: column "x" does not exist', 'error'],
    ['Snowflake error: 001003 (42000): SQL compilation error', 'error'],
    [
      'Postgres error: terminating connection due to administrator command\nserver closed the connection unexpectedly',
      'error',
    ],
    ['Postgres error: canceling statement due to statement timeout', 'error'],
    ['Postgres error: server closed the connection unexpectedly', 'unknown'],
    ['Postgres error: SSL SYSCALL error: EOF detected', 'unknown'],
    ['Error running SQL: macro x', 'unknown'],
    ['Snowflake query id: 01b8', 'unknown'],
  ])('takes a statement without a status, after %j, for %s', (message, outcome) => {
    const log = new LogBuilder().start().nodeStart(MODEL).query('create table t as select x', MODEL)
    log.line('AdapterEventDebug', { base_msg: message, name: 'Postgres' }).line('Rollback', { conn_name: MODEL })
    const found = statements(read(log.nodeEnd(MODEL, 'error').end(false).lines))
    expect(found.find((s) => s.kind === 'statement')).toMatchObject({ outcome, commandTag: null, rows: null })
  })

  it('never takes a lost COMMIT for a refused one', () => {
    const log = new LogBuilder().start().line('SQLCommit', { conn_name: MODEL }).query('COMMIT', MODEL)
    log.line('AdapterEventDebug', { base_msg: 'Postgres error: terminating connection due to administrator command' })
    expect(statements(read(log.lines))).toMatchObject([{ kind: 'commit', outcome: 'unknown' }])
  })

  it('believes a status that comes after an error that was retried', () => {
    const log = new LogBuilder().start().query('select 1', MODEL)
    log.line('AdapterEventDebug', { base_msg: 'Postgres error: deadlock detected' }).status('SELECT 1', MODEL)
    expect(statements(read(log.lines))).toMatchObject([{ outcome: 'success' }])
  })

  it('says what dbt cut, what holds several statements, and where a statement belongs', () => {
    const hook = 'operation.shop.shop-on-run-start-0'
    const log = new LogBuilder().start()
    log.line('LogHookStartLine', { node_info: { unique_id: hook, resource_type: 'operation', node_status: 'started' } })
    log.statement('insert into log values (1); insert into log values (2)', 'INSERT 0 1', hook)
    log.line('LogHookEndLine', {
      node_info: { unique_id: hook, resource_type: 'operation', node_status: 'success' },
      status: 'success',
      execution_time: 0.5,
    })
    log.statement('\n insert into "t" values\n (%s,%s)\n ...', 'INSERT 0 3', 'seed.shop.raw')
    log.statement('select nspname from pg_namespace', 'SELECT 3', null).end()
    const events = read(log.lines)
    expect(statements(events).map((s) => [s.origin, s.truncated, s.multiStatement, s.node])).toEqual([
      ['on-run-start', false, true, hook],
      ['node', true, false, 'seed.shop.raw'],
      ['internal', false, false, null],
    ])
    expect(events.find((event) => isDraft(event, 'dev.clyra.dbt.node.executed.v1'))!.data).toMatchObject({
      node: hook,
      resourceType: 'operation',
      status: 'success',
      relation: null,
      executionSeconds: '0.5',
    })
  })
})
