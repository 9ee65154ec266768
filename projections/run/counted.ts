import type { JsonValue } from '../../src/canonical/index.js'
import { type AppendList, append, lengthOf } from './append-list.js'
import type { Fresh } from './fresh.js'
import { type SortedList, upsert } from './sorted-list.js'

/** Things that may be many: all counted, the first of them listed in the order of the stream. */
export type Counted<T extends JsonValue> = {
  readonly total: number
  /** How many have each result. */
  readonly byResult: SortedList<number>
  readonly listed: AppendList<T>
  /** How many are counted above and not listed; `records.jsonl` has them all. */
  readonly unlisted: number
}

const LISTED = 2_000

export const NONE_COUNTED: Counted<never> = { total: 0, byResult: [], listed: [], unlisted: 0 }

export function count<T extends JsonValue>(before: Counted<T>, result: string, item: T, fresh: Fresh): Counted<T> {
  const isListed = lengthOf(before.listed) < LISTED
  return {
    total: before.total + 1,
    byResult: upsert(before.byResult, result, fresh, (old) => (old ?? 0) + 1),
    listed: isListed ? append(before.listed, item, fresh) : before.listed,
    unlisted: before.unlisted + (isListed ? 0 : 1),
  }
}

/** The same without its chunks. */
export interface CountedView<T> {
  readonly total: number
  readonly byResult: readonly (readonly [result: string, count: number])[]
  readonly listed: readonly T[]
  readonly unlisted: number
}

export function countedView<T extends JsonValue>({ total, byResult, listed, unlisted }: Counted<T>): CountedView<T> {
  return { total, byResult: byResult.flat(), listed: listed.flat(), unlisted }
}
