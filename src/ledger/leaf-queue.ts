const LEAF_BYTES = 32
const FIRST_LEAVES = 1024

/** Leaf hashes in order, one behind the other in one buffer: thousands may wait, and none is an object meanwhile. */
export class LeafQueue {
  #bytes = new Uint8Array(LEAF_BYTES * FIRST_LEAVES)
  #start = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** `leaf`: 32 bytes, which are copied. */
  push(leaf: Uint8Array): void {
    const end = this.#start + this.#length
    if (LEAF_BYTES * end === this.#bytes.length) this.#makeRoom()
    this.#bytes.set(leaf, LEAF_BYTES * (this.#start + this.#length))
    this.#length++
  }

  /** The first `count`, which stay in the queue. */
  first(count: number): Uint8Array[] {
    const at = LEAF_BYTES * this.#start
    return Array.from({ length: Math.min(count, this.#length) }, (_, i) =>
      this.#bytes.slice(at + LEAF_BYTES * i, at + LEAF_BYTES * (i + 1)),
    )
  }

  /** Takes the first `count` away. */
  drop(count: number): void {
    const gone = Math.min(count, this.#length)
    this.#start += gone
    this.#length -= gone
  }

  /** Moves what is left to the front, into twice the room where more than half of it is taken. */
  #makeRoom(): void {
    const left = this.#bytes.subarray(LEAF_BYTES * this.#start)
    const target = 2 * left.length > this.#bytes.length ? new Uint8Array(2 * this.#bytes.length) : this.#bytes
    target.set(left)
    this.#bytes = target
    this.#start = 0
  }
}
