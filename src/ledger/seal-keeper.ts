import type { SealMemory } from '../ports/index.js'
import type { Sealed } from './signed-checkpoint.js'

const EVERY_MS = 1000

/**
 * Carries published checkpoints to the memory, behind the appends: at most once a second, the newest only, and the last
 * one at closing. That it fails is told once and stops nothing.
 */
export class SealKeeper {
  readonly #memory: SealMemory
  readonly #identity: Uint8Array
  readonly #onWarning: (message: string) => void
  #newest: Sealed | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #warned = false

  constructor(memory: SealMemory, identity: Uint8Array, onWarning: (message: string) => void) {
    this.#memory = memory
    this.#identity = identity
    this.#onWarning = onWarning
  }

  published(sealed: Sealed): void {
    this.#newest = sealed
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.keep()
    }, EVERY_MS).unref()
  }

  /** Remembers what was published last, now. Never rejects. */
  keep(): Promise<void> {
    const newest = this.#newest
    this.#newest = undefined
    if (newest !== undefined) this.#writing = this.#writing.then(() => this.#remember(newest))
    return this.#writing
  }

  close(): Promise<void> {
    clearTimeout(this.#timer)
    return this.keep()
  }

  async #remember({ size, note }: Sealed): Promise<void> {
    try {
      await this.#memory.remember(this.#identity, note)
    } catch (error) {
      if (this.#warned) return
      this.#warned = true
      const why = error instanceof Error ? error.message : String(error)
      this.#onWarning(`the signed size ${size} is not remembered outside of the ledger: ${why}`)
    }
  }
}
