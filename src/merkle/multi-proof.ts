import { equalBytes } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { assertIndex, type HashReader, subtreeHash } from './subtree.js'
import { nodeHash, splitPoint } from './tree-hash.js'

/*
 * One proof for many leaves. Prover and verifier take the same walk over [lo, hi), from the whole tree down:
 *   no wanted position inside  -> the next hash of the proof
 *   hi - lo = 1                -> the next wanted leaf
 *   else, k = the largest power of two < hi - lo
 *                              -> SHA-256(0x01 || walk(lo, lo + k) || walk(lo + k, hi))
 * The proof is the list of those hashes in the order of the walk, and every one of them is consumed.
 */

/**
 * The hashes that, with the leaves at `positions`, give the root of the tree of the first `size` leaves.
 * `positions` MUST be ascending, without repetition, not empty. Throws `INVALID_POSITION`.
 */
export async function multiProof(positions: readonly number[], size: number, read: HashReader): Promise<Uint8Array[]> {
  assertAscending(positions, size)
  const hashes: Uint8Array[] = []
  // first..end are the wanted positions that lie in [lo, hi).
  const walk = async (lo: number, hi: number, first: number, end: number): Promise<void> => {
    if (first === end) {
      hashes.push(await subtreeHash(lo, hi, read))
      return
    }
    // All of [lo, hi) is wanted, a single leaf included: the verifier computes it.
    if (end - first === hi - lo) return
    const middle = lo + splitPoint(hi - lo)
    const split = lowerBound(positions, middle, first, end)
    await walk(lo, middle, first, split)
    await walk(middle, hi, split, end)
  }
  await walk(0, size, 0, positions.length)
  return hashes
}

/**
 * Whether the leaf hashes stand at those positions of the tree (size, root). `leaves[i]` belongs to `positions[i]`.
 * False, never an exception, for anything that does not fit exactly, a hash too many included.
 */
export function verifyMultiProof(
  positions: readonly number[],
  leaves: readonly Uint8Array[],
  size: number,
  hashes: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isAscending(positions, size) || leaves.length !== positions.length) return false
  if (leaves.some((leaf) => leaf.length !== 32) || hashes.some((hash) => hash.length !== 32)) return false
  let nextHash = 0
  const walk = (lo: number, hi: number, first: number, end: number): Uint8Array | undefined => {
    if (first === end) return hashes[nextHash++]
    if (hi - lo === 1) return leaves[first]
    const middle = lo + splitPoint(hi - lo)
    const split = lowerBound(positions, middle, first, end)
    const left = walk(lo, middle, first, split)
    const right = walk(middle, hi, split, end)
    return left === undefined || right === undefined ? undefined : nodeHash(left, right)
  }
  const computed = walk(0, size, 0, positions.length)
  return computed !== undefined && nextHash === hashes.length && equalBytes(computed, root)
}

/** The first index in [first, end) whose position is at least `bound`, else `end`. */
function lowerBound(positions: readonly number[], bound: number, first: number, end: number): number {
  let lo = first
  let hi = end
  while (lo < hi) {
    const middle = (lo + hi) >>> 1
    if (positions[middle]! < bound) lo = middle + 1
    else hi = middle
  }
  return lo
}

function isAscending(positions: readonly number[], size: number): boolean {
  if (!Number.isSafeInteger(size) || positions.length === 0) return false
  return positions.every(
    (position, i) => Number.isSafeInteger(position) && position > (positions[i - 1] ?? -1) && position < size,
  )
}

function assertAscending(positions: readonly number[], size: number): void {
  for (const position of positions) assertIndex(position, size)
  if (!isAscending(positions, size)) {
    throw new ClyraError('INVALID_POSITION', 'the positions of a proof must be ascending, each once, and not none')
  }
}
