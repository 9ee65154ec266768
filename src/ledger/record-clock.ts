import { assertPlausible, instantOf } from '../events/index.js'

/** Gives records their `recordedat`: fixed width and UTC, so text order is time order, and never smaller than the one before. */
export class RecordClock {
  readonly #now: () => number
  readonly #onWarning: (message: string) => void
  #newest: string
  #warned = false

  /** `newest`: the `recordedat` of the newest record. */
  constructor(now: () => number, newest: string, onWarning: (message: string) => void) {
    this.#now = now
    this.#newest = newest
    this.#onWarning = onWarning
  }

  /** Another writer has appended a record with this `recordedat`. */
  seen(recordedat: string): void {
    if (recordedat > this.#newest) this.#newest = recordedat
  }

  /** A clock that goes back repeats the last value and warns once. Throws CLOCK_INVALID. */
  stamp(): string {
    const now = instantOf(this.#now)
    assertPlausible(now, this.#newest)
    if (now >= this.#newest) {
      this.#newest = now
      this.#warned = false
    } else if (!this.#warned) {
      this.#warned = true
      this.#onWarning(`the clock went back to ${now}; records keep ${this.#newest} until it has caught up`)
    }
    return this.#newest
  }
}
