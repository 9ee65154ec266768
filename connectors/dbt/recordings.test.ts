import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type DraftEvent, prepare, Sealable, seal } from '../../src/events/index.js'
import { readManifest } from './artifacts/manifest.js'
import { readRunResults } from './artifacts/run-results.js'
import { isDraft } from './drafts/drafts.js'
import { linesOf } from './files/lines.js'
import { closeDbtRun } from './reconcile/close-run.js'
import { type DbtRunFiles, readDbtRun } from './run/read-dbt-run.js'
import { createDbtRunReader } from './run/run-reader.js'
import { sourcePathsOf } from './sources/sources.js'

/**
 * Recordings of real dbt runs, which are not part of the repository: found by CLYRA_FIXTURES, or beside the checkout.
 * They are optional, also in CI (vitest.config.ts leaves this file out where they are absent); the hand-made files of the
 * other tests are not.
 */
const ROOT = process.env.CLYRA_FIXTURES ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url))

const file = (path: string): Uint8Array | undefined =>
  existsSync(`${ROOT}/${path}`) ? readFileSync(`${ROOT}/${path}`) : undefined
const must = (path: string): Uint8Array => readFileSync(`${ROOT}/${path}`)

function filesOf(run: string): DbtRunFiles {
  return {
    log: file(`${run}/logs/dbt.log`),
    otel: file(`${run}/logs/otel.jsonl`),
    queryLog: file(`${run}/logs/query_log.sql`),
    manifest: file(`${run}/target/manifest.json`),
    runResults: file(`${run}/target/run_results.json`),
    fingerprintKey: new Uint8Array(32).fill(1),
  }
}

function statements(events: readonly DraftEvent[]) {
  return events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.statement.executed.v1') ? [event.data] : []))
}

/** Statements of Postgres's own log, in its order. */
function serverStatements(run: string): string[] {
  return [...linesOf(must(`${run}/postgres/server_log.jsonl`))].flatMap(({ text }) => {
    const message: unknown = JSON.parse(text).message
    return typeof message === 'string' && message.startsWith('statement: ') ? [message.slice('statement: '.length)] : []
  })
}

