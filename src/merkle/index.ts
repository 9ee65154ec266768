export { CompactRange, type NodeVisitor, peaksOf, rootOf } from './compact-range.js'
export { consistencyProof, verifyConsistency } from './consistency.js'
export { entryBundle } from './entry-bundle.js'
export { headKeyHash, headValueHash, PLACEHOLDER } from './heads-hash.js'
export {
  type HeadClaim,
  type HeadEntry,
  HeadsMap,
  type HeadsNodeStore,
  type HeadsProof,
  MemoryNodeStore,
  verifyHeadsProof,
} from './heads-map.js'
export { inclusionProof, verifyInclusion } from './inclusion.js'
export { multiProof, verifyMultiProof } from './multi-proof.js'
export { type HashReader, leavesReader, subtreeHash } from './subtree.js'
export {
  entriesPath,
  TILE_WIDTH,
  type Tile,
  type TileAddress,
  type TileFetcher,
  tilePath,
  tileReader,
  tileWidth,
} from './tiles.js'
export { EMPTY_ROOT, leafHash, nodeHash, prefixedLeafHex, splitPoint } from './tree-hash.js'
