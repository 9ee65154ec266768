import { ID_BYTES, IdFilter, type IndexLayer, type SeenIds } from '../index/index.js'

/** Looking up one id costs about as much as reading so many into a filter. */
const WORTH_ASKING = 64

/**
 * Which ids the index surely does not have. A new index starts with a filter that knows everything; for one that holds
 * ids already, and for one that has outgrown its filter, another is filled beside it while appends go on.
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

  /** `fill` gives a filter for so many ids with every stored one in it; together with what is not stored it counts from then on. */
  async fill(unstored: readonly IndexLayer[], fill: (ids: number) => Promise<ArrayBuffer>): Promise<void> {
    const ids = 2 * this.#count
    const filling = new IdFilter(ids)
    this.#filling = filling
    for (const layer of unstored) {
      const bytes = layer.idBytes()
      for (let at = 0; at < bytes.length; at += ID_BYTES) filling.addBytes(bytes, at)
    }
    try {
      filling.addAll(new IdFilter(await fill(ids)))
      // Not where `clear` came between.
      if (this.#filling === filling) this.#complete = filling
    } finally {
      if (this.#filling === filling) this.#filling = undefined
    }
  }

  /** The index is empty again. */
  clear(): void {
    this.#count = 0
    this.#filling = undefined
    this.#complete = new IdFilter(0)
  }
}
