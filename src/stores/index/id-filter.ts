import { mixed, word } from './mixed.js'

/**
 * Says of an id that it was never added, or that it may have been: a Bloom filter (B. H. Bloom, CACM 13 (7), 1970) with
 * four bits of 16 for each id, all in one cache line (F. Putze et al., "Cache-, Hash- and Space-Efficient Bloom Filters",
 * 2007): a filter for a million ids lies in memory, and asking it is one access. About one new id in 200 is looked up.
 */
export class IdFilter {
  /** Ids it is made for. More are taken, and more of the new ones then have to be looked up. */
  readonly capacity: number
  readonly #words: Int32Array
  readonly #lines: number

  /** For at least `ids` ids. */
  constructor(ids: number) {
    const bytes = bytesFor(ids)
    this.capacity = bytes / BYTES_AN_ID
    this.#words = new Int32Array(bytes / 4)
    // A power of two: a hash is cut to it.
    this.#lines = this.#words.length / LINE_WORDS - 1
  }

  /** `id`: 16 bytes of a UUID, from `at` on. */
  addBytes(bytes: Uint8Array, at: number): void {
    const place = placeOf(bytes, at)
    const bits = bitsOf(bytes, at)
    const line = (place & this.#lines) * LINE_WORDS
    for (let i = 0; i < PROBES; i++) {
      const bit = probe(bits, place, i)
      this.#words[line + (bit >>> 5)]! |= 1 << (bit & 31)
    }
  }

  /** False: this id was never added. */
  mayHaveBytes(bytes: Uint8Array, at: number): boolean {
    const place = placeOf(bytes, at)
    const bits = bitsOf(bytes, at)
    const line = (place & this.#lines) * LINE_WORDS
    for (let i = 0; i < PROBES; i++) {
      const bit = probe(bits, place, i)
      if ((this.#words[line + (bit >>> 5)]! & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
}

/** 64 bytes: what a processor fetches at once. */
const LINE_WORDS = 16
const PROBES = 4
const BYTES_AN_ID = 2
const SMALLEST = 1 << 17

function bytesFor(ids: number): number {
  let bytes = SMALLEST * BYTES_AN_ID
  while (bytes < ids * BYTES_AN_ID) bytes *= 2
  return bytes
}

function placeOf(bytes: Uint8Array, at: number): number {
  return mixed(word(bytes, at + 12) ^ word(bytes, at))
}

function bitsOf(bytes: Uint8Array, at: number): number {
  return mixed(mixed(word(bytes, at + 8)) ^ word(bytes, at + 4))
}

/** One of the 512 bits of a line: nine bits of `bits` for three of them, for the last those of `place` that choose no line. */
function probe(bits: number, place: number, i: number): number {
  return i < 3 ? (bits >>> (9 * i)) & 511 : place >>> 23
}
