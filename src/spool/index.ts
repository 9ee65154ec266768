export {
  type DrainResult,
  drainSpools,
  type Finisher,
  type Finishers,
  type KilledSpool,
  removeSpool,
  sourceOf,
  sweepDrained,
} from './drain.js'
export { type ImportResult, importEvents } from './import-events.js'
export { livingChild } from './living-child.js'
export { ledgerSpool, userSpool, userSpools } from './places.js'
export { readSpoolHeader, SPOOL_FILES, type SpoolHeader } from './spool-header.js'
export { listSpools, openSpool, type SpoolReader } from './spool-reader.js'
export { createSpool, type SpoolWriter } from './spool-writer.js'
