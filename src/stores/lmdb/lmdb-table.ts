import type { Database } from 'lmdb'
import { ClyraError } from '../../errors/index.js'

/** A table of LMDB with bytes for keys and values. */
export type Table = Database<Buffer, Buffer>

/** Throws INDEX_CORRUPT. */
export function get(table: Table, key: Buffer): Buffer | undefined {
  try {
    return table.get(key)
  } catch (error) {
    throw readFailed(error)
  }
}

/** What `take` makes of each entry of a range. Throws INDEX_CORRUPT. */
export function collect<T, R>(range: Iterable<T>, take: (one: T) => R): R[] {
  try {
    return Array.from(range, take)
  } catch (error) {
    throw readFailed(error)
  }
}

/** A damaged page, a value cut short, or a failed commit after which LMDB refuses every read. */
function readFailed(error: unknown): ClyraError {
  if (error instanceof ClyraError) return error
  return damagedIndex(error instanceof Error ? error.message : String(error), error)
}

export function damagedIndex(why: string, cause?: unknown): ClyraError {
  return new ClyraError('INDEX_CORRUPT', `the index cannot be read: ${why}`, { cause })
}
