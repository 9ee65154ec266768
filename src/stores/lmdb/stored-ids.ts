import { setImmediate as nextTurn } from 'node:timers/promises'
import { ENTRY_BYTES, ID_BYTES, IdFilter, type IndexLayer, type SeenIds } from '../index/index.js'

/** Where stored ids are read, in an order in which none is missed while others are stored. */
export interface StoredRuns {
  idsAfter(key: Buffer | undefined, limit: number): { readonly key: Buffer; readonly entries: Uint8Array }[]
}

/** Parts of some 180 ids that are read in one turn: about a millisecond. */
const STEP = 128

/** Looking up one id costs about as much as reading so many into a filter. */
const WORTH_ASKING = 64

/**
 * Which ids the index surely does not have. A new index starts with a filter that knows everything; for one that holds
 * ids already, and for one that has outgrown its filter, another is filled while appends go on.
 */
export class StoredIds implements SeenIds {
  #count: number
  /** Ids that were looked up because there is no filter. */
  #asked = 0
  #complete: IdFilter | undefined
  #filling: IdFilter | undefined

  /** @param stored ids that the index holds already */
  constructor(stored: number) {
    this.#count = stored
    this.#complete = stored === 0 ? new IdFilter(0) : undefined
  }

  mayHave(id: Uint8Array): boolean {
    if (this.#complete === undefined) {
      this.#asked++
      return true
    }
    return this.#complete.mayHaveBytes(id, 0)
  }

  note(id: Uint8Array): void {
    this.#count++
    this.#complete?.addBytes(id, 0)
    this.#filling?.addBytes(id, 0)
  }

  /** Whether there is no filter yet and looking up has become dearer than filling one, or there is one that is too small. */
  get wanting(): boolean {
    if (this.#filling !== undefined) return false
    if (this.#complete === undefined) return this.#asked * WORTH_ASKING > this.#count
    return this.#count > this.#complete.capacity
  }

  /**
   * Reads every id into a new filter, in steps that give way to everything else, and counts on it once it has all: what
   * is in no base yet, what the base has, and what is noted meanwhile. Rejects with INDEX_CORRUPT.
   */
  async fill(unstored: readonly IndexLayer[], base: StoredRuns): Promise<void> {
    const filling = new IdFilter(2 * this.#count)
    this.#filling = filling
    for (const layer of unstored) {
      const ids = layer.idBytes()
      for (let at = 0; at < ids.length; at += ID_BYTES) filling.addBytes(ids, at)
    }
    try {
      for (let parts = base.idsAfter(undefined, STEP); parts.length > 0; ) {
        for (const { entries } of parts)
          for (let at = 0; at < entries.length; at += ENTRY_BYTES) filling.addBytes(entries, at)
        await nextTurn()
        // `clear` or `stop` came between.
        if (this.#filling !== filling) return
        parts = base.idsAfter(parts[parts.length - 1]!.key, STEP)
      }
      this.#complete = filling
    } finally {
      if (this.#filling === filling) this.#filling = undefined
    }
  }

  /** The index is going to be closed: nothing more is read from it. */
  stop(): void {
    this.#filling = undefined
  }

  /** The index is empty again. */
  clear(): void {
    this.#count = 0
    this.#filling = undefined
    this.#complete = new IdFilter(0)
  }
}
