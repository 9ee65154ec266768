/*
 * Ids in order with the positions they stand at: runs of entries of 22 bytes, 16 of a UUID and 6 of a position
 * (big-endian), ascending by id. A run is written once and later merged with others into a larger one, so that storing
 * an id costs the same few copies whether ids come in order or at random (the log-structured merge-tree: P. O'Neil et
 * al., Acta Informatica 33 (4), 1996).
 */

export const ID_BYTES = 16
export const ENTRY_BYTES = 22

/** Entries of the ids of records `from` and following: `ids` has 16 bytes for each, in the order of their positions. */
export function runOf(ids: Uint8Array, from: number): Uint8Array<ArrayBuffer> {
  const count = ids.length / ID_BYTES
  const entries = new Uint8Array(count * ENTRY_BYTES)
  const order = orderOf(ids, count)
  for (let i = 0; i < count; i++) {
    const n = order === undefined ? i : order[i]!
    const at = i * ENTRY_BYTES
    copyBytes(ids, n * ID_BYTES, entries, at, ID_BYTES)
    writePosition(from + n, entries, at + ID_BYTES)
  }
  return entries
}

/** One run of all entries. */
export function mergeRuns(runs: readonly Uint8Array[]): Uint8Array {
  let merged = runs
  // In pairs, so that no entry is copied more often than the depth of the tree of merges.
  while (merged.length > 1) {
    const next: Uint8Array[] = []
    for (let i = 0; i < merged.length; i += 2) {
      const [a, b] = [merged[i]!, merged[i + 1]]
      next.push(b === undefined ? a : mergeTwo(a, b))
    }
    merged = next
  }
  return merged[0] ?? new Uint8Array(0)
}

/** The position beside an id, or undefined. `entries`: a run or a part of one. */
export function positionIn(entries: Uint8Array, id: Uint8Array): number | undefined {
  let low = 0
  let high = entries.length / ENTRY_BYTES - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const order = compareIds(entries, middle * ENTRY_BYTES, id, 0)
    if (order === 0) return readPosition(entries, middle * ENTRY_BYTES + ID_BYTES)
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** Below zero where the id at `i` in `a` comes before the one at `j` in `b`. */
export function compareIds(a: Uint8Array, i: number, b: Uint8Array, j: number): number {
  for (let k = 0; k < ID_BYTES; k++) {
    const difference = a[i + k]! - b[j + k]!
    if (difference !== 0) return difference
  }
  return 0
}

/** The numbers of the ids in ascending order; undefined where they are in order already, as time-ordered ones nearly always are. */
function orderOf(ids: Uint8Array, count: number): Uint32Array | undefined {
  let ascending = true
  for (let n = 1; n < count && ascending; n++) ascending = compareIds(ids, (n - 1) * ID_BYTES, ids, n * ID_BYTES) < 0
  if (ascending) return undefined
  const order = Uint32Array.from({ length: count }, (_, n) => n)
  return order.sort((a, b) => compareIds(ids, a * ID_BYTES, ids, b * ID_BYTES))
}

function mergeTwo(a: Uint8Array, b: Uint8Array): Uint8Array {
  const merged = new Uint8Array(a.length + b.length)
  if (compareIds(a, a.length - ENTRY_BYTES, b, 0) < 0) {
    merged.set(a)
    merged.set(b, a.length)
    return merged
  }
  let i = 0
  let j = 0
  let end = 0
  while (i < a.length && j < b.length) {
    if (compareIds(a, i, b, j) < 0) {
      copyBytes(a, i, merged, end, ENTRY_BYTES)
      i += ENTRY_BYTES
    } else {
      copyBytes(b, j, merged, end, ENTRY_BYTES)
      j += ENTRY_BYTES
    }
    end += ENTRY_BYTES
  }
  merged.set(i < a.length ? a.subarray(i) : b.subarray(j), end)
  return merged
}

/** A loop: for so few bytes a view and `set` cost more. */
function copyBytes(source: Uint8Array, from: number, target: Uint8Array, at: number, count: number): void {
  for (let k = 0; k < count; k++) target[at + k] = source[from + k]!
}

function writePosition(position: number, target: Uint8Array, at: number): void {
  let rest = position
  for (let k = 5; k >= 0; k--) {
    target[at + k] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function readPosition(bytes: Uint8Array, at: number): number {
  let position = 0
  for (let k = 0; k < 6; k++) position = position * 256 + bytes[at + k]!
  return position
}
