import type { JsonValue } from '../../src/canonical/index.js'
import type { Fresh } from './fresh.js'

/**
 * A list that grows at its end and shares its past: chunks of at most `CHUNK` items. Appending copies at most one chunk
 * and the outer array, never the whole, so that a fold of n records costs n small steps although no state is ever
 * mutated. It is plain JSON, and its shape follows from its length alone.
 */
export type AppendList<T extends JsonValue> = readonly (readonly T[])[]

const CHUNK = 64

/** The list with `item` at its end; `list` itself, changed, where it is fresh. */
export function append<T extends JsonValue>(list: AppendList<T>, item: T, fresh: Fresh): AppendList<T> {
  const chunks = fresh.array(list)
  const last = chunks.at(-1)
  if (last === undefined || last.length >= CHUNK) {
    chunks.push(fresh.add([item]))
  } else {
    const chunk = fresh.array(last)
    chunk.push(item)
    chunks[chunks.length - 1] = chunk
  }
  return chunks
}

/** How many items: every chunk but the last is full. */
export function lengthOf(list: AppendList<JsonValue>): number {
  return list.length === 0 ? 0 : (list.length - 1) * CHUNK + list.at(-1)!.length
}

/** The list of those items that `stays` takes. */
export function keepOf<T extends JsonValue>(
  list: AppendList<T>,
  stays: (item: T) => boolean,
  fresh: Fresh,
): AppendList<T> {
  let kept: AppendList<T> = []
  for (const item of list.flat()) if (stays(item)) kept = append(kept, item, fresh)
  return kept
}
