import { type Projection, runOf, versionOfParts } from '../../src/events/index.js'
import { emptyRun, foldRunRecords, RUN_PARTS } from './fold-run.js'
import type { RunState } from './run-state.js'
import { type RunView, renderRun } from './run-view.js'

export { type AppendList, lengthOf } from './append-list.js'
export { type BuiltRelation, type ChangedRelations, changedRelations } from './changed-relations.js'
export type { Completeness, VoiceHeard, VoicesHeard } from './completeness.js'
export { completenessOf } from './completeness.js'
export type { CountedView } from './counted.js'
export { emptyRun, foldRunRecords, RUN_PARTS, RUN_TYPES } from './fold-run.js'
export { gravestFreshness } from './gravest-freshness.js'
export { type Outcome, outcomeOf } from './outcome.js'
export type * from './run-state.js'
export type { NodeState, RunView, TestState } from './run-view.js'
export { type SortedList, valuesOf } from './sorted-list.js'
export { howItEnded, type StepCounts, stepCounts } from './step-counts.js'
export type { WarehouseHeard } from './warehouse-heard.js'
export { type WhatRuns, whatRuns } from './what-runs.js'

/**
 * What happened in a run. One partition for each stream `run-R`, named R. Composed of a fold for each family of events.
 */
export const runProjection: Projection<RunState, RunView> = {
  name: 'run',
  version: versionOfParts(RUN_PARTS),
  partition: (record) => runOf(record.event.stream),
  initial: emptyRun,
  apply: (state, record) => foldRunRecords(state, [record]),
  applyAll: foldRunRecords,
  parts: RUN_PARTS,
  render: renderRun,
}
