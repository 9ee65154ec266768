import * as z from 'zod'
import { type RunView, stepCounts, whatRuns } from '../../../projections/run/index.js'

/** A run in a few members: what `runs`, `run dbt`, `report` and `demo data` say of one. */
export const runSummary = z.strictObject({
  run: z.string(),
  command: z.string().nullable(),
  outcome: z.enum(['succeeded', 'failed', 'interrupted', 'unknown']),
  /** Whether the record of the run is whole. */
  completeness: z.enum(['complete', 'partial', 'unknown']),
  reasons: z.array(z.string()),
  warehouse: z.enum(['asked', 'partly', 'not-asked', 'not-needed']),
  warehouseReasons: z.array(z.string()),
  demonstration: z.boolean(),
  started: z.string().nullable(),
  steps: z.strictObject({
    total: z.number().int(),
    failed: z.number().int(),
    unfinished: z.number().int(),
    skipped: z.number().int(),
    warned: z.number().int(),
    succeeded: z.number().int(),
  }),
  findings: z.strictObject({ high: z.number().int(), medium: z.number().int(), low: z.number().int() }),
})
export type RunSummary = z.infer<typeof runSummary>

export function summarise(view: RunView): RunSummary {
  const { warehouse } = view.voices
  const ofSeverity = (severity: string) => view.findings.filter((finding) => finding.severity === severity).length
  return {
    run: view.run,
    command: view.command,
    outcome: view.outcome,
    completeness: view.completeness,
    reasons: [...view.reasons],
    warehouse: warehouse.completeness,
    warehouseReasons: [...warehouse.reasons],
    demonstration: view.demonstration,
    started: view.startedAt ?? view.first?.recordedAt ?? null,
    steps: { ...stepCounts(view) },
    findings: { high: ofSeverity('high'), medium: ofSeverity('medium'), low: ofSeverity('low') },
  }
}

/** "1 of 31 steps failed, 2 warnings, 1 high finding; warehouse asked": what a person must know, gravest first. */
export function inALine(summary: RunSummary): string {
  const record =
    summary.completeness === 'complete' ? [] : [`record ${summary.completeness} (${summary.reasons.join(', ')})`]
  return [
    [stepsOf(summary), warningsOf(summary), findingsOf(summary)].join(', '),
    ...record,
    warehouseOf(summary),
  ].join('; ')
}

function stepsOf({ command, steps }: RunSummary): string {
  const { instead } = whatRuns(command)
  if (instead !== null && steps.failed === 0) return instead
  const other = [
    ...(steps.unfinished === 0 ? [] : [`${steps.unfinished} did not end`]),
    ...(steps.skipped === 0 ? [] : [`${steps.skipped} skipped`]),
  ]
  const all =
    steps.failed === 0 ? counted(steps.total, 'step') : `${steps.failed} of ${counted(steps.total, 'step')} failed`
  return [all, ...other].join(', ')
}

function warningsOf({ steps }: RunSummary): string {
  return steps.warned === 0 ? 'no warning' : counted(steps.warned, 'warning')
}

/** "no finding", "1 high finding", "3 findings (1 high, 2 low)". */
export function findingsOf({ findings }: Pick<RunSummary, 'findings'>): string {
  const told = (['high', 'medium', 'low'] as const).filter((severity) => findings[severity] > 0)
  const [only] = told
  if (only === undefined) return 'no finding'
  if (told.length === 1) return counted(findings[only], `${only} finding`)
  const all = told.reduce((sum, severity) => sum + findings[severity], 0)
  return `${all} findings (${told.map((severity) => `${findings[severity]} ${severity}`).join(', ')})`
}

function warehouseOf({ warehouse, warehouseReasons }: RunSummary): string {
  // That nobody asked, as `ingest` never does, needs no second word.
  const told = warehouseReasons.filter((reason) => !reason.endsWith('-missing'))
  const why = told.length === 0 ? '' : ` (${told.join(', ')})`
  if (warehouse === 'asked') return 'warehouse asked'
  if (warehouse === 'not-needed') return 'no warehouse needed'
  return warehouse === 'partly' ? `warehouse asked in part${why}` : `warehouse NOT asked${why}`
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}