describe('recordings of real runs', () => {
  it.each([
    ['dbt_live/postgres_1.12_good', 41, 65],
    ['dbt_live/postgres_1.12_incremental', 50, 72],
    ['dbt_live/postgres_1.12_failing_test', 56, 82],
  ])('%s: %i of the %i statements of the server are in the log, text for text', (run, logged, served) => {
    const { events, invocation } = readDbtRun(filesOf(run))
    const records = statements(events)
    const sent = records.filter(({ kind }) => kind !== 'rollback')
    const server = serverStatements(run)
    expect([sent.length, server.length]).toEqual([logged, served])
    expect(sent.every(({ outcome }) => outcome === 'success')).toBe(true)
    const rest = [...server]
    for (const { kind, text, truncated } of sent) {
      const sql = kind === 'commit' ? 'COMMIT' : text instanceof Sealable ? String(text.value) : ''
      const at = truncated ? rest.findIndex((one) => one.trim().startsWith(sql.trim().slice(0, 60))) : rest.indexOf(sql)
      expect(at).toBeGreaterThanOrEqual(0)
      rest.splice(at, 1)
    }
    // What is left is the driver's own: BEGIN, and the ROLLBACK that dbt logs without SQL.
    const rollbacks = records.filter(({ kind }) => kind === 'rollback').length
    expect(rest.filter((sql) => sql === 'ROLLBACK')).toHaveLength(rollbacks)
    expect(new Set(rest)).toEqual(new Set(['BEGIN', 'ROLLBACK']))
    expect(records.filter(({ truncated }) => truncated).map(({ node }) => node)).toEqual([
      'seed.clyra_fixture.raw_orders',
    ])
    const findings = closeDbtRun(invocation!, events).filter((event) => isDraft(event, 'dev.clyra.finding.raised.v2'))
    expect(findings.map(({ data }) => [data.code, data.node])).toEqual([
      ['commit-outside-transaction', 'model.clyra_fixture.fct_orders'],
    ])
    expect(events.filter((event) => isDraft(event, 'dev.clyra.run.gap.v1'))).toEqual([])
  })

  it("reads the Rust engine's three logs to the same statements", () => {
    const files = filesOf('dbt_live/postgres_rust_2.0_good')
    const otel = readDbtRun(files)
    const queryLog = readDbtRun({ ...files, otel: undefined })
    expect([otel.logSource, queryLog.logSource]).toEqual(['otel', 'query-log'])
    const facts = ({ events }: typeof otel) =>
      statements(events)
        .map((s) => [
          s.text instanceof Sealable ? s.text.value : null,
          s.node,
          s.outcome,
          s.origin,
          s.elapsedSeconds,
          s.startedAt,
        ])
        .sort()
    expect(facts(queryLog).map(([text]) => String(text).trim())).toEqual(
      facts(otel).map(([text]) => String(text).trim()),
    )
    expect(facts(queryLog).map(([, ...rest]) => rest)).toEqual(facts(otel).map(([, ...rest]) => rest))
    expect(facts(otel)).toHaveLength(55)
  })

  it.each(readdirSync(`${ROOT}/dbt_live`))(
    '%s gives the same drafts again, incrementally, and all are admitted',
    (name) => {
      const files = filesOf(`dbt_live/${name}`)
      const run = readDbtRun(files)
      expect(readDbtRun(files).events).toEqual(run.events)
      const reader = createDbtRunReader({
        run: run.runId,
        source: run.logSource ?? 'log',
        invocation: run.invocation ?? undefined,
        fingerprintKey: files.fingerprintKey,
      })
      const incremental: DraftEvent[] = []
      const bytes = run.logSource === 'otel' ? files.otel : files.log
      for (const { text, complete } of linesOf(bytes!)) incremental.push(...reader.push(text, complete))
      incremental.push(...reader.finish(files).events)
      // Which whole files did not speak is known only to who looks at all of them.
      const silent = (event: DraftEvent) => isDraft(event, 'dev.clyra.run.left-out.v1')
      expect(incremental).toEqual(run.events.filter((event) => !silent(event)))
      const all = [...run.events, ...closeDbtRun(run.runId, run.events)]
      const sealed = all.map((draft) => seal(new Uint8Array(32), draft).event)
      expect(() => prepare(sealed)).not.toThrow()
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
      const clear = JSON.stringify(sealed)
      for (const text of [
        'pg_backend_pid',
        'pre_hook_fct',
        'clyra_audit.run_log',
        'on-run-start.0 passed',
        'profiles-dir',
      ])
        expect(clear).not.toContain(text)
    },
  )

  it.each([
    ['dbt_logs/postgres_1.8/build_command/logs/build_logs.jsonl', 84, 'fail'],
    ['dbt_logs/snowflake_1.8/run/logs/failed_run_logs.jsonl', 3, 'error'],
    ['dbt_logs/snowflake_1.8/run/logs/successful_run_logs.jsonl', 3, 'success'],
  ])('reads %s of dbt 1.8', (path, count, status) => {
    const run = readDbtRun({ log: must(path) })
    expect(statements(run.events).filter(({ kind }) => kind !== 'rollback')).toHaveLength(count)
    expect(JSON.stringify(run.events)).toContain(`"status":"${status}"`)
    expect(() => prepare(run.events.map((draft) => seal(new Uint8Array(32), draft).event))).not.toThrow()
  })

  it('takes query ids and the error of a failed statement from a Snowflake log', () => {
    const found = statements(readDbtRun({ log: must('dbt_logs/snowflake_1.8/run/logs/failed_run_logs.jsonl') }).events)
    expect(found.map(({ outcome, queryId, rows }) => [outcome, queryId === null, rows])).toEqual([
      ['success', false, '314'],
      ['success', false, '1098'],
      ['error', true, null],
    ])
  })

  it('reads the artefacts of every release it says it reads', () => {
    const manifests = [
      'bouncer_duckdb_v110',
      'bouncer_duckdb_v112',
      'bouncer_duckdb_v20',
      'shopverse_snowflake_1.10',
    ].map((name) => `dbt/${name}/manifest.json`)
    for (const path of [
      ...manifests,
      'dbt/dap_manifest_v8_bigquery.json',
      'dbt/openlineage_postgres_1.3/manifest.json',
    ]) {
      const manifest = readManifest(must(path))
      expect(manifest.nodes.size).toBeGreaterThan(0)
      expect(sourcePathsOf(manifest).filter(({ optional }) => !optional).length).toBeGreaterThan(0)
    }
    const results = [
      'bouncer_duckdb_v110/run_results',
      'bouncer_duckdb_v112/run_results',
      'bouncer_duckdb_v20/run_results',
      'shopverse_snowflake_1.10/run_results',
      'openlineage_postgres_1.3/run_results',
      'dap_run_results_v4',
      'dap_run_results_v5',
      'dap_run_results_v6',
    ]
    for (const name of results) {
      expect(readRunResults(must(`dbt/${name}.json`)).rows.length).toBeGreaterThan(0)
      const run = readDbtRun({ runResults: must(`dbt/${name}.json`) })
      expect(JSON.stringify(run.events)).not.toContain('"status":"unknown"')
      expect(() => prepare(run.events.map((draft) => seal(new Uint8Array(32), draft).event))).not.toThrow()
    }
  })
})

describe('public artefacts of BigQuery and Snowflake', () => {
  it.each(['dbt/dap_run_results_v5.json', 'dbt/dap_run_results_v6.json'])(
    'lose no id of a query or job: %s',
    (path) => {
      const bytes = must(path)
      const ids = [
        ...Buffer.from(bytes)
          .toString()
          .matchAll(/"(?:query_id|job_id)": ?"([^"]+)"/g),
      ].map(([, id]) => id)
      const kept = readDbtRun({ runResults: bytes })
        .events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.node.response.v1') ? event.data.members : []))
        .filter(([name]) => name === 'query_id' || name === 'job_id')
      expect(ids.length).toBeGreaterThan(0)
      expect(kept.map(([, id]) => id)).toEqual(ids)
    },
  )
})
