/** Buffers that are kept, and the largest that is. */
const MOST_BUFFERS = 4
const MOST_BYTES = 2 * 1024 * 1024

/** Memory that appends are prepared in, one after the other: new memory for each has to be cleared and collected. */
export class BufferPool {
  readonly #buffers: Uint8Array<ArrayBuffer>[] = []

  /** Undefined where none is free. Whoever takes one gives it, or a larger one, back when nothing looks at it any more. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    return this.#buffers.pop()
  }

  give(memory: ArrayBuffer): void {
    if (this.#buffers.length < MOST_BUFFERS && memory.byteLength <= MOST_BYTES)
      this.#buffers.push(new Uint8Array(memory))
  }
}
