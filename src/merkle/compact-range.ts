import { ClyraError } from '../errors/index.js'
import { EMPTY_ROOT, NodeHasher } from './tree-hash.js'

/** Told of each complete subtree as it comes into being: it covers the leaves [index * 2^level, (index + 1) * 2^level). */
export type NodeVisitor = (level: number, index: number, hash: Uint8Array) => void

/**
 * The growing edge of an RFC 6962 tree: the roots of its complete subtrees, largest first, one for each one-bit of its
 * size. Enough to append leaves and to state the root; O(log n) memory whatever the size.
 */
export class CompactRange {
  #size = 0
  /** peaks[i] is the root of the i-th largest complete subtree. */
  #peaks: Uint8Array[] = []
  readonly #nodes = new NodeHasher()

  /** How many leaves were appended. */
  get size(): number {
    return this.#size
  }

  /** Appends one leaf hash or several; `visit` sees the leaves (level 0) and every node they complete, in order. */
  append(leaves: Uint8Array | readonly Uint8Array[], visit?: NodeVisitor): void {
    if (leaves instanceof Uint8Array) this.#appendOne(leaves, visit)
    else for (const leaf of leaves) this.#appendOne(leaf, visit)
  }

  /** The tree's root; `EMPTY_ROOT` while there are no leaves. */
  root(): Uint8Array {
    const last = this.#peaks.at(-1)
    if (last === undefined) return EMPTY_ROOT
    let root = last
    for (let i = this.#peaks.length - 2; i >= 0; i--) root = this.#nodes.hash(this.#peaks[i]!, root)
    return root
  }

  /** An independent copy, to try an append on. */
  clone(): CompactRange {
    const copy = new CompactRange()
    copy.#size = this.#size
    copy.#peaks = [...this.#peaks]
    return copy
  }

  /**
   * The range of the first `size` leaves of a tree whose complete nodes can be read: see `peaksOf` for which are needed.
   * `peaks` MUST be largest first.
   */
  static fromPeaks(size: number, peaks: readonly Uint8Array[]): CompactRange {
    if (!Number.isSafeInteger(size) || size < 0 || peaks.length !== peakCount(size)) {
      throw new ClyraError('TREE_DIVERGED', `a tree of ${size} leaves does not have ${peaks.length} peaks`)
    }
    const range = new CompactRange()
    range.#size = size
    range.#peaks = [...peaks]
    return range
  }

  #appendOne(leaf: Uint8Array, visit: NodeVisitor | undefined): void {
    if (leaf.length !== 32) throw new ClyraError('INTERNAL', `a leaf hash has 32 bytes, this one ${leaf.length}`)
    let index = this.#size
    let hash = leaf
    visit?.(0, index, hash)
    // Each trailing one-bit of the size is a complete subtree that the new one joins from the right.
    for (let level = 1; index % 2 === 1; level++) {
      // There is a peak for every one-bit of the size.
      hash = this.#nodes.hash(this.#peaks.pop()!, hash)
      index = (index - 1) / 2
      visit?.(level, index, hash)
    }
    this.#peaks.push(hash)
    this.#size++
  }
}

/** Level and index of the complete subtrees that make up a tree of `size` leaves, largest first. */
export function peaksOf(size: number): { readonly level: number; readonly index: number }[] {
  const peaks: { level: number; index: number }[] = []
  let level = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) peaks.unshift({ level, index: rest - 1 })
    level++
  }
  return peaks
}

function peakCount(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

/** The RFC 6962 root of leaf hashes. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const range = new CompactRange()
  range.append(leaves)
  return range.root()
}
