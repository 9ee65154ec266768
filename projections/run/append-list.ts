import type { JsonValue } from '../../src/canonical/index.js'

/**
 * A list that grows at its end and shares its past: chunks of at most `CHUNK` items. Appending copies one chunk and the
 * outer array, never the whole, so that a fold of n records costs n small steps although no state is ever mutated.
 * It is plain JSON, and its shape follows from its length alone.
 */
export type AppendList<T extends JsonValue> = readonly (readonly T[])[]

const CHUNK = 64

export function append<T extends JsonValue>(list: AppendList<T>, item: T): AppendList<T> {
  const last = list.at(-1)
  // Copied as a block and then changed: spelled with several spreads it takes three times as long.
  const changed = list.slice()
  if (last === undefined || last.length >= CHUNK) changed.push([item])
  else {
    const chunk = last.slice()
    chunk.push(item)
    changed[list.length - 1] = chunk
  }
  return changed
}

/** How many items: every chunk but the last is full. */
export function lengthOf(list: AppendList<JsonValue>): number {
  return list.length === 0 ? 0 : (list.length - 1) * CHUNK + list.at(-1)!.length
}
