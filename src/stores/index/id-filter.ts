import { ClyraError } from '../../errors/index.js'
import { mixed, word } from './mixed.js'

/**
 * Says of an id that it was never added, or that it may have been: a Bloom filter (B. H. Bloom, CACM 13 (7), 1970) with
 * four probes and 16 bits an id, so that about one new id in 400 has to be looked up. Two of one size can be made into
 * one: a thread may fill another one meanwhile.
 */
export class IdFilter {
  /** Ids it is made for. More are taken, and more of the new ones then have to be looked up. */
  readonly capacity: number
  /** What another thread may make of it: the same filter. */
  readonly memory: ArrayBuffer
  readonly #words: Int32Array
  readonly #mask: number

  /** At least `ids` ids, or the filter that lies in `memory`. */
  constructor(ids: number | ArrayBuffer) {
    this.memory = typeof ids === 'number' ? new ArrayBuffer(bytesFor(ids)) : ids
    this.capacity = this.memory.byteLength / BYTES_AN_ID
    this.#words = new Int32Array(this.memory)
    // A power of two: a probe is cut to it.
    this.#mask = this.memory.byteLength * 8 - 1
  }

  /** `id`: 16 bytes of a UUID, from `at` on. */
  addBytes(bytes: Uint8Array, at: number): void {
    let step = word(bytes, at) ^ word(bytes, at + 4)
    let probe = mixed(word(bytes, at + 12) ^ word(bytes, at + 8))
    step = mixed(step) | 1
    for (let i = 0; i < PROBES; i++, probe += step) {
      const bit = probe & this.#mask
      this.#words[bit >>> 5]! |= 1 << (bit & 31)
    }
  }

  /** Adds all ids of a filter that was made for as many. */
  addAll({ capacity, memory }: IdFilter): void {
    if (capacity !== this.capacity)
      throw new ClyraError('INTERNAL', `a filter for ${capacity} ids is not one for ${this.capacity}`)
    const others = new Int32Array(memory)
    for (let i = 0; i < others.length; i++) this.#words[i]! |= others[i]!
  }

  /** False: this id was never added. */
  mayHaveBytes(bytes: Uint8Array, at: number): boolean {
    let probe = mixed(word(bytes, at + 12) ^ word(bytes, at + 8))
    const step = mixed(word(bytes, at) ^ word(bytes, at + 4)) | 1
    for (let i = 0; i < PROBES; i++, probe += step) {
      const bit = probe & this.#mask
      if ((this.#words[bit >>> 5]! & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
}

const PROBES = 4
const BYTES_AN_ID = 2
const SMALLEST = 1 << 17

function bytesFor(ids: number): number {
  let bytes = SMALLEST * BYTES_AN_ID
  while (bytes < ids * BYTES_AN_ID) bytes *= 2
  return bytes
}
