export { ChainCheck } from './chain-check.js'
export { type CheckedBatch, checkedRecords, type ProjectedLedger } from './checked-records.js'
export {
  compareProjections,
  type ProjectionComparison,
} from './compare-projections.js'
export { type FoldOptions, foldLedger, type LedgerFold } from './fold-ledger.js'
export { type FollowedLedger, type FollowedStep, type FollowOptions, follow } from './follow.js'
export { MemoryProjectionStore } from './memory-projection-store.js'
export { type ProjectedView, readProjection } from './read-projection.js'
export { type ProjectionRun, type RunProjectionOptions, runProjection } from './run-projection.js'
