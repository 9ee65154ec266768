import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DraftEvent, fingerprint, fingerprintKeyId, Sealable } from '../../../src/events/index.js'
import { INVOCATION, LogBuilder, OTHER_INVOCATION, RUN } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { createDbtLogReader, type LogReaderOptions } from './log-reader.js'

const KEY = new Uint8Array(32).fill(7)
const MODEL = 'model.shop.orders'

function read(lines: readonly string[], options: Partial<LogReaderOptions> = {}): DraftEvent[] {
  const reader = createDbtLogReader({ run: RUN, fingerprintKey: KEY, ...options })
  return [...lines.flatMap((line) => reader.push(line)), ...reader.end()]
}

function statements(events: readonly DraftEvent[]) {
  return events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.statement.executed.v1') ? [event.data] : []))
}

function reasons(events: readonly DraftEvent[]) {
  return events.flatMap((event) =>
    isDraft(event, 'dev.clyra.run.gap.v1') ? [[event.data.reason, event.data.count]] : [],
  )
}

describe('the reader of dbt 1.x JSON logs', () => {
  it('begins with the invocation, although dbt says what it is about in several lines', () => {
    const log = new LogBuilder()
      .start()
      .statement('select 1', 'SELECT 1', null)
      .nodeStart(MODEL)
      .nodeEnd(MODEL, 'success')
      .end()
    const [first, ...rest] = read(log.lines)
    expect(first).toMatchObject({
      type: 'dev.clyra.dbt.invocation.started.v1',
      runid: RUN,
      source: 'urn:clyra:dbt:log',
      time: '2026-03-01T10:00:00.000000Z',
      data: {
        voice: 'log',
        invocation: INVOCATION,
        engine: 'dbt-core',
        version: '1.11.16',
        command: 'build',
        target: 'dev',
        adapter: 'postgres',
        threads: 2,
      },
    })
    expect(rest.map((event) => event.type.split('.')[3])).toEqual(['statement', 'node', 'invocation'])
    expect(rest.at(-1)!.data).toMatchObject({ success: true, elapsedSeconds: '1.5', results: [['success', '1']] })
  })

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

  it('tells nodes, tests and what they were about', () => {
    const test = 'test.shop.unique_orders'
    const log = new LogBuilder().start().nodeStart(MODEL)
    log.nodeEnd(MODEL, 'success', {
      message: 'INSERT 3',
      adapter_response: { code: 'INSERT', rows_affected: 3.0, _message: 'INSERT 3' },
    })
    log.nodeStart(test).line('LogTestResult', { attached_node: MODEL, node_info: { unique_id: test } })
    log.nodeEnd(test, 'fail', { num_failures: 2, message: 'Got 2 results' }).end(false)
    const [, node, result, completed] = read(log.lines)
    expect(node!.data).toMatchObject({
      relation: ['shop', 'public', 'orders'],
      materialized: 'table',
      adapterCode: 'INSERT',
      rowsAffected: '3',
      status: 'success',
    })
    expect(result).toMatchObject({
      type: 'dev.clyra.dbt.test.result.v1',
      data: { tested: [MODEL], failures: '2', status: 'fail', severity: null },
    })
    expect(completed!.data).toMatchObject({
      success: false,
      results: [
        ['fail', '1'],
        ['success', '1'],
      ],
    })
  })

  it('says which nodes and statements were under way when the log stops', () => {
    const log = new LogBuilder().start().nodeStart(MODEL).query('insert into t select 1', MODEL)
    const events = read(log.lines)
    expect(statements(events)).toMatchObject([{ outcome: 'unknown' }])
    expect(events.find((event) => isDraft(event, 'dev.clyra.dbt.node.executed.v1'))!.data).toMatchObject({
      status: 'unknown',
      completedAt: null,
    })
    expect(reasons(events)).toEqual([['log-no-end', null]])
  })

  it("takes a node for interrupted only by dbt's own end, in a log from which nothing is missing", () => {
    const status = (log: LogBuilder) =>
      read(log.lines).flatMap((event) => (isDraft(event, 'dev.clyra.dbt.node.executed.v1') ? [event.data.status] : []))
    const begun = () => new LogBuilder().start().nodeStart(MODEL).query('insert into t select 1', MODEL)
    const interrupted = begun()
      .line('AdapterEventDebug', { base_msg: 'Postgres error: canceling statement' })
      .end(false)
    expect([status(interrupted), reasons(read(interrupted.lines))]).toEqual([['interrupted'], []])
    const cut = new LogBuilder().start().nodeStart(MODEL).status('INSERT 0 1', MODEL).end(false)
    expect([status(cut), reasons(read(cut.lines))]).toEqual([['unknown'], [['log-broken', null]]])
    const impossible = new LogBuilder().start().nodeStart(MODEL).end(true)
    expect([status(impossible), reasons(read(impossible.lines))]).toEqual([['unknown'], [['log-broken', null]]])
  })

  it.each([
    ['LogCancelLine', { conn_name: MODEL }],
    ['AdapterEventDebug', { base_msg: `Cancelling query '${MODEL}' (12443)` }],
  ])('takes the error of a statement that dbt ended itself (%s) for the interruption', (name, data) => {
    const log = new LogBuilder().start().nodeStart(MODEL).query('insert into t select 1', MODEL).line(name, data)
    const events = read(log.nodeEnd(MODEL, 'error').end(false).lines)
    expect(events.find((event) => isDraft(event, 'dev.clyra.dbt.node.executed.v1'))!.data.status).toBe('interrupted')
  })

  it('counts a damaged line between its own as lost, and leaves out what other runs and programs wrote', () => {
    const log = new LogBuilder().start()
    const damaged = log.lines.pop()!.slice(0, 90)
    log.lines.push(damaged, 'Traceback (most recent call last):', '{"no": "event"}', '[1]', 'null', '')
    log.statement('select 1', 'SELECT 1', MODEL)
    log.line('SQLQuery', { sql: 'drop table x', conn_name: 'master' }, { invocation: OTHER_INVOCATION })
    log.lines.push(damaged)
    log.line('SQLQuery', { sql: 'drop table y', conn_name: 'master' }, { invocation: OTHER_INVOCATION }).end()
    log.lines.push(damaged)
    const reader = createDbtLogReader({ run: RUN })
    const events = [...log.lines.flatMap((line) => reader.push(line)), ...reader.end()]
    expect(reasons(events)).toEqual([['log-unreadable-lines', 1]])
    expect(statements(events)).toHaveLength(1)
    expect(reader.summary()).toMatchObject({
      foreign: 2,
      unreadable: 1,
      otherLines: 6,
      invocation: INVOCATION,
      ended: true,
    })
  })

  it('tells a last line that was cut, unless dbt had ended before it', () => {
    const cut = (log: LogBuilder) => {
      const reader = createDbtLogReader({ run: RUN })
      for (const line of log.lines) reader.push(line)
      reader.push('{"data": {', false)
      return reasons(reader.end())
    }
    expect(cut(new LogBuilder().start())).toEqual([
      ['log-truncated', null],
      ['log-no-end', null],
    ])
    expect(cut(new LogBuilder().start().end())).toEqual([])
  })

  it("leaves a run of dbt's text log before and after its own lines alone", () => {
    const log = new LogBuilder().start().end()
    const text = [
      `============================== 20:42:29.847534 | ${OTHER_INVOCATION} ==============================`,
      '\u001b[0m20:42:29.858883 [debug] [MainThread]: running dbt with arguments {',
      "'vars': '{}'}",
    ]
    const reader = createDbtLogReader({ run: RUN })
    for (const line of [...text, ...log.lines, ...text]) reader.push(line)
    expect(reasons(reader.end())).toEqual([])
    expect(reader.summary()).toMatchObject({ otherLines: 6, unreadable: 0 })
  })

  it('reads what Python writes for numbers that are none, and takes nothing from a line that names no invocation', () => {
    const log = new LogBuilder().start().query('select 1', MODEL)
    log.lines.push(
      log.lines
        .at(-1)!
        .replaceAll('"SQLQuery"', '"SQLQueryStatus"')
        .replace('"sql":"select 1"', '"status":"SELECT 1","elapsed":NaN'),
      '{"data":{"sql":"drop table x"},"info":{"name":"SQLQuery","ts":"2026-03-01T10:00:00Z","thread":"T9"}}',
    )
    const events = read(log.end().lines)
    expect(statements(events)).toMatchObject([{ outcome: 'success', rows: '1', elapsedSeconds: null }])
    expect(reasons(events)).toEqual([])
  })

  it.each<[string, (log: LogBuilder) => void]>([
    ['an answer without a question', (log) => log.status('SELECT 1', MODEL)],
    [
      'a question that was not announced',
      (log) => log.line('SQLQuery', { sql: 'x', conn_name: MODEL }).status('X', MODEL),
    ],
    ['a question without an answer', (log) => log.query('select 1', MODEL).statement('select 2', 'SELECT 1', MODEL)],
    ['an announcement without a question', (log) => log.line('ConnectionUsed', { conn_name: MODEL }).commit(MODEL)],
    ["a node's end without its beginning", (log) => log.nodeEnd('model.shop.other', 'success')],
    [
      "a hook's end without its beginning",
      (log) => log.line('LogHookEndLine', { node_info: { unique_id: 'operation.a' } }),
    ],
    [
      'a connection that took another name unseen',
      (log) =>
        log
          .statement('select 1', 'SELECT 1', MODEL)
          .line('ConnectionReused', { conn_name: 'model.c', orig_conn_name: 'model.b' }),
    ],
  ])('knows that lines are missing by %s', (_, add) => {
    const log = new LogBuilder().start().nodeStart(MODEL)
    add(log)
    expect(reasons(read(log.nodeEnd(MODEL, 'success').end().lines))).toEqual([['log-broken', null]])
    const unheardOf = new LogBuilder().line('MainReportVersion', { version: '=1.11.16' })
    unheardOf.line('AdapterRegistered', { adapter_name: 'an_adapter_of_its_own' }).query('select 1', MODEL)
    expect(reasons(read(unheardOf.statement('select 2', 'X', MODEL).end().lines))).toEqual([])
  })

  it('gives the same drafts again, and no id twice', () => {
    const log = new LogBuilder().start().nodeStart(MODEL).statement('select 1', 'SELECT 1', MODEL).commit(MODEL)
    log.nodeEnd(MODEL, 'success').nodeEnd(MODEL, 'success').end()
    const once = read(log.lines)
    expect(read(log.lines)).toEqual(once)
    expect(new Set(once.map((event) => event.id)).size).toBe(once.length)
    expect(once.every((event) => /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(event.id))).toBe(true)
  })

  it('reads what is left of any log whose lines are cut, doubled, dropped or shuffled', () => {
    const log = new LogBuilder()
      .start()
      .nodeStart(MODEL)
      .statement('select 1; select 2', 'SELECT 1', MODEL)
      .commit(MODEL)
    log
      .query('insert into t select 1', MODEL, { thread: 'T2' })
      .line('AdapterEventDebug', { base_msg: 'Postgres error: x' }, { thread: 'T2' })
    log.nodeEnd(MODEL, 'success').end()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(log.lines.length - 1), fc.nat(400)), { maxLength: 40 }), (picks) => {
        const lines = picks.map(([i, length]) => (length > 300 ? log.lines[i]! : log.lines[i]!.slice(0, length * 3)))
        const events = read(lines)
        expect(new Set(events.map((event) => event.id)).size).toBe(events.length)
        expect(read(lines)).toEqual(events)
      }),
    )
  })

  it('forgives members of any type', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'SQLQuery',
          'NodeFinished',
          'SQLQueryStatus',
          'EndRunResult',
          'CommandCompleted',
          'ConcurrencyLine',
        ),
        fc.jsonValue(),
        (name, data) => {
          const line = JSON.stringify({ data, info: { name, ts: 'x', thread: 3, invocation_id: null } })
          expect(() => read([line, line])).not.toThrow()
        },
      ),
    )
  })

  it('holds memory by threads and nodes, not by lines', () => {
    const reader = createDbtLogReader({ run: RUN, fingerprintKey: KEY })
    for (const line of new LogBuilder().start().nodeStart(MODEL).lines) reader.push(line)
    const [, announced, query, status] = new LogBuilder().statement(
      `insert into t select ${'1,'.repeat(500)}1`,
      'INSERT 0 1',
      MODEL,
    ).lines
    let events = 0
    for (let i = 0; i < 30_000; i++) {
      events += reader.push(announced!).length + reader.push(query!).length + reader.push(status!).length
    }
    expect(events).toBe(30_000)
    expect(reader.end().length).toBeLessThan(5)
  })
})

