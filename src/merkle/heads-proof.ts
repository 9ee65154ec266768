import { equalBytes } from '../canonical/index.js'
import { headKeyHash, headsInnerHash, headsLeafHash, headValueHash, keyBit, PLACEHOLDER } from './heads-hash.js'

/** What a stream's head is: its last revision and the leaf hash of that record. */
export interface HeadClaim {
  readonly revision: number
  /** 32 bytes. */
  readonly leaf: Uint8Array
}

/** A path of the stream-heads map, for a stream that is there or for one that is not. */
export interface HeadsProof {
  /** The siblings from the leaf, or the empty place, up to the root; at most 256. */
  readonly siblings: readonly Uint8Array[]
  /** For absence where the stream's way ends at the leaf of another stream: that leaf. Null for presence and for an empty place. */
  readonly other: { readonly keyHash: Uint8Array; readonly valueHash: Uint8Array } | null
}

/** The most siblings a path can have: one for each bit of a key hash. */
const MAX_SIBLINGS = 256

/**
 * Whether the path shows, under this root, that the stream's head is `claim`, or, for null, that the stream is absent.
 *
 * False, never an exception, unless all holds: at most 256 siblings of 32 bytes, the deepest not the placeholder (a leaf
 * stands at the highest place where it is alone); for absence an empty place, or another leaf that shares at least as
 * many leading bits with the stream's key hash as there are siblings; and the path folds to the root.
 */
export function verifyHeadsProof(
  root: Uint8Array,
  stream: string,
  claim: HeadClaim | null,
  proof: HeadsProof,
): boolean {
  const { siblings, other } = proof
  if (siblings.length > MAX_SIBLINGS || siblings.some((sibling) => sibling.length !== 32)) return false
  if (siblings[0] !== undefined && equalBytes(siblings[0], PLACEHOLDER)) return false
  const keyHash = headKeyHash(stream)
  const start = claim === null ? absentNode(keyHash, proof) : other === null ? presentNode(keyHash, claim) : undefined
  if (start === undefined) return false
  let hash = start
  for (let i = 0; i < siblings.length; i++) {
    const sibling = siblings[i]!
    const right = keyBit(keyHash, siblings.length - 1 - i) === 1
    hash = right ? headsInnerHash(sibling, hash) : headsInnerHash(hash, sibling)
  }
  return equalBytes(hash, root)
}

function presentNode(keyHash: Uint8Array, { revision, leaf }: HeadClaim): Uint8Array | undefined {
  if (!Number.isSafeInteger(revision) || revision < 0 || leaf.length !== 32) return undefined
  return headsLeafHash(keyHash, headValueHash(revision, leaf))
}

function absentNode(keyHash: Uint8Array, { siblings, other }: HeadsProof): Uint8Array | undefined {
  if (other === null) return PLACEHOLDER
  if (other.keyHash.length !== 32 || other.valueHash.length !== 32) return undefined
  if (equalBytes(other.keyHash, keyHash) || sharedBits(other.keyHash, keyHash) < siblings.length) return undefined
  return headsLeafHash(other.keyHash, other.valueHash)
}

/** How many leading bits two key hashes have in common. */
function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! ^ b[i]!
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return 8 * a.length
}
