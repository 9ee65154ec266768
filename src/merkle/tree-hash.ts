import { sha256, sha256Hex } from '../crypto/index.js'

/** RFC 6962, 2.1: the root of the tree without leaves, SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))

const LEAF = Uint8Array.of(0x00)
const NODE = Uint8Array.of(0x01)
const HASH_BYTES = 32

/** RFC 6962, 2.1: SHA-256(0x00 || entry). For a record it is also its digest in bundles and the next record's `prev`. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF, entry)
}

/**
 * `leafHash` in lower-case hex, of an entry that lies behind its prefix: `prefixed` is a byte 0x00 and then the entry.
 * Undefined where the first byte is another.
 */
export function prefixedLeafHex(prefixed: Uint8Array): string | undefined {
  return prefixed[0] === 0x00 ? sha256Hex(prefixed) : undefined
}

/** RFC 6962, 2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right)
}

/** `nodeHash` for who hashes many: each pair is put together in the same place. */
export class NodeHasher {
  readonly #input = Buffer.allocUnsafe(NODE.length + 2 * HASH_BYTES)

  hash(left: Uint8Array, right: Uint8Array): Uint8Array {
    if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) return nodeHash(left, right)
    this.#input.set(NODE)
    this.#input.set(left, NODE.length)
    this.#input.set(right, NODE.length + HASH_BYTES)
    return sha256(this.#input)
  }
}

/** The largest power of two smaller than `size`, where RFC 6962 splits a tree; `size` is at least 2. */
export function splitPoint(size: number): number {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}
