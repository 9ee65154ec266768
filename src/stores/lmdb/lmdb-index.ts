import { rm } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ClyraError, isClyraError } from '../../errors/index.js'
import type { LocalIndex } from '../../ports/index.js'
import { LayeredIndex, type LayeredIndexOptions, type PackedLayer, packLayer, transferOf } from '../index/index.js'
import { StoreThread } from '../store-thread.js'
import { LmdbBase } from './lmdb-base.js'
import { keepStamp } from './lmdb-files.js'
import { StoredIds } from './stored-ids.js'

/**
 * The index in an LMDB directory, for the writer. One that cannot be read is deleted and built again: it is derived.
 * `assertHeld` throws where it is no longer this process's to write: what an older writer stores over what a newer one has
 * stored would tell that one of older heads. `threadFrom`: a merge of so many ids, or more, is left to a thread.
 */
export async function openLmdbIndex(
  path: string,
  onWarning: (message: string) => void,
  assertHeld: () => void = () => undefined,
  threadFrom = LARGE_MERGE,
): Promise<LocalIndex> {
  let base: LmdbBase
  try {
    base = LmdbBase.open(path, false)
  } catch (error) {
    if (!isClyraError(error, 'INDEX_CORRUPT')) throw error
    onWarning(`${error.message}; it is built again`)
    await rm(path, { recursive: true, force: true })
    base = LmdbBase.open(path, false)
  }
  return new LayeredIndex(writing(base, path, assertHeld, threadFrom))
}

const WORKER = new URL('./index-worker.js', import.meta.url)

/**
 * Storing a step takes less than an append of as many records; merging so many ids, or more, takes longer than everybody
 * else can be made to wait. A started thread takes what is larger than a usual step too.
 */
const LARGE_MERGE = 32 * 1024
const USUAL_STEP = 4096

/** Stores layers behind the log. The thread is started by the first large merge: most programs append less and end. */
function writing(base: LmdbBase, path: string, assertHeld: () => void, threadFrom: number): LayeredIndexOptions {
  let thread: StoreThread<PackedLayer> | undefined
  const seen = new StoredIds(base.through())
  return {
    base,
    seen,
    write: async (layer, state, unstored) => {
      // Not on the next turn, which is that of an append that follows at once: while that is on its way to the disk.
      await nextTurn()
      await nextTurn()
      // Without a filter every id is looked up: slower, and as right.
      if (seen.wanting) seen.fill(unstored(), base).catch(() => undefined)
      const large = base.mergeAhead(layer.size) >= threadFrom
      if (large) thread ??= StoreThread.start(WORKER, path)
      const packed = packLayer(layer, state)
      assertHeld()
      if (thread !== undefined && (large || layer.size > USUAL_STEP)) await thread.ask(packed, transferOf(packed))
      else base.write(packed, assertHeld)
      base.reread()
      if (base.through() < layer.through)
        throw new ClyraError(
          'IO_FAILED',
          `the stored index shows ${base.through()} records instead of ${layer.through}`,
        )
    },
    reset: async () => {
      await base.reset()
      seen.clear()
    },
    close: async () => {
      seen.stop()
      await thread?.close()
      await base.close()
      keepStamp(path)
    },
  }
}

/** The same for a reader, beside the writer; what is not stored yet it keeps in memory. Without a stored index all of it. */
export function openLmdbIndexReader(path: string, onWarning: (message: string) => void): LocalIndex {
  try {
    const base = LmdbBase.open(path, true)
    return new LayeredIndex({ base, close: () => base.close() })
  } catch (error) {
    onWarning(`${error instanceof Error ? error.message : String(error)}; this reader builds its own in memory`)
    return new LayeredIndex()
  }
}
