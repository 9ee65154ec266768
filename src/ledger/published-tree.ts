import { ClyraError } from '../errors/index.js'
import { onAbort } from './on-abort.js'
import type { Sealed } from './signed-checkpoint.js'

const POLL_MS = 250

/** The newest checkpoint as a handle knows it: told by the sealer of this process, or looked for where another one seals. */
export class PublishedTree {
  readonly newest: () => Promise<Sealed | undefined>
  readonly #told: boolean
  #size = 0
  readonly #waiting = new Set<() => void>()

  /** `told`: each publication is announced here; else it is looked for. */
  constructor(newest: () => Promise<Sealed | undefined>, { told }: { readonly told: boolean }) {
    this.newest = newest
    this.#told = told
  }

  announce(size: number): void {
    this.#size = Math.max(this.#size, size)
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves with the newest checkpoint as soon as it covers `size` records. Rejects with NOT_SEALED on abort. */
  async covering(size: number, signal: AbortSignal): Promise<Sealed> {
    for (;;) {
      const newest = await this.newest()
      if (newest !== undefined && newest.size >= size) return newest
      if (signal.aborted) throw notSealed(size)
      await this.beyond(size - 1, signal)
    }
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
      if (this.#told) return
      const poll = () => {
        timer = setTimeout(async () => {
          // An unreadable checkpoint is the subscription's to report: it wakes and reads it itself.
          const newest = await this.newest().catch(() => undefined)
          if (newest !== undefined && newest.size > size) wake()
          else if (this.#waiting.has(wake)) poll()
        }, POLL_MS)
      }
      poll()
    })
  }
}

export function notSealed(size: number): ClyraError {
  return new ClyraError('NOT_SEALED', `no checkpoint covers position ${size - 1} yet; the record itself is durable`, {
    details: { position: String(size - 1) },
  })
}
