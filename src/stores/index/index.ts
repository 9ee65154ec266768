export { IdFilter } from './id-filter.js'
export { EMPTY_BASE, type IndexBase, type IndexedHead } from './index-base.js'
export { IndexLayer } from './index-layer.js'
export {
  LayeredIndex,
  type LayeredIndexOptions,
  type LayerState,
  type LayerWriter,
  type SeenIds,
} from './layered-index.js'
export { HEAD_NUMBERS, NODE_BYTES, type PackedLayer, packLayer, transferOf, writeId } from './packed-layer.js'
