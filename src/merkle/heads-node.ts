import { ClyraError } from '../errors/index.js'
import { headsInnerHash, headsLeafHash, PLACEHOLDER } from './heads-hash.js'

/** A node with two sides, of which one may be empty (the placeholder). */
export interface InnerNode {
  readonly kind: 'inner'
  readonly left: Uint8Array
  readonly right: Uint8Array
}

/** A stream, at the highest place where it is alone. */
export interface LeafNode {
  readonly kind: 'leaf'
  readonly keyHash: Uint8Array
  readonly valueHash: Uint8Array
}

export type HeadsNode = InnerNode | LeafNode

const INNER = 1
const LEAF = 2

/** The node's hash; an absent node is the placeholder. */
export function hashOf(node: HeadsNode | undefined): Uint8Array {
  if (node === undefined) return PLACEHOLDER
  return node.kind === 'inner' ? headsInnerHash(node.left, node.right) : headsLeafHash(node.keyHash, node.valueHash)
}

/** 65 bytes: 1 and both sides' hashes, or 2 and key and value hash. */
export function encodeNode(node: HeadsNode): Uint8Array {
  const inner = node.kind === 'inner'
  // From Node's pool: 65 bytes are just too many for a typed array on the heap, and ten times as slow to allocate.
  const bytes = Buffer.allocUnsafe(65)
  bytes[0] = inner ? INNER : LEAF
  bytes.set(inner ? node.left : node.keyHash, 1)
  bytes.set(inner ? node.right : node.valueHash, 33)
  return bytes
}

/** The parts are copies: a store may reuse its buffer. Throws `INDEX_CORRUPT`. */
export function decodeNode(bytes: Uint8Array, path: string): HeadsNode {
  if (bytes.length !== 65) throw damagedNode(path)
  const first = Uint8Array.prototype.slice.call(bytes, 1, 33)
  const second = Uint8Array.prototype.slice.call(bytes, 33)
  if (bytes[0] === INNER) return { kind: 'inner', left: first, right: second }
  if (bytes[0] === LEAF) return { kind: 'leaf', keyHash: first, valueHash: second }
  throw damagedNode(path)
}

export function damagedNode(path: string): ClyraError {
  return new ClyraError(
    'INDEX_CORRUPT',
    `the stream-heads map is damaged at path "${path}"; delete the index and it is rebuilt`,
    {
      details: { path },
    },
  )
}
