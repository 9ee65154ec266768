export { IdFilter } from './id-filter.js'
export { compareIds, ENTRY_BYTES, ID_BYTES, mergeRuns, positionIn, runOf } from './id-run.js'
export { EMPTY_BASE, type IndexBase, type IndexedHead } from './index-base.js'
export { expandRuns, IndexLayer, writeId } from './index-layer.js'
export {
  LayeredIndex,
  type LayeredIndexOptions,
  type LayerState,
  type LayerWriter,
  type SeenIds,
} from './layered-index.js'
export { HEAD_NUMBERS, NODE_BYTES, type PackedLayer, packLayer, transferOf } from './packed-layer.js'
