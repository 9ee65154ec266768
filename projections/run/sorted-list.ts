import type { JsonValue } from '../../src/canonical/index.js'

/** An entry of a sorted list: its key decides the place, by UTF-16 code units. Keys are unique. */
export type Keyed<T extends JsonValue> = readonly [key: string, value: T]

/**
 * A sorted map as plain JSON: pairs, because dbt's names are not allowed as member names. Chunks of at most `CHUNK`
 * pairs; a full one is halved. Setting copies one chunk and the outer array, finding is two binary searches.
 */
export type SortedList<T extends JsonValue> = readonly (readonly Keyed<T>[])[]

const CHUNK = 64

/** The list with `key` set to what `update` makes of its value so far. */
export function upsert<T extends JsonValue>(
  list: SortedList<T>,
  key: string,
  update: (value: T | undefined) => T,
): SortedList<T> {
  if (list.length === 0) return [[[key, update(undefined)]]]
  // The last chunk that starts at or below the key; a key below all goes into the first.
  const at = Math.max(0, firstChunkAbove(list, key) - 1)
  const chunk = list[at]!
  const place = firstEntryAbove(chunk, key)
  const before = place > 0 ? chunk[place - 1]! : undefined
  // Copied as blocks and then changed, which is quicker than spreading.
  const changed = chunk.slice()
  const chunks = list.slice()
  if (before !== undefined && before[0] === key) changed[place - 1] = [key, update(before[1])]
  else changed.splice(place, 0, [key, update(undefined)])
  if (changed.length <= CHUNK) chunks[at] = changed
  else chunks.splice(at, 1, changed.slice(0, changed.length >> 1), changed.slice(changed.length >> 1))
  return chunks
}

/** The values in the order of their keys. */
export function valuesOf<T extends JsonValue>(list: SortedList<T>): T[] {
  return list.flatMap((chunk) => chunk.map(([, value]) => value))
}

/** The index of the first chunk whose first key is greater than `key`. */
function firstChunkAbove<T extends JsonValue>(list: SortedList<T>, key: string): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (list[middle]![0]![0] > key) high = middle
    else low = middle + 1
  }
  return low
}

/** The index of the first entry whose key is greater than `key`. */
function firstEntryAbove<T extends JsonValue>(chunk: readonly Keyed<T>[], key: string): number {
  let low = 0
  let high = chunk.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (chunk[middle]![0] > key) high = middle
    else low = middle + 1
  }
  return low
}
