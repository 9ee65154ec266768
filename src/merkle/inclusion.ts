import { equalBytes } from '../canonical/index.js'
import { assertIndex, type HashReader, subtreeHash } from './subtree.js'
import { nodeHash, splitPoint } from './tree-hash.js'

/**
 * RFC 6962, 2.1.1: the siblings on the way from leaf `index` to the root of the tree of the first `size` leaves, leaf
 * first. Throws `INVALID_POSITION`.
 */
export async function inclusionProof(index: number, size: number, read: HashReader): Promise<Uint8Array[]> {
  assertIndex(index, size)
  const proof: Uint8Array[] = []
  let lo = 0
  let hi = size
  while (hi - lo > 1) {
    const middle = lo + splitPoint(hi - lo)
    if (index < middle) {
      proof.unshift(await subtreeHash(middle, hi, read))
      hi = middle
    } else {
      proof.unshift(await subtreeHash(lo, middle, read))
      lo = middle
    }
  }
  return proof
}

/**
 * RFC 9162, 2.1.3.2: whether `proof` shows the leaf hash at `index` of the tree of `size` leaves with this root.
 * False, never an exception, for anything that does not fit exactly.
 */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false
  if (leaf.length !== 32 || proof.some((hash) => hash.length !== 32)) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      // The right edge rises without a sibling until it is a right child.
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalBytes(hash, root)
}
