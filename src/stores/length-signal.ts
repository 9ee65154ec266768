import { onAbort } from '../ledger/index.js'

/** Lets waiters sleep until a length goes beyond what they have seen. Nobody who asks too late is left waiting. */
export class LengthSignal {
  #length = 0
  readonly #waiting = new Set<{ readonly size: number; readonly wake: () => void }>()

  get length(): number {
    return this.#length
  }

  /** How many wait: a waiter that is done or aborted leaves nothing behind. */
  get waiting(): number {
    return this.#waiting.size
  }

  announce(length: number): void {
    if (length <= this.#length) return
    this.#length = length
    for (const waiter of [...this.#waiting]) if (length > waiter.size) waiter.wake()
  }

  /** Wakes everyone, whatever they wait for. */
  wakeAll(): void {
    for (const waiter of [...this.#waiting]) waiter.wake()
  }

  /** Resolves when the length is greater than `size`, or when `signal` aborts. */
  beyond(size: number, signal?: AbortSignal): Promise<void> {
    if (this.#length > size || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      let stop = () => {}
      const waiter = {
        size,
        wake: () => {
          this.#waiting.delete(waiter)
          stop()
          resolve()
        },
      }
      this.#waiting.add(waiter)
      stop = onAbort(signal, waiter.wake)
    })
  }
}
