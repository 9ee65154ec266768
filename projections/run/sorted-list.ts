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
  const at = Math.max(0, firstAbove(list, (chunk) => chunk[0]![0], key) - 1)
  const chunk = list[at]!
  const place = firstAbove(chunk, (entry) => entry[0], key)
  const before = place > 0 ? chunk[place - 1]! : undefined
  const found = before !== undefined && before[0] === key
  const changed = [...chunk]
  if (found) changed[place - 1] = [key, update(before[1])]
  else changed.splice(place, 0, [key, update(undefined)])
  const halves =
    changed.length <= CHUNK ? [changed] : [changed.slice(0, changed.length >> 1), changed.slice(changed.length >> 1)]
  return [...list.slice(0, at), ...halves, ...list.slice(at + 1)]
}

/** The values in the order of their keys. */
export function valuesOf<T extends JsonValue>(list: SortedList<T>): T[] {
  return list.flatMap((chunk) => chunk.map(([, value]) => value))
}

/** The first index whose key is greater than `key`. */
function firstAbove<T>(items: readonly T[], keyOf: (item: T) => string, key: string): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf(items[middle]!) > key) high = middle
    else low = middle + 1
  }
  return low
}
