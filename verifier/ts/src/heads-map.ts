import { equalBytes, u64be, utf8 } from './bytes.js'
import { sha256 } from './sha256.js'
import { SPEC } from './spec.generated.js'

/**
 * The map of stream heads: a Jellyfish Merkle tree (constants of the Rust crate `jmt`) from the hash of a stream's name
 * to the hash of its last revision and leaf. A subtree with one leaf is that leaf; an empty one is the placeholder.
 */

export interface StreamHead {
  readonly revision: number
  readonly leaf: Uint8Array
}

export interface HeadsProof {
  /** From the leaf's level up to the root. */
  readonly siblings: readonly Uint8Array[]
  /** For absence: the leaf that stands where the stream would be, or null where the place is empty. */
  readonly other: { readonly keyHash: Uint8Array; readonly valueHash: Uint8Array } | null
}

const KEY = utf8(SPEC.preimages.headKey)
const VALUE = utf8(SPEC.preimages.head)
const LEAF = utf8(SPEC.preimages.headsLeaf)
const INNER = utf8(SPEC.preimages.headsInner)
export const EMPTY_HEADS = utf8(SPEC.preimages.headsEmpty)

export const headKeyHash = (stream: string): Uint8Array => sha256(KEY, utf8(stream))
export const headValueHash = (head: StreamHead): Uint8Array => sha256(VALUE, u64be(head.revision), head.leaf)
export const headsLeafHash = (keyHash: Uint8Array, valueHash: Uint8Array) => sha256(LEAF, keyHash, valueHash)
export const headsInnerHash = (left: Uint8Array, right: Uint8Array) => sha256(INNER, left, right)

/** Bit `depth` of a key hash, most significant first; 1 goes right. */
export const bitAt = (keyHash: Uint8Array, depth: number): number => (keyHash[depth >> 3]! >> (7 - (depth & 7))) & 1

/** True where `proof` leads from the stream's head (null: from its absence) to `root`. */
export function verifyHeadsProof(
  root: Uint8Array,
  stream: string,
  head: StreamHead | null,
  proof: HeadsProof,
): boolean {
  const { siblings, other } = proof
  const keyHash = headKeyHash(stream)
  if (siblings.length > 256) return false
  // A leaf beside an empty place would have been one level higher: padding.
  if (siblings[0] !== undefined && equalBytes(siblings[0], EMPTY_HEADS)) return false
  let node = EMPTY_HEADS
  if (head !== null) {
    if (other !== null) return false
    node = headsLeafHash(keyHash, headValueHash(head))
  } else if (other !== null) {
    if (equalBytes(other.keyHash, keyHash) || !sharesPrefix(other.keyHash, keyHash, siblings.length)) return false
    node = headsLeafHash(other.keyHash, other.valueHash)
  }
  for (const [i, sibling] of siblings.entries()) {
    const right = bitAt(keyHash, siblings.length - 1 - i) === 1
    node = right ? headsInnerHash(sibling, node) : headsInnerHash(node, sibling)
  }
  return equalBytes(node, root)
}

function sharesPrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  for (let depth = 0; depth < bits; depth++) if (bitAt(a, depth) !== bitAt(b, depth)) return false
  return true
}

interface Leaf {
  readonly keyHash: Uint8Array
  readonly valueHash: Uint8Array
  readonly hash: Uint8Array
}
interface Inner {
  readonly children: [Node, Node]
  /** Undefined while a change below it has not been hashed. */
  hash: Uint8Array | undefined
}
type Node = Leaf | Inner | null

/** The map itself, for replaying a whole log: `set` is O(log n), hashes are computed when a root is asked for. */
export class HeadsMap {
  #root: Node = null

  set(stream: string, head: StreamHead): void {
    const keyHash = headKeyHash(stream)
    const valueHash = headValueHash(head)
    this.#root = insert(this.#root, { keyHash, valueHash, hash: headsLeafHash(keyHash, valueHash) }, 0)
  }

  root(): Uint8Array {
    return hashOf(this.#root)
  }

  /** Path of a stream, present or absent. */
  prove(stream: string): HeadsProof {
    const keyHash = headKeyHash(stream)
    const siblings: Uint8Array[] = []
    let node = this.#root
    for (let depth = 0; node !== null && 'children' in node; depth++) {
      const bit = bitAt(keyHash, depth)
      siblings.unshift(hashOf(node.children[bit === 1 ? 0 : 1]))
      node = node.children[bit === 1 ? 1 : 0]
    }
    const foreign = node !== null && 'keyHash' in node && !equalBytes(node.keyHash, keyHash) ? node : null
    return { siblings, other: foreign && { keyHash: foreign.keyHash, valueHash: foreign.valueHash } }
  }
}

function insert(node: Node, leaf: Leaf, depth: number): Node {
  if (node === null) return leaf
  if ('children' in node) {
    const side = bitAt(leaf.keyHash, depth) === 1 ? 1 : 0
    node.children[side] = insert(node.children[side], leaf, depth + 1)
    node.hash = undefined
    return node
  }
  if (equalBytes(node.keyHash, leaf.keyHash)) return leaf
  // Two leaves in one place: push the old one down until the keys part.
  const inner: Inner = { children: [null, null], hash: undefined }
  inner.children[bitAt(node.keyHash, depth) === 1 ? 1 : 0] = node
  return insert(inner, leaf, depth)
}

function hashOf(node: Node): Uint8Array {
  if (node === null) return EMPTY_HEADS
  if ('children' in node) node.hash ??= headsInnerHash(hashOf(node.children[0]), hashOf(node.children[1]))
  return node.hash!
}
