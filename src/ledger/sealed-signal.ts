import { onAbort } from './on-abort.js'
import type { Sealed } from './signed-checkpoint.js'

const POLL_MS = 250

/** Wakes subscriptions when a checkpoint is published: told by the sealer of this process, or by looking where another one seals. */
export class SealedSignal {
  #size = 0
  readonly #waiting = new Set<() => void>()
  readonly #look: (() => Promise<Sealed | undefined>) | undefined

  /** `look`: reads the published checkpoint; only for handles that do not seal themselves. */
  constructor(look?: () => Promise<Sealed | undefined>) {
    this.#look = look
  }

  announce(size: number): void {
    this.#size = Math.max(this.#size, size)
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves when a checkpoint larger than `size` is published, or on abort. May wake for nothing. */
  beyond(size: number, signal: AbortSignal): Promise<void> {
    if (this.#size > size || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      let stop = () => {}
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        stop()
        resolve()
      }
      this.#waiting.add(wake)
      stop = onAbort(signal, wake)
      const look = this.#look
      if (look === undefined) return
      const poll = () => {
        timer = setTimeout(async () => {
          // An unreadable checkpoint is the subscription's to report: it wakes and reads it itself.
          const newest = await look().catch(() => undefined)
          if (newest !== undefined && newest.size > size) wake()
          else if (this.#waiting.has(wake)) poll()
        }, POLL_MS)
      }
      poll()
    })
  }
}
