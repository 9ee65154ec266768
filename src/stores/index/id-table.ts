import { randomBytes } from 'node:crypto'
import { compareIds, ID_BYTES } from './id-run.js'
import { mixed, word } from './mixed.js'

/** Unknown to whoever chooses ids, so that nobody can choose many that fall on one place. */
const SEED = randomBytes(4).readInt32LE()
const FIRST_IDS = 1024
/** In a slot without an id. */
const FREE = -1

/**
 * Ids by their bytes, numbered in the order in which they came: open addressing over flat arrays. Thousands wait here
 * until they are stored, and none of them is an object that has to be collected afterwards.
 */
export class IdTable {
  #ids = new Uint8Array(ID_BYTES * FIRST_IDS)
  #slots = new Int32Array(2 * FIRST_IDS).fill(FREE)
  #count = 0

  /** 16 bytes for each, in their order; with room for more behind them. */
  get ids(): Uint8Array<ArrayBuffer> {
    return this.#ids
  }

  /** Adds the id at `at` as the next one; where it is there already the new number counts. */
  add(bytes: Uint8Array, at: number): void {
    if (2 * this.#count === this.#slots.length) this.#grow()
    const n = this.#count++
    for (let k = 0; k < ID_BYTES; k++) this.#ids[ID_BYTES * n + k] = bytes[at + k]!
    this.#slots[this.#slotOf(bytes, at)] = n
  }

  /** The number of the id at `at`, or undefined. */
  find(bytes: Uint8Array, at: number): number | undefined {
    const n = this.#slots[this.#slotOf(bytes, at)]!
    return n === FREE ? undefined : n
  }

  /** Where the id is, or where it would be. */
  #slotOf(bytes: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1
    let hash = SEED
    for (let k = 0; k < ID_BYTES; k += 4) hash = mixed(hash ^ word(bytes, at + k))
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = this.#slots[slot]!
      if (n === FREE || compareIds(this.#ids, ID_BYTES * n, bytes, at) === 0) return slot
    }
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#ids.length)
    larger.set(this.#ids)
    this.#ids = larger
    this.#slots = new Int32Array(2 * this.#slots.length).fill(FREE)
    for (let n = 0; n < this.#count; n++) this.#slots[this.#slotOf(larger, ID_BYTES * n)] = n
  }
}
