import type { IndexLayer } from './index-layer.js'
import type { LayerState } from './layer-stack.js'

/**
 * A layer as flat arrays: what crosses to another thread without being cloned object by object, and what a base stores.
 * Numbers are safe integers in doubles.
 */
export interface PackedLayer {
  readonly from: number
  readonly through: number
  readonly headsPosition: number | undefined
  readonly lastLeaf: Uint8Array | undefined
  /** 16 bytes for each record, in their order. */
  readonly ids: Uint8Array<ArrayBuffer>
  readonly streams: readonly string[]
  /** For each stream: first, revision, position, and of its positions in this layer the first revision and how many numbers. */
  readonly heads: Float64Array<ArrayBuffer>
  /** 32 bytes for each stream. */
  readonly leaves: Uint8Array<ArrayBuffer>
  /** The runs of positions of the first stream, then of the second, and so on (see `PositionRuns`). */
  readonly positions: Float64Array<ArrayBuffer>
  /** Nodes of the heads map that changed: paths, and 65 bytes each. */
  readonly paths: readonly string[]
  readonly nodes: Uint8Array<ArrayBuffer>
  /** Streams changed since the heads record in this layer, in the place of all that were noted; undefined: all `streams` beside them. */
  readonly changed: readonly string[] | undefined
}

export const HEAD_NUMBERS = 5
export const NODE_BYTES = 65

export function packLayer(layer: IndexLayer, { headsPosition, changed }: LayerState): PackedLayer {
  const streams = [...layer.heads.keys()]
  const heads = new Float64Array(HEAD_NUMBERS * streams.length)
  const leaves = new Uint8Array(32 * streams.length)
  let numbers = 0
  for (const { runs } of layer.positions.values()) numbers += runs.length
  const positions = new Float64Array(numbers)
  let at = 0
  for (let i = 0; i < streams.length; i++) {
    const stream = streams[i]!
    // Every stream of a layer has both its head and its positions there.
    const head = layer.heads.get(stream)!
    const { fromRevision, runs } = layer.positions.get(stream)!
    heads.set([head.first, head.revision, head.position, fromRevision, runs.length], HEAD_NUMBERS * i)
    leaves.set(head.leaf, 32 * i)
    positions.set(runs, at)
    at += runs.length
  }
  const paths = [...layer.nodes.keys()]
  const nodes = new Uint8Array(NODE_BYTES * paths.length)
  let node = 0
  for (const bytes of layer.nodes.values()) nodes.set(bytes, NODE_BYTES * node++)
  const cleared = headsPosition !== undefined && headsPosition >= layer.from
  const { from, through, lastLeaf } = layer
  return {
    from,
    through,
    headsPosition,
    lastLeaf,
    ids: layer.idBytes(),
    streams,
    heads,
    leaves,
    positions,
    paths,
    nodes,
    changed: cleared ? [...changed] : undefined,
  }
}

/** What `postMessage` may take over instead of copying. */
export function transferOf({ ids, heads, leaves, positions, nodes }: PackedLayer): ArrayBuffer[] {
  return [ids.buffer, heads.buffer, leaves.buffer, positions.buffer, nodes.buffer]
}
