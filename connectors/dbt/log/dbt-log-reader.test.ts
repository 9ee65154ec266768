import { describe, expect, it } from 'vitest'
import { INVOCATION, LogBuilder, OTHER_INVOCATION, RUN } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { createDbtLogReader } from './dbt-log-reader.js'
import { MODEL, read, reasons, statements } from './dbt-log-reader.test.support.js'

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
