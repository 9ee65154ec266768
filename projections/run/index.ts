import type { Projection } from '../../src/events/index.js'
import { foldRunRecords } from './fold-run.js'
import { emptyRun, type RunState } from './run-state.js'
import { type RunView, renderRun } from './run-view.js'

export { type AppendList, lengthOf } from './append-list.js'
export { type BuiltRelation, type ChangedRelations, changedRelations } from './changed-relations.js'
export type { Completeness, VoiceHeard, VoicesHeard } from './completeness.js'
export { completenessOf } from './completeness.js'
export { foldRunRecords } from './fold-run.js'
export { gravestFreshness } from './gravest-freshness.js'
export { type Outcome, outcomeOf } from './outcome.js'
export type * from './run-state.js'
export { emptyRun } from './run-state.js'
export type { NodeState, RunView, TestState } from './run-view.js'
export { type SortedList, valuesOf } from './sorted-list.js'
export { howItEnded, type StepCounts, stepCounts } from './step-counts.js'
export type { WarehouseHeard } from './warehouse-heard.js'
export { type WhatRuns, whatRuns } from './what-runs.js'

const CATEGORY = 'run-'

/** The run that a record belongs to: its stream `run-R` says so. */
export function runOf(stream: string): string | undefined {
  return stream.startsWith(CATEGORY) ? stream.slice(CATEGORY.length) : undefined
}

/** What happened in a run. One partition for each stream `run-R`, named R. */
export const runProjection: Projection<RunState, RunView> = {
  name: 'run',
  version: 3,
  partition: (record) => runOf(record.event.stream),
  initial: emptyRun,
  apply: (state, record) => foldRunRecords(state, [record]),
  applyAll: foldRunRecords,
  render: renderRun,
}
