export { EMPTY_BASE, type IndexBase, type IndexedHead } from './index-base.js'
export { IndexLayer } from './index-layer.js'
export { LayeredIndex, type LayeredIndexOptions, type LayerState, type LayerWriter } from './layered-index.js'
