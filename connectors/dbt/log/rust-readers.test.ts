import { describe, expect, it } from 'vitest'
import { type DraftEvent, Sealable } from '../../../src/events/index.js'
import { INVOCATION as LOGGED, LogBuilder, RUN, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { readDbtRun } from '../run/read-dbt-run.js'
import { createOtelReader } from './otel-reader.js'
import { createQueryLogReader } from './query-log-reader.js'

const INVOCATION = '01a1fe30-e4b0-7c30-9d3e-8e5969a4fb7a'
const TRACE = INVOCATION.replaceAll('-', '')
const MODEL = 'model.shop.orders'
const START = 1_795_265_979_000_000_000n

interface Span {
  readonly kind: string
  readonly id: string
  readonly attributes?: object
  readonly end?: object
  readonly status?: object
  readonly open?: boolean
}

/** The lines of an OTel file: each span starts where it stands and ends 2 ms later, unless it stays open. */
function otel(spans: readonly Span[], trace = TRACE): string[] {
  return spans.flatMap(({ kind, id, attributes = {}, end = {}, status = { code: 1 }, open = false }, i) => {
    const start = START + BigInt(i) * 1_000_000n
    const common = {
      trace_id: trace,
      span_id: id,
      start_time_unix_nano: String(start),
      event_type: `v1.public.events.fusion.x.${kind}`,
    }
    const begun = JSON.stringify({ record_type: 'SpanStart', ...common, attributes })
    const ended = JSON.stringify({
      record_type: 'SpanEnd',
      ...common,
      end_time_unix_nano: String(start + 2_000_000n),
      status,
      attributes: { ...attributes, ...end },
    })
    return open ? [begun] : [begun, ended]
  })
}

function read(lines: readonly string[]): DraftEvent[] {
  const reader = createOtelReader({ run: RUN, fingerprintKey: new Uint8Array(32) })
  return [...lines.flatMap((line) => reader.push(line)), ...reader.end()]
}

const INVOKED = {
  kind: 'Invocation',
  id: 'i',
  attributes: {
    process_info: { version: '2.0.0-preview.196' },
    eval_args: { command: 'build', target: 'pg' },
    raw_command: 'dbt build',
  },
}

describe("the Rust engine's OTel file", () => {
  it('gives invocation, statements, nodes, tests and hooks', () => {
    const events = read(
      otel([
        {
          kind: 'QueryExecuted',
          id: 'q0',
          attributes: { sql: 'select 1', adapter_type: 'postgres' },
          end: { query_outcome: 'QUERY_OUTCOME_SUCCESS' },
        },
        {
          kind: 'QueryExecuted',
          id: 'q1',
          attributes: { sql: 'create table t(); insert into t select 1', unique_id: MODEL },
          end: { query_outcome: 'QUERY_OUTCOME_ERROR' },
        },
        {
          kind: 'NodeProcessed',
          id: 'n',
          attributes: {
            unique_id: MODEL,
            node_type: 'NODE_TYPE_MODEL',
            materialization: 'NODE_MATERIALIZATION_TABLE',
            database: 'd',
            schema: 's',
            identifier: 'orders',
          },
          end: { node_outcome: 'NODE_OUTCOME_SUCCESS', rows_affected: '3' },
        },
        {
          kind: 'NodeProcessed',
          id: 't',
          attributes: { unique_id: 'test.shop.u', node_type: 'NODE_TYPE_TEST' },
          end: {
            node_outcome: 'NODE_OUTCOME_SUCCESS',
            node_test_detail: { test_outcome: 'TEST_OUTCOME_FAILED', failing_rows: 2 },
          },
        },
        {
          kind: 'HookProcessed',
          id: 'h',
          attributes: { unique_id: 'operation.shop.shop-on-run-end-0' },
          end: { hook_outcome: 'HOOK_OUTCOME_SUCCESS' },
        },
        { ...INVOKED, end: { metrics: { status_counts: { success: '2', error: '1' } } }, status: { code: 2 } },
      ]),
    )
    expect(events.map((event) => event.data)).toMatchObject([
      { ordinal: '0', origin: 'internal', outcome: 'success', elapsedSeconds: '0.002', verb: 'SELECT' },
      { ordinal: '1', origin: 'node', outcome: 'error', multiStatement: true, node: MODEL },
      {
        node: MODEL,
        status: 'success',
        rowsAffected: '3',
        materialized: 'table',
        relation: ['d', 's', 'orders'],
        executionSeconds: '0.002',
      },
      { node: 'test.shop.u', status: 'fail', failures: '2' },
      { resourceType: 'operation', status: 'success', relation: null },
      { engine: 'dbt-fusion', version: '2.0.0-preview.196', command: 'build', invocation: INVOCATION },
      {
        success: false,
        results: [
          ['error', '1'],
          ['success', '2'],
        ],
      },
    ])
  })

  it('shows a statement and a node that never ended', () => {
    const attributes = { unique_id: MODEL, node_type: 'NODE_TYPE_MODEL' }
    const events = read(
      otel(
        [
          INVOKED,
          { kind: 'NodeProcessed', id: 'n', attributes, open: true },
          { kind: 'QueryExecuted', id: 'q', attributes: { ...attributes, sql: 'insert into t select 1' }, open: true },
        ].map((span) => ({ ...span, open: true })),
      ),
    )
    expect(events.map(({ data }) => data)).toMatchObject([
      { engine: 'dbt-fusion' },
      { outcome: 'unknown', text: expect.any(Sealable) },
      { status: 'unknown' },
      { reason: 'log-no-end' },
    ])
  })

  it('speaks as the log instead of the JSON log and query_log.sql, never beside them', () => {
    const lines = otel([
      INVOKED,
      {
        kind: 'QueryExecuted',
        id: 'q',
        attributes: { sql: 'select 1' },
        end: { query_outcome: 'QUERY_OUTCOME_SUCCESS' },
      },
    ])
    const log = {
      data: { sql: 'select 1' },
      info: { name: 'SQLQuery', code: 'E017', ts: '2026-03-01T10:00:00Z', invocation_id: INVOCATION, msg: '' },
    }
    const bytes = (text: string) => new TextEncoder().encode(text)
    const all = {
      otel: bytes(`${lines.join('\n')}\n`),
      log: bytes(`${JSON.stringify(log)}\n`),
      queryLog: bytes(QUERY_LOG),
    }
    const sources = (files: object) => {
      const run = readDbtRun(files)
      const statements = run.events.filter((event) => isDraft(event, 'dev.clyra.dbt.statement.executed.v1'))
      return [run.logSource, [...new Set(statements.map(({ source }) => source))], statements.length]
    }
    expect(sources(all)).toEqual(['otel', ['urn:clyra:dbt:otel'], 1])
    expect(sources({ ...all, otel: undefined })).toEqual(['log', ['urn:clyra:dbt:log'], 1])
    const runResults = rustResults()
    expect(sources({ ...all, otel: undefined, log: undefined, runResults })).toEqual([
      'query-log',
      ['urn:clyra:dbt:query-log'],
      2,
    ])
  })

  it('leaves query_log.sql alone where nothing shows that it is of this run', () => {
    const queryLog = new TextEncoder().encode(QUERY_LOG)
    const leftOut = (files: object) => {
      const run = readDbtRun({ queryLog, ...files })
      expect(run.events.filter((event) => isDraft(event, 'dev.clyra.dbt.statement.executed.v1'))).toEqual([])
      return run.events.flatMap((event) => (isDraft(event, 'dev.clyra.run.left-out.v1') ? [event.data] : []))
    }
    const named = { run: INVOCATION, source: 'query-log', name: 'query_log.sql', reason: 'another-run' }
    // Of dbt 1.x, which writes no such file; and of a Rust run of another day.
    expect(leftOut({ runResults: runResultsOf([], { invocation: INVOCATION }) })).toEqual([{ ...named, count: null }])
    const later = rustResults({ invocation_started_at: '2026-11-22T10:00:00Z', generated_at: '2026-11-22T10:01:00Z' })
    expect(leftOut({ runResults: later })).toEqual([{ ...named, count: 3 }])
  })

  it('takes the run that began last, whichever log tells of it', () => {
    const json = new LogBuilder().start().end().bytes
    const spans = new TextEncoder().encode(`${otel([INVOKED]).join('\n')}\n`)
    const run = readDbtRun({ log: json, otel: spans })
    expect([run.invocation, run.logSource]).toEqual([INVOCATION, 'otel'])
    expect(run.events.find((event) => isDraft(event, 'dev.clyra.run.left-out.v1'))?.data).toMatchObject({
      source: 'log',
      reason: 'another-run',
      count: 5,
    })
    const ofJson = readDbtRun({ log: json, otel: spans, invocation: LOGGED })
    expect([ofJson.invocation, ofJson.logSource]).toEqual([LOGGED, 'log'])
  })
})

/** run_results.json of a run of the Rust engine. */
function rustResults(extra: object = {}): Uint8Array {
  const metadata = {
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
    dbt_version: '2.0.0-preview.196',
    invocation_started_at: '2026-11-21T12:59:39Z',
    generated_at: '2026-11-21T12:59:42Z',
    invocation_id: INVOCATION,
    ...extra,
  }
  return new TextEncoder().encode(JSON.stringify({ metadata, results: [], elapsed_time: 1 }))
}

const QUERY_LOG = `-- created_at: 2020-01-01T00:00:00.000000000+00:00
-- finished_at: 2020-01-01T00:00:01.000000000+00:00
-- outcome: success
-- node_id: not available
select 'of an earlier run';
-- created_at: 2026-11-21T12:59:40.000000000+00:00
-- finished_at: 2026-11-21T12:59:40.000000500+00:00
-- elapsed: 500ns
-- outcome: success
-- dialect: postgres
-- node_id: ${MODEL}
-- query_id: abc
-- desc: execute adapter call
select 1
-- a comment of the statement
from t;
-- created_at: 2026-11-21T12:59:41.000000000+00:00
-- outcome: canceled
insert into t select 1;
`

describe('query_log.sql', () => {
  it("gives the statements of the invocation's time, with their comments", () => {
    const during = { from: '2026-11-21T12:59:39Z', to: '2026-11-21T12:59:41Z' }
    const options = { run: RUN, invocation: INVOCATION, fingerprintKey: new Uint8Array(32), during }
    const reader = createQueryLogReader(options)
    const events = [...QUERY_LOG.split('\n').flatMap((line) => reader.push(line)), ...reader.end()]
    expect(events.map(({ data }) => data)).toMatchObject([
      { ordinal: '0', node: MODEL, outcome: 'success', elapsedSeconds: '0.0000005', queryId: 'abc', verb: 'SELECT' },
      { ordinal: '1', node: null, outcome: 'unknown', elapsedSeconds: null, verb: 'INSERT' },
      { reason: 'log-no-end' },
    ])
    expect(events[0]!.data).toMatchObject({ text: { value: 'select 1\n-- a comment of the statement\nfrom t' } })
    expect(reader.summary().foreign).toBe(1)
  })
  it('goes by the query comment where that names an invocation', () => {
    const commented = (id: string) =>
      `-- created_at: 2020-01-01T00:00:00.0+00:00\n/* {"invocation_id": "${id}"} */ select 1;`
    const reader = createQueryLogReader({ run: RUN, invocation: INVOCATION, during: null })
    const lines = `${commented(INVOCATION)}\n${commented(LOGGED)}`.split('\n')
    const events = [...lines.flatMap((line) => reader.push(line)), ...reader.end()]
    expect(events.map(({ type }) => type.split('.').at(-2))).toEqual(['executed', 'gap'])
    expect(reader.summary().foreign).toBe(1)
  })
})
