import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../events/index.js'
import { type MeasuredRun, runMetrics } from './run-metrics.js'

const measured: MeasuredRun = {
  run: '01900000-0000-7000-8000-000000000001',
  time: '2026-03-01T10:00:20Z',
  dbt: { from: '2026-03-01T10:00:00Z', to: '2026-03-01T10:00:10Z', seconds: 10.0004 },
  overhead: 2.5,
  statements: 3,
  logBytes: 12_345,
  artifactBytes: 0,
  warehouse: { before: { anchor: 0.1, relations: null }, after: { anchor: 0.2, relations: null } },
  limits: { beforeMs: 5000, afterMs: 150, commitsMs: 400 },
}

describe('what the wrapper measured', () => {
  it('is one record each, with the bound that was in force', () => {
    const drafts = runMetrics(measured)
    for (const { data } of drafts) expect(FAMILIES.metrics['dev.clyra.metrics.observed.v1'].parse(data)).toEqual(data)
    const told = drafts.map(({ data: { what, max, p95, budget, within } }) => [what, max, p95, budget, within])
    expect(told).toEqual([
      ['dbt.duration', '10', '10', null, null],
      ['clyra.overhead', '2.5', '2.5', '2', false],
      ['dbt.statements', '3', null, null, null],
      ['dbt.log', '12345', null, null, null],
      ['dbt.artifacts', '0', null, null, null],
      ['warehouse.anchor.before', '0.1', '0.1', '5', true],
      ['warehouse.anchor.after', '0.2', '0.2', '0.15', false],
    ])
  })

  it('has the same ids however often it is told, and no dbt duration where dbt did not start', () => {
    const ids = (run: MeasuredRun) => runMetrics(run).map(({ id }) => id)
    expect(ids({ ...measured, overhead: 9 })).toEqual(ids(measured))
    expect(runMetrics({ ...measured, dbt: null }).map(({ data }) => data.what)).not.toContain('dbt.duration')
  })
})
