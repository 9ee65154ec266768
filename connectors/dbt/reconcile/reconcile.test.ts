import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepare, seal } from '../../../src/events/index.js'
import { INVOCATION, LogBuilder, manifestOf, type Result, RUN, runResultsOf } from '../../../test/dbt/dbt-files.js'
import { readDbtRun } from '../run/read-dbt-run.js'
import { reconcile } from './reconcile.js'
import type { SomeEvent } from './voices.js'

const MODEL = 'model.shop.orders'
const TEST = 'test.shop.unique_orders'

/** Findings of a run whose log and claims are given, as [code, disposition, severity, node]. */
function findings(log: LogBuilder, results: readonly Result[], more: readonly SomeEvent[] = []) {
  const run = readDbtRun({ log: log.bytes, runResults: runResultsOf(results), manifest: manifestOf() })
  return reconcile(run.runId, [...run.events, ...more])
}

function codes(found: ReturnType<typeof findings>) {
  return found.map(({ data }) => [data.code, data.disposition, data.severity, data.node])
}

function goodLog(): LogBuilder {
  const log = new LogBuilder()
    .start()
    .nodeStart(MODEL)
    .statement('insert into t select 1', 'INSERT 0 3', MODEL)
    .commit(MODEL)
  log.nodeEnd(MODEL, 'success', { adapter_response: { rows_affected: 3 } })
  return log.nodeStart(TEST).nodeEnd(TEST, 'pass')
}

const GOOD: Result[] = [
  { unique_id: MODEL, status: 'success', adapter_response: { rows_affected: 3 } },
  { unique_id: TEST, status: 'pass' },
]

function relation(data: object): SomeEvent {
  return {
    id: '01900000-0000-7000-8000-0000000000aa',
    type: 'dev.clyra.snapshot.relation.v1',
    time: '2026-03-01T10:01:00Z',
    data: {
      node: MODEL,
      relation: ['shop', 'public', 'orders'],
      present: true,
      kind: 'table',
      newestCommit: null,
      ...data,
    },
  }
}

function snapshot(phase: 'before' | 'after', names: readonly string[], more: object = {}): SomeEvent {
  return {
    id: `01900000-0000-7000-8000-00000000${phase === 'before' ? '00b0' : '00b1'}`,
    type: 'dev.clyra.snapshot.captured.v1',
    time: '2026-03-01T10:01:00Z',
    data: {
      phase,
      dsnHash: 'a'.repeat(64),
      truncated: false,
      relations: names.map((name) => ['public', name, 'view', null]),
      ...more,
    },
  }
}

/** Findings of a claim without a log. */
function runOf(which: string, result: Result, more: readonly SomeEvent[], manifest = manifestOf()) {
  const run = readDbtRun({
    runResults: runResultsOf([result], { which, invocationCommand: `dbt ${which}` }),
    manifest,
  })
  return reconcile(run.runId, [...run.events, ...more])
}

