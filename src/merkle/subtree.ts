import { ClyraError } from '../errors/index.js'
import { nodeHash, splitPoint } from './tree-hash.js'

/**
 * Reads the hash of the complete subtree over the leaves [index * 2^level, (index + 1) * 2^level): from tiles, an array,
 * a cache. It MUST throw or reject where it has none.
 */
export type HashReader = (level: number, index: number) => Uint8Array | Promise<Uint8Array>

/** The hash over the leaves [lo, hi) as RFC 6962 builds a tree of them; `lo` MUST be where such a subtree begins. */
export async function subtreeHash(lo: number, hi: number, read: HashReader): Promise<Uint8Array> {
  const size = hi - lo
  const level = levelOf(size)
  if (level !== undefined && lo % size === 0) return read(level, lo / size)
  const middle = lo + splitPoint(size)
  return nodeHash(await subtreeHash(lo, middle, read), await subtreeHash(middle, hi, read))
}

/** n where `size` is 2^n, else undefined. Counted: a logarithm is rounded, and takes 2^49 + 1 for a power of two. */
function levelOf(size: number): number | undefined {
  let [level, width] = [0, 1]
  for (; width < size; width *= 2) level++
  return width === size ? level : undefined
}

/** A reader over leaf hashes held in memory. */
export function leavesReader(leaves: readonly Uint8Array[]): HashReader {
  const read = (level: number, index: number): Uint8Array => {
    const leaf = level === 0 ? leaves[index] : undefined
    if (level === 0 && leaf === undefined) throw new ClyraError('INVALID_POSITION', `there is no leaf ${index}`)
    return leaf ?? nodeHash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))
  }
  return read
}

/** Throws `INVALID_POSITION` unless 0 <= index < size, both safe integers. */
export function assertIndex(index: number, size: number): void {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new ClyraError('INVALID_POSITION', `position ${index} is not in a tree of ${size} leaves`, {
      details: { index, size },
    })
  }
}
