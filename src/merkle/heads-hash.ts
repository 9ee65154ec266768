import { utf8 } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'

/*
 * The constants of the stream-heads map: a Jellyfish Merkle tree exactly as the Rust crate `jmt` 0.12 builds it with
 * SHA-256, over keys and values with prefixes of our own.
 */

const KEY_PREFIX = utf8('clyra.head.key/1\n')
const VALUE_PREFIX = utf8('clyra.head/1\n')
const LEAF_PREFIX = utf8('JMT::LeafNode')
const INNER_PREFIX = utf8('JMT::IntrnalNode')

/** The hash of an empty subtree: 32 ASCII characters, the hash of nothing. */
export const PLACEHOLDER: Uint8Array = utf8('SPARSE_MERKLE_PLACEHOLDER_HASH__')

/** Where a stream stands in the map: SHA-256("clyra.head.key/1\n" || stream). */
export function headKeyHash(stream: string): Uint8Array {
  return sha256(KEY_PREFIX, utf8(stream))
}

/** What the map holds for a stream: SHA-256("clyra.head/1\n" || u64be(revision) || leaf). */
export function headValueHash(revision: number, leaf: Uint8Array): Uint8Array {
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, BigInt(revision))
  return sha256(VALUE_PREFIX, number, leaf)
}

export function headsLeafHash(keyHash: Uint8Array, valueHash: Uint8Array): Uint8Array {
  return sha256(LEAF_PREFIX, keyHash, valueHash)
}

export function headsInnerHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(INNER_PREFIX, left, right)
}

/** Bit `depth` of a key hash, most significant first: 1 is the right side. */
export function keyBit(keyHash: Uint8Array, depth: number): 0 | 1 {
  return ((keyHash[depth >> 3]! >> (7 - (depth & 7))) & 1) === 1 ? 1 : 0
}