describe('the comparison of the three voices', () => {
  it('finds nothing where they agree', () => {
    expect(findings(goodLog().end(), GOOD)).toEqual([])
    expect(findings(goodLog().end(), GOOD, [relation({})])).toEqual([])
  })

  it('finds a node that says error although its INSERT was committed', () => {
    const log = new LogBuilder()
      .start()
      .nodeStart(MODEL)
      .statement('insert into t select 1', 'INSERT 0 3', MODEL)
      .commit(MODEL)
    log.nodeEnd(MODEL, 'error').end(false)
    const found = findings(log, [{ unique_id: MODEL, status: 'error' }])
    expect(codes(found)).toEqual([['node-error-but-data-changed', 'contradicted', 'high', MODEL]])
    expect(found[0]!.data.said).toEqual([
      ['claim', 'error'],
      ['log', 'error'],
      ['log-writes-committed', '1'],
    ])
    expect(found[0]!.data.events).toHaveLength(3)
  })

  it('does not find it where the transaction was rolled back, or never committed', () => {
    const rolledBack = new LogBuilder()
      .start()
      .nodeStart(MODEL)
      .statement('insert into t select 1', 'INSERT 0 3', MODEL)
    rolledBack.line('Rollback', { conn_name: MODEL }).nodeEnd(MODEL, 'error').end(false)
    expect(findings(rolledBack, [{ unique_id: MODEL, status: 'error' }])).toEqual([])
    const open = new LogBuilder().start().nodeStart(MODEL).statement('insert into t select 1', 'INSERT 0 3', MODEL)
    expect(findings(open.nodeEnd(MODEL, 'error').end(false), [{ unique_id: MODEL, status: 'error' }])).toEqual([])
  })

  it('finds data changed without any COMMIT where statements commit by themselves', () => {
    const log = new LogBuilder().line('MainReportVersion', { version: '=2.0.0' }).nodeStart(MODEL)
    log.line(
      'SQLQuery',
      { sql: 'insert into t select 1', node_info: { unique_id: MODEL } },
      { code: 'E017', msg: '-- created_at: 2026-03-01T10:00:00Z\n-- outcome: success\n' },
    )
    log.nodeEnd(MODEL, 'success').end()
    const found = findings(log, [{ unique_id: MODEL, status: 'error' }])
    expect(codes(found)).toEqual([
      ['node-error-but-data-changed', 'contradicted', 'high', MODEL],
      ['node-status-differs', 'contradicted', 'high', MODEL],
    ])
  })

  it.each([
    'create temporary table "orders__dbt_tmp2026" as (select 1)',
    'create table "shop"."public"."orders__dbt_tmp" as (select 1)',
    'drop table if exists "shop"."public"."orders__dbt_backup" cascade',
  ])("takes dbt's scaffolding for no change of data: %s", (sql) => {
    const log = new LogBuilder().start().nodeStart(MODEL).statement(sql, 'SELECT 1', MODEL).commit(MODEL)
    log.nodeEnd(MODEL, 'error').end(false)
    expect(findings(log, [{ unique_id: MODEL, status: 'error' }])).toEqual([])
  })

  it('says that it does not know where a failed node only ran code that may change data', () => {
    const log = new LogBuilder().start().nodeStart(MODEL).statement('do $$ begin end $$', 'DO', MODEL).commit(MODEL)
    log.nodeEnd(MODEL, 'error').end(false)
    expect(codes(findings(log, [{ unique_id: MODEL, status: 'error' }]))).toEqual([
      ['node-error-but-data-changed', 'unconfirmed', 'medium', MODEL],
    ])
  })

  it("finds each relation that a cascade took away, and names the statement's node", () => {
    const log = goodLog().statement('drop table if exists "shop"."public"."raw" cascade', 'DROP TABLE', 'seed.shop.raw')
    const found = findings(log.commit('seed.shop.raw').end(), GOOD, [
      snapshot('before', ['orders', 'over_orders', 'stg', 'orders__dbt_backup']),
      snapshot('after', ['orders']),
    ])
    expect(codes(found)).toEqual([
      ['relation-dropped', 'unclaimed', 'high', null],
      ['relation-dropped', 'unclaimed', 'high', null],
    ])
    expect(new Set(found.map(({ id }) => id)).size).toBe(2)
    expect(found.map(({ data }) => data.said[0]?.[1]).sort()).toEqual(['public.over_orders', 'public.stg'])
    expect(found[0]!.data.said).toContainEqual(['log-drop', 'seed.shop.raw'])
  })

  it('accuses less where an operation of the project itself dropped something', () => {
    const log = goodLog().query('drop view public.stg', null).status('DROP VIEW').end()
    const found = findings(log, GOOD, [snapshot('before', ['orders', 'stg']), snapshot('after', ['orders'])])
    expect(codes(found)).toEqual([['relation-dropped', 'unclaimed', 'medium', null]])
  })

  it('does not compare lists that are cut, or of two databases', () => {
    const before = snapshot('before', ['orders', 'stg'])
    for (const other of [{ truncated: true }, { dsnHash: 'b'.repeat(64) }]) {
      expect(findings(goodLog().end(), GOOD, [before, snapshot('after', ['orders'], other)])).toEqual([])
    }
    expect(findings(goodLog().end(), GOOD, [before])).toEqual([])
  })

  it('finds no fault in a ROLLBACK, whose end dbt never tells', () => {
    const log = goodLog().line('Rollback', { conn_name: 'master' }).end()
    expect(findings(log, GOOD)).toEqual([])
  })

  it('looks at no kind of a clone, and accuses no materialization that it does not know', () => {
    const cloned = runOf('clone', GOOD[0]!, [relation({ kind: 'view' })])
    expect(cloned).toEqual([])
    const own = manifestOf({ materialized: 'my_own' })
    expect(codes(runOf('run', GOOD[0]!, [relation({ present: false, kind: null })], own))).toEqual([
      ['relation-absent', 'unconfirmed', 'low', MODEL],
    ])
  })

  it("finds dbt's COMMIT after a hook has ended the transaction", () => {
    const log = new LogBuilder().start().nodeStart(MODEL).statement('commit;', 'COMMIT', MODEL)
    log.statement('insert into t select 1', 'INSERT 0 3', MODEL).commit(MODEL).statement('commit;', 'COMMIT', MODEL)
    log
      .nodeEnd(MODEL, 'success', { adapter_response: { rows_affected: 3 } })
      .nodeStart(TEST)
      .nodeEnd(TEST, 'pass')
      .end()
    expect(codes(findings(log, GOOD))).toEqual([['commit-outside-transaction', 'contradicted', 'high', MODEL]])
  })

  it('finds what one voice says and the other does not', () => {
    const log = new LogBuilder().start().nodeStart(TEST).nodeEnd(TEST, 'fail').end()
    expect(codes(findings(log, [{ unique_id: MODEL, status: 'success' }]))).toEqual([
      ['node-claimed-not-logged', 'unconfirmed', 'medium', MODEL],
      ['test-logged-not-claimed', 'unclaimed', 'medium', TEST],
    ])
    expect(
      codes(
        findings(goodLog().end(), [
          { ...GOOD[0]!, adapter_response: { rows_affected: 4 } },
          { unique_id: TEST, status: 'fail' },
        ]),
      ),
    ).toEqual([
      ['node-rows-differ', 'contradicted', 'medium', MODEL],
      ['test-status-differs', 'contradicted', 'high', TEST],
    ])
  })

  it('leaves a voice that is absent as a whole to the gaps', () => {
    const claims = readDbtRun({ runResults: runResultsOf(GOOD) })
    expect(reconcile(claims.runId, claims.events)).toEqual([])
    const logs = readDbtRun({ log: goodLog().end().bytes })
    expect(reconcile(logs.runId, logs.events)).toEqual([])
  })

  it('finds statements whose outcome the log does not tell, a COMMIT first of all', () => {
    const log = goodLog()
      .query('insert into t select 2', MODEL, { thread: 'T1' })
      .query('select 1', null, { thread: 'T2' })
    log.line('SQLCommit', { conn_name: 'master' }, { thread: 'T3' })
    const found = codes(findings(log, GOOD))
    expect(found.map(([code]) => code)).toEqual(Array(3).fill('statement-outcome-unknown'))
    expect(found.map(([, , severity]) => severity).sort()).toEqual(['high', 'low', 'medium'])
  })

  it.each([
    [{ present: false, kind: null }, ['relation-absent', 'contradicted', 'high', MODEL]],
    [{ kind: 'view' }, ['relation-kind-differs', 'contradicted', 'medium', MODEL]],
    [{ newestCommit: '2026-03-01T09:59:59Z' }, ['commit-older-than-run', 'unconfirmed', 'medium', MODEL]],
  ])('finds what the warehouse says otherwise: %j', (data, expected) => {
    expect(codes(findings(goodLog().end(), GOOD, [relation(data)]))).toEqual([expected])
  })

  it('takes a reading that was not possible for no contradiction', () => {
    expect(findings(goodLog().end(), GOOD, [relation({ present: null, kind: null })])).toEqual([])
    expect(findings(goodLog().end(), GOOD, [relation({ newestCommit: '2026-03-01T10:00:00.5Z' })])).toEqual([])
  })

  it('raises a contradicted anchor', () => {
    const anchor = {
      id: RUN,
      type: 'dev.clyra.anchor.contradicted.v1',
      time: '2026-03-01T10:00:00Z',
      data: { reasons: ['timeline-differs'] },
    }
    const [found] = findings(goodLog().end(), GOOD, [anchor])
    expect(found!.data).toMatchObject({
      code: 'anchor-contradicted',
      severity: 'high',
      said: [['warehouse', 'timeline-differs']],
    })
  })

  it('is the same for any order of the events, and meets its schema', () => {
    const log = goodLog().query('insert into t select 2', MODEL, { thread: 'T1' }).end()
    const run = readDbtRun({
      log: log.bytes,
      runResults: runResultsOf([{ unique_id: MODEL, status: 'error' }]),
      manifest: manifestOf(),
    })
    const expected = reconcile(INVOCATION, run.events)
    expect(expected.length).toBeGreaterThan(2)
    expect(() => prepare(expected.map((draft) => seal(new Uint8Array(32), draft).event))).not.toThrow()
    fc.assert(
      fc.property(fc.shuffledSubarray([...run.events], { minLength: run.events.length }), (events) => {
        expect(reconcile(INVOCATION, events)).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })
})
