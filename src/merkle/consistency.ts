import { equalBytes } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { type HashReader, subtreeHash } from './subtree.js'
import { EMPTY_ROOT, nodeHash, splitPoint } from './tree-hash.js'

/**
 * RFC 6962, 2.1.2: what shows that the tree of the first `oldSize` leaves is the beginning of that of `newSize`.
 * Empty where the sizes are equal or `oldSize` is 0. Throws `INVALID_POSITION`.
 */
export async function consistencyProof(oldSize: number, newSize: number, read: HashReader): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize) || oldSize < 0 || oldSize > newSize) {
    throw new ClyraError('INVALID_POSITION', `a tree of ${oldSize} leaves is no beginning of one of ${newSize}`, {
      details: { oldSize, newSize },
    })
  }
  if (oldSize === 0 || oldSize === newSize) return []
  const proof: Uint8Array[] = []
  let lo = 0
  let hi = newSize
  while (hi !== oldSize) {
    const middle = lo + splitPoint(hi - lo)
    if (oldSize <= middle) {
      proof.unshift(await subtreeHash(middle, hi, read))
      hi = middle
    } else {
      proof.unshift(await subtreeHash(lo, middle, read))
      lo = middle
    }
  }
  // The old tree's own root is known to the verifier; any other subtree has to be named.
  if (lo !== 0) proof.unshift(await subtreeHash(lo, hi, read))
  return proof
}

/**
 * RFC 9162, 2.1.4.2: whether `proof` shows that the tree (oldSize, oldRoot) is the beginning of (newSize, newRoot).
 * False, never an exception, for anything that does not fit exactly.
 */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  proof: readonly Uint8Array[],
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize) || oldSize < 0 || oldSize > newSize) return false
  if (proof.some((hash) => hash.length !== 32) || oldRoot.length !== 32 || newRoot.length !== 32) return false
  if (oldSize === newSize) {
    return proof.length === 0 && equalBytes(oldRoot, newRoot) && (oldSize !== 0 || equalBytes(oldRoot, EMPTY_ROOT))
  }
  if (oldSize === 0) return proof.length === 0 && equalBytes(oldRoot, EMPTY_ROOT)

  let node = oldSize - 1
  let last = newSize - 1
  while (node % 2 === 1) {
    node = (node - 1) / 2
    last = Math.floor(last / 2)
  }
  // A complete old tree is a node of the new one: its root is where the walk starts.
  const [start, ...rest] = node === 0 ? [oldRoot, ...proof] : proof
  if (start === undefined) return false
  let oldHash = start
  let newHash = start
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash)
      newHash = nodeHash(sibling, newHash)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      newHash = nodeHash(newHash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalBytes(oldHash, oldRoot) && equalBytes(newHash, newRoot)
}
