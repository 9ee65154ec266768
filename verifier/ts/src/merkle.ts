import { equalBytes } from './bytes.js'
import { Refusal } from './refusal.js'
import { sha256 } from './sha256.js'

/** RFC 6962 hashing: leaves and nodes have different prefixes, so neither can be taken for the other. */
const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (entry: Uint8Array): Uint8Array => sha256(LEAF, entry)
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right)

/** The largest power of two below `n` (n >= 2). No bit operators: sizes go up to 2^53-1. */
export function splitPoint(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** Root over `leaves` (at least one): promoted odd nodes, never doubled. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const range = new CompactRange()
  for (const leaf of leaves) range.append(leaf)
  return range.root()
}

/** The right edge of a growing tree: O(log n) hashes that give the root of every prefix. */
export class CompactRange {
  /** Roots of full subtrees, largest first; their sizes are the binary digits of `size`. */
  readonly #peaks: { width: number; hash: Uint8Array }[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    let [width, hash] = [1, leaf]
    while (this.#peaks.at(-1)?.width === width) {
      hash = nodeHash(this.#peaks.pop()!.hash, hash)
      width *= 2
    }
    this.#peaks.push({ width, hash })
    this.#size++
  }

  /** The root of what was appended; undefined behaviour is excluded: an empty range gives SHA-256 of nothing. */
  root(): Uint8Array {
    if (this.#peaks.length === 0) return sha256(new Uint8Array(0))
    return this.#peaks.map((peak) => peak.hash).reduceRight((right, left) => nodeHash(left, right))
  }
}

/**
 * Checks that `leaves` stand at `positions` in the tree of `size` with `root`. One walk from the top: a range without
 * wanted positions takes the next hash of the proof, a range of one the next leaf, else it splits as RFC 6962 does.
 * Throws PROOF_POSITIONS, PROOF_HASHES or PROOF_ROOT.
 */
export function checkMultiProof(
  positions: readonly number[],
  leaves: readonly Uint8Array[],
  size: number,
  hashes: readonly Uint8Array[],
  root: Uint8Array,
): void {
  const ascending = positions.every((position, i) => position < size && (i === 0 || position > positions[i - 1]!))
  if (!ascending) throw new Refusal('PROOF_POSITIONS', 'positions are not ascending below the size')
  if (positions.length !== leaves.length || leaves.length === 0) {
    throw new Refusal('PROOF_POSITIONS', `${positions.length} positions for ${leaves.length} records`)
  }
  let used = 0
  /** Positions with index from..to are those within [low, high). */
  const walk = (low: number, high: number, from: number, to: number): Uint8Array => {
    if (from === to) {
      const hash = hashes[used++]
      if (hash === undefined) throw new Refusal('PROOF_HASHES', 'too few hashes')
      return hash
    }
    if (high - low === 1) return leaves[from]!
    const middle = low + splitPoint(high - low)
    let split = from
    // Binary search for the first position in the right half.
    for (let end = to; split < end; ) {
      const probe = (split + end) >> 1
      if (positions[probe]! < middle) split = probe + 1
      else end = probe
    }
    const left = walk(low, middle, from, split)
    return nodeHash(left, walk(middle, high, split, to))
  }
  const computed = walk(0, size, 0, positions.length)
  if (used !== hashes.length) throw new Refusal('PROOF_HASHES', `${hashes.length - used} hashes are left over`)
  if (!equalBytes(computed, root)) throw new Refusal('PROOF_ROOT', 'the records do not lead to the signed root')
}
