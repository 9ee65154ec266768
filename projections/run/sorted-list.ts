import type { JsonValue } from '../../src/canonical/index.js'
import type { Fresh } from './fresh.js'

/** An entry of a sorted list: its key decides the place, by UTF-16 code units. Keys are unique. */
export type Keyed<T extends JsonValue> = readonly [key: string, value: T]

/**
 * A sorted map as plain JSON: pairs, because dbt's names are not allowed as member names. Chunks of at most `CHUNK`
 * pairs; a full one is halved. Setting copies at most one chunk and the outer array, finding is two binary searches.
 */
export type SortedList<T extends JsonValue> = readonly (readonly Keyed<T>[])[]

const CHUNK = 64

/** The list with `key` set to what `update` makes of its value so far; `list` itself, changed, where it is fresh. */
export function upsert<T extends JsonValue>(
  list: SortedList<T>,
  key: string,
  fresh: Fresh,
  update: (value: T | undefined) => T,
): SortedList<T> {
  const chunks = fresh.array(list)
  if (chunks.length === 0) {
    chunks.push(fresh.add([[key, update(undefined)]]))
    return chunks
  }
  // The last chunk that starts at or below the key; a key below all goes into the first.
  const at = Math.max(0, firstChunkAbove(list, key) - 1)
  const chunk = fresh.array(chunks[at]!)
  chunks[at] = chunk
  const place = firstEntryAbove(chunk, key)
  const before = place > 0 ? chunk[place - 1]! : undefined
  if (before !== undefined && before[0] === key) chunk[place - 1] = [key, update(before[1])]
  else chunk.splice(place, 0, [key, update(undefined)])
  if (chunk.length > CHUNK) chunks.splice(at + 1, 0, fresh.add(chunk.splice(chunk.length >> 1)))
  return chunks
}

/** The list without `key`; `list` itself where it does not have it, or, changed, where it is fresh. */
export function remove<T extends JsonValue>(list: SortedList<T>, key: string, fresh: Fresh): SortedList<T> {
  const at = Math.max(0, firstChunkAbove(list, key) - 1)
  const place = firstEntryAbove(list[at] ?? [], key) - 1
  if (list[at]?.[place]?.[0] !== key) return list
  const chunks = fresh.array(list)
  const chunk = fresh.array(chunks[at]!)
  chunk.splice(place, 1)
  if (chunk.length === 0) chunks.splice(at, 1)
  else chunks[at] = chunk
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

/** The list with each value replaced by what `update` makes of it, and without those of which it makes undefined. */
export function updateAll<T extends JsonValue>(
  list: SortedList<T>,
  update: (value: T) => T | undefined,
): SortedList<T> {
  return list
    .map((chunk) =>
      chunk.flatMap(([key, value]): Keyed<T>[] => {
        const now = update(value)
        return now === undefined ? [] : [[key, now]]
      }),
    )
    .filter((chunk) => chunk.length > 0)
}
