import { describe, expect, it } from 'vitest'
import { prepare, seal } from '../../../src/events/index.js'
import { INVOCATION, json, LogBuilder, manifestOf, OTHER_INVOCATION } from '../../../test/dbt/dbt-files.js'
import { isDraft } from '../drafts/drafts.js'
import { closeDbtRun } from '../reconcile/close-run.js'
import { readDbtRun } from '../run/read-dbt-run.js'

const SOURCE = 'source.shop.raw.orders'
const HOOK = 'operation.shop.shop-on-run-end-0'

function sourcesOf(status: string, invocation = INVOCATION) {
  return json({
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/sources/v3.json',
      dbt_version: '1.11.16',
      generated_at: '2026-03-01T10:00:09Z',
      invocation_started_at: '2026-03-01T10:00:00Z',
      invocation_id: invocation,
      env: {},
    },
    results: [
      {
        unique_id: SOURCE,
        max_loaded_at: '2026-02-28T22:00:00+00:00',
        snapshotted_at: '2026-03-01T10:00:08.25+00:00',
        max_loaded_at_time_ago_in_s: 43208.25,
        status,
        criteria: {
          warn_after: { count: 12, period: 'hour' },
          error_after: { count: null, period: null },
          filter: 'x > 1',
        },
        adapter_response: { query_id: '01b8ea94-0412-5972-2a66-0301dfe7e617' },
        execution_time: 0.5,
      },
    ],
    elapsed_time: 1.25,
  })
}

function record(status: string, sources: Uint8Array | undefined) {
  const log = new LogBuilder().line('MainReportVersion', { version: '=1.11.16' })
  log.line('MainReportArgs', { args: { invocation_command: 'dbt source freshness' } })
  log.nodeStart(SOURCE).nodeEnd(SOURCE, status, { adapter_response: { rows_affected: 1, code: 'SELECT' } })
  log.line('LogHookStartLine', { node_info: { unique_id: HOOK, resource_type: 'operation' } })
  log.line('LogHookEndLine', { node_info: { unique_id: HOOK, resource_type: 'operation' }, status: 'success' })
  log.line('CommandCompleted', { command: 'dbt source freshness', success: true, elapsed: 1 })
  const extras = sources === undefined ? [] : [{ name: 'sources.json', bytes: sources }]
  const run = readDbtRun({ log: log.bytes, manifest: manifestOf(), extras })
  const events = [...run.events, ...closeDbtRun(run.runId, run.events)]
  return {
    events,
    freshness: events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.source.freshness.v1') ? [event.data] : [])),
    responses: events.flatMap((event) => (isDraft(event, 'dev.clyra.dbt.node.response.v1') ? [event.data] : [])),
    trouble: events.flatMap((event) => (/run\.gap|finding\.raised/.test(event.type) ? [event.data] : [])),
  }
}

describe('source freshness', () => {
  it('is told by both voices: ages and thresholds as decimals in the claim, the status in the log', () => {
    const { events, freshness, responses, trouble } = record('warn', sourcesOf('warn'))
    expect(trouble).toEqual([])
    expect(freshness).toMatchObject([
      { voice: 'log', node: SOURCE, status: 'warn', ageSeconds: null },
      {
        voice: 'claim',
        node: SOURCE,
        status: 'warn',
        maxLoadedAt: '2026-02-28T22:00:00Z',
        observedAt: '2026-03-01T10:00:08.25Z',
        ageSeconds: '43208.25',
        warnAfter: ['12', 'hour'],
        errorAfter: null,
        executionSeconds: '0.5',
      },
    ])
    expect(responses).toMatchObject([
      { voice: 'claim', members: [['query_id', '01b8ea94-0412-5972-2a66-0301dfe7e617']] },
    ])
    const claimed = events.filter(
      (event) => isDraft(event, 'dev.clyra.dbt.invocation.started.v1') && event.data.voice === 'claim',
    )
    expect(claimed).toMatchObject([{ data: { command: 'source freshness', adapter: 'postgres', project: 'shop' } }])
    expect(() => prepare(events.map((draft) => seal(new Uint8Array(32), draft).event))).not.toThrow()
  })

  it('is a finding where log and file give different statuses', () => {
    expect(record('pass', sourcesOf('error')).trouble).toMatchObject([
      { code: 'node-status-differs', severity: 'high', node: SOURCE },
    ])
  })

  it('leaves a gap where sources.json is missing, of another run, or no such file', () => {
    expect(record('pass', undefined).trouble).toMatchObject([{ reason: 'artifact-sources-missing' }])
    expect(record('pass', sourcesOf('pass', OTHER_INVOCATION)).trouble).toMatchObject([
      { reason: 'artifact-sources-stale' },
    ])
    expect(record('pass', new Uint8Array([123])).trouble).toMatchObject([{ reason: 'artifact-unreadable' }])
  })
})
