import { type DraftEvent, runDraft } from '../../events/index.js'
import type { WarehouseReading } from '../../ports/index.js'
import type { WarehouseLimits } from './warehouses.js'

const SOURCE = 'urn:clyra:wrapper:metrics'

/** What the wrapper measured of one run. Durations in seconds. */
export interface MeasuredRun {
  readonly run: string
  /** When it was measured. */
  readonly time: string
  /** dbt's process, from its start to its end; null where it did not start. */
  readonly dbt: { readonly from: string; readonly to: string; readonly seconds: number } | null
  /** What the wrapper added: before dbt was started, and from dbt's end until now. */
  readonly overhead: number
  readonly statements: number
  /** Bytes of dbt's log and of the artefacts that were kept. */
  readonly logBytes: number
  readonly artifactBytes: number
  readonly warehouse: { readonly before: WarehouseReading['seconds']; readonly after: WarehouseReading['seconds'] }
  readonly limits: WarehouseLimits
}

/** The most that wrapping a run may add on a quiet machine with the warehouse beside it, in seconds. */
const OVERHEAD_BUDGET = 2

/** The records of the measurements, one each; what was not done has none. Reading a run from files makes none. */
export function runMetrics(measured: MeasuredRun): DraftEvent<'dev.clyra.metrics.observed.v1'>[] {
  const { dbt, overhead, statements, logBytes, artifactBytes, warehouse, limits } = measured
  const seconds = (what: string, value: number | null, budget: number | null = null) =>
    value === null ? [] : [observed(measured, what, 'seconds', { value, budget })]
  const total = (what: string, unit: 'bytes' | 'count', value: number) => [
    observed(measured, what, unit, { value, budget: null }),
  ]
  return [
    ...(dbt === null ? [] : [observed(measured, 'dbt.duration', 'seconds', { value: dbt.seconds, budget: null }, dbt)]),
    ...seconds('clyra.overhead', overhead, OVERHEAD_BUDGET),
    ...total('dbt.statements', 'count', statements),
    ...total('dbt.log', 'bytes', logBytes),
    ...total('dbt.artifacts', 'bytes', artifactBytes),
    ...seconds('warehouse.anchor.before', warehouse.before.anchor, limits.beforeMs / 1000),
    ...seconds('warehouse.anchor.after', warehouse.after.anchor, limits.afterMs / 1000),
    ...seconds('warehouse.relations', warehouse.after.relations),
  ]
}

/** One measurement: all four values are it. A count or a size has no percentiles and stands in `max`. */
function observed(
  { run, time }: MeasuredRun,
  what: string,
  unit: 'seconds' | 'bytes' | 'count',
  { value, budget }: { readonly value: number; readonly budget: number | null },
  window: { readonly from: string; readonly to: string } | null = null,
): DraftEvent<'dev.clyra.metrics.observed.v1'> {
  const text = unit === 'seconds' ? decimal(value) : String(value)
  const percentile = unit === 'seconds' ? text : null
  return runDraft(run, SOURCE, what, 'dev.clyra.metrics.observed.v1', time, {
    what,
    unit,
    from: window?.from ?? null,
    to: window?.to ?? null,
    count: '1',
    p50: percentile,
    p95: percentile,
    p99: percentile,
    max: text,
    budget: budget === null ? null : decimal(budget),
    within: budget === null ? null : value <= budget,
    subject: null,
  })
}

/** Milliseconds are as fine as a wrapper measures. */
const decimal = (seconds: number): string => String(Math.max(0, Math.round(seconds * 1000)) / 1000)
