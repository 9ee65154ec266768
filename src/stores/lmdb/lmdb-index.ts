import { rm } from 'node:fs/promises'
import { isClyraError } from '../../errors/index.js'
import type { LedgerIndex } from '../../ledger/ledger-index.js'
import { LayeredIndex } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

/**
 * The index in an LMDB directory, for the writer. One that cannot be read is deleted and built again: it is derived.
 */
export async function openLmdbIndex(path: string, onWarning: (message: string) => void): Promise<LedgerIndex> {
  let base: LmdbBase
  try {
    base = LmdbBase.open(path, false)
  } catch (error) {
    if (!isClyraError(error, 'INDEX_CORRUPT')) throw error
    onWarning(`${error.message}; it is built again`)
    await rm(path, { recursive: true, force: true })
    base = LmdbBase.open(path, false)
  }
  return new LayeredIndex({
    base,
    // On a turn of its own, so that it delays no acknowledgement.
    write: async (layer, state) => {
      await nextTurn()
      base.write(layer, state)
    },
    reset: () => base.reset(),
    close: () => base.close(),
  })
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The same for a reader, beside the writer; what is not stored yet it keeps in memory. Without a stored index all of it. */
export function openLmdbIndexReader(path: string, onWarning: (message: string) => void): LedgerIndex {
  try {
    const base = LmdbBase.open(path, true)
    return new LayeredIndex({ base, close: () => base.close() })
  } catch (error) {
    onWarning(`${error instanceof Error ? error.message : String(error)}; this reader builds its own in memory`)
    return new LayeredIndex()
  }
}
