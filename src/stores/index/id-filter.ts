import { mixed, word } from './mixed.js'

/**
 * Says of an id that it was never added, or that it may have been: a Bloom filter (B. H. Bloom, CACM 13 (7), 1970) with
 * four probes and 16 bits an id, so that about one new id in 400 has to be looked up.
 */
export class IdFilter {
  /** Ids it is made for. More are taken, and more of the new ones then have to be looked up. */
  readonly capacity: number
  readonly #words: Int32Array
  readonly #mask: number

  /** For at least `ids` ids. */
  constructor(ids: number) {
    const bytes = bytesFor(ids)
    this.capacity = bytes / BYTES_AN_ID
    this.#words = new Int32Array(bytes / 4)
    // A power of two: a probe is cut to it.
    this.#mask = bytes * 8 - 1
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
