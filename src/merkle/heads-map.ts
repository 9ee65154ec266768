import { equalBytes } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { headKeyHash, headValueHash, keyBit, PLACEHOLDER } from './heads-hash.js'
import {
  damagedNode,
  decodeNode,
  encodeNode,
  type HeadsNode,
  hashOf,
  type InnerNode,
  type LeafNode,
} from './heads-node.js'
import type { HeadClaim, HeadsProof } from './heads-proof.js'

export { type HeadClaim, type HeadsProof, verifyHeadsProof } from './heads-proof.js'

/**
 * Where the map keeps its nodes: one value of 65 bytes for each path, a path being the bits from the root as a string
 * of `0` and `1` (the root is the empty string; 256 characters at most, about log2(streams) in practice). Synchronous,
 * so that it can be one LMDB transaction. `get` MUST return what `set` stored last under the path, undefined if nothing.
 */
export interface HeadsNodeStore {
  get(path: string): Uint8Array | undefined
  set(path: string, node: Uint8Array): void
}

/** A store in memory. */
export class MemoryNodeStore implements HeadsNodeStore {
  readonly #nodes = new Map<string, Uint8Array>()

  get(path: string): Uint8Array | undefined {
    return this.#nodes.get(path)
  }

  set(path: string, node: Uint8Array): void {
    this.#nodes.set(path, node)
  }

  /** How many nodes are stored. */
  get size(): number {
    return this.#nodes.size
  }
}

export interface HeadEntry extends HeadClaim {
  readonly stream: string
}

/**
 * The map stream -> (last revision, last leaf), as a Jellyfish Merkle tree over the key hashes: a subtree with one
 * leaf is that leaf, so a path is as long as keys share bits. An update reads and writes O(log n) nodes; a batch visits
 * each node on its paths once.
 */
export class HeadsMap {
  readonly #store: HeadsNodeStore

  constructor(store: HeadsNodeStore = new MemoryNodeStore()) {
    this.#store = store
  }

  root(): Uint8Array {
    return hashOf(this.#read(''))
  }

  /** Sets the head of one stream. */
  set(stream: string, revision: number, leaf: Uint8Array): void {
    this.update([{ stream, revision, leaf }])
  }

  /** Sets the heads of several streams; for a stream named twice the later entry counts. None is ever taken out. */
  update(entries: readonly HeadEntry[]): void {
    if (entries.length === 0) return
    // Map keeps the last value under each key.
    const last = new Map<string, LeafNode>()
    for (const { stream, revision, leaf } of entries) {
      if (!Number.isSafeInteger(revision) || revision < 0 || leaf.length !== 32) {
        throw new ClyraError('INTERNAL', `not a head: revision ${revision}, leaf of ${leaf.length} bytes`)
      }
      last.set(stream, { kind: 'leaf', keyHash: headKeyHash(stream), valueHash: headValueHash(revision, leaf) })
    }
    const sorted = [...last.values()].sort((a, b) => Buffer.compare(a.keyHash, b.keyHash))
    this.#apply('', this.#read(''), sorted)
  }

  /** A presence or absence proof for `stream` under `root()`; see `verifyHeadsProof`. */
  prove(stream: string): HeadsProof {
    const keyHash = headKeyHash(stream)
    const siblings: Uint8Array[] = []
    let path = ''
    let node = this.#read(path)
    while (node?.kind === 'inner') {
      const bit = keyBit(keyHash, path.length)
      siblings.unshift(bit === 1 ? node.left : node.right)
      const next = bit === 1 ? node.right : node.left
      path += bit
      node = equalBytes(next, PLACEHOLDER) ? undefined : this.#child(path)
    }
    const other = node !== undefined && !equalBytes(node.keyHash, keyHash) ? node : undefined
    return { siblings, other: other === undefined ? null : { keyHash: other.keyHash, valueHash: other.valueHash } }
  }

  /** Sets leaves, at least one, ascending by key and all below `path`, in the subtree `node`; returns and stores the new one. */
  #apply(path: string, node: HeadsNode | undefined, leaves: readonly LeafNode[]): HeadsNode {
    if (node?.kind === 'inner') return this.#applyInner(path, node, leaves)
    if (node === undefined || leaves.some((leaf) => equalBytes(leaf.keyHash, node.keyHash)))
      return this.#build(path, leaves)
    const at = leaves.findIndex((leaf) => Buffer.compare(leaf.keyHash, node.keyHash) > 0)
    return this.#build(path, leaves.toSpliced(at < 0 ? leaves.length : at, 0, node))
  }

  #applyInner(path: string, node: InnerNode, leaves: readonly LeafNode[]): HeadsNode {
    const split = splitByBit(leaves, path.length)
    const left = this.#applySide(`${path}0`, node.left, leaves.slice(0, split))
    const right = this.#applySide(`${path}1`, node.right, leaves.slice(split))
    return this.#write(path, { kind: 'inner', left, right })
  }

  /** The hash of one side of an inner node, from the hash that it had. */
  #applySide(path: string, hash: Uint8Array, leaves: readonly LeafNode[]): Uint8Array {
    if (leaves.length === 0) return hash
    return hashOf(this.#apply(path, equalBytes(hash, PLACEHOLDER) ? undefined : this.#child(path), leaves))
  }

  /** A subtree of exactly these leaves, at least one, ascending by key, in place of a leaf or of nothing. */
  #build(path: string, leaves: readonly LeafNode[]): HeadsNode {
    const [only] = leaves
    if (only !== undefined && leaves.length === 1) return this.#write(path, only)
    const split = splitByBit(leaves, path.length)
    const left = split === 0 ? undefined : this.#build(`${path}0`, leaves.slice(0, split))
    const right = split === leaves.length ? undefined : this.#build(`${path}1`, leaves.slice(split))
    return this.#write(path, { kind: 'inner', left: hashOf(left), right: hashOf(right) })
  }

  #write(path: string, node: HeadsNode): HeadsNode {
    this.#store.set(path, encodeNode(node))
    return node
  }

  #read(path: string): HeadsNode | undefined {
    const bytes = this.#store.get(path)
    return bytes === undefined ? undefined : decodeNode(bytes, path)
  }

  /** A node that its parent says is there. */
  #child(path: string): HeadsNode {
    const node = this.#read(path)
    if (node === undefined) throw damagedNode(path)
    return node
  }
}

/** Index of the first item on the right side at this depth; the items are ascending by key and agree above it. */
function splitByBit(items: readonly { readonly keyHash: Uint8Array }[], depth: number): number {
  let lo = 0
  let hi = items.length
  while (lo < hi) {
    const middle = (lo + hi) >>> 1
    if (keyBit(items[middle]!.keyHash, depth) === 0) lo = middle + 1
    else hi = middle
  }
  return lo
}