describe('the reader of the Rust engine JSON log', () => {
  it('takes one SQLQuery at the end of a statement with its header for the whole record', () => {
    const header = [
      '-- created_at: 2026-03-01T10:00:00.154445973+00:00',
      '-- finished_at: 2026-03-01T10:00:00.154868981+00:00',
      '-- elapsed: 423us',
      '-- outcome: success',
      '-- dialect: postgres',
      '-- node_id: model.shop.orders',
      '-- query_id: not available',
      '-- desc: execute adapter call',
      'create table x as select 1;',
    ].join('\n')
    const log = new LogBuilder()
      .line('MainReportVersion', { version: '=2.0.0-preview.196' }, { msg: 'Running with dbt-fusion=2.0.0' })
      .line(
        'SQLQuery',
        { sql: 'create table x as select 1', node_info: { unique_id: MODEL } },
        { code: 'E017', msg: header },
      )
      .line(
        'SQLQuery',
        { sql: 'x' },
        { code: 'E017', msg: header.replace('success', 'canceled').replace(MODEL, 'not available') },
      )
      .line('SQLQuery', { sql: 'x' }, { code: 'E017', msg: header.replace('success', 'error') })
      .end()
    const events = read(log.lines)
    expect(events[0]!.data).toMatchObject({ engine: 'dbt-fusion', version: '2.0.0-preview.196' })
    expect(statements(events)).toMatchObject([
      {
        node: MODEL,
        origin: 'node',
        outcome: 'success',
        startedAt: '2026-03-01T10:00:00.154445973Z',
        elapsedSeconds: '0.000423008',
        queryId: null,
      },
      { node: null, origin: 'internal', outcome: 'unknown' },
      { outcome: 'error' },
    ])
  })
})
