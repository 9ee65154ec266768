import { IdFilter, type SeenIds, writeId } from '../index/index.js'

/**
 * Which ids the index surely does not have. A new index starts with a filter that knows everything; for one that holds
 * ids already, and for one that has outgrown its filter, another is filled beside it while appends go on.
 */
export class StoredIds implements SeenIds {
  readonly #id = new Uint8Array(16)
  #count: number
  #complete: IdFilter | undefined
  #filling: IdFilter | undefined

  /** @param stored ids that the index holds already */
  constructor(stored: number) {
    this.#count = stored
    this.#complete = stored === 0 ? new IdFilter(0) : undefined
  }

  mayHave(id: string): boolean {
    if (this.#complete === undefined) return true
    writeId(id, this.#id, 0)
    return this.#complete.mayHaveBytes(this.#id, 0)
  }

  note(id: string): void {
    this.#count++
    if (this.#complete === undefined && this.#filling === undefined) return
    writeId(id, this.#id, 0)
    this.#complete?.addBytes(this.#id, 0)
    this.#filling?.addBytes(this.#id, 0)
  }

  /** Whether there is no filter yet, or one that has become too small. */
  get wanting(): boolean {
    return this.#filling === undefined && (this.#complete === undefined || this.#count > this.#complete.capacity)
  }

  /** A filter that `fill` gets every stored id into, with those that are not stored yet; it counts once that resolves. */
  async fill(unstored: Iterable<string>, fill: (memory: SharedArrayBuffer) => Promise<void>): Promise<void> {
    const filling = new IdFilter(2 * this.#count)
    this.#filling = filling
    for (const id of unstored) {
      writeId(id, this.#id, 0)
      filling.addBytes(this.#id, 0)
    }
    try {
      await fill(filling.memory)
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
