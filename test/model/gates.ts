/** The code that waits at a gate until the trace lets it pass, or fails it. */
interface Waiting {
  readonly name: string
  readonly pass: () => void
  readonly fail: (error: Error) => void
}

/** One line of work of a process, which is at one gate at a time. A dead one stays where it is for ever. */
export class Lane {
  #waiting: Waiting | undefined
  #dead = false
  /** Set while nobody leads: everything passes. */
  free = false

  get at(): string | undefined {
    return this.#dead ? undefined : this.#waiting?.name
  }

  arrive(name: string): Promise<void> {
    if (this.free && !this.#dead) return Promise.resolve()
    return new Promise((pass, fail) => {
      this.#waiting = { name, pass, fail }
    })
  }

  pass(): void {
    const waiting = this.#take()
    waiting.pass()
  }

  fail(error: Error): void {
    this.#take().fail(error)
  }

  kill(): void {
    this.#dead = true
    this.#waiting = undefined
  }

  #take(): Waiting {
    const waiting = this.#waiting
    if (waiting === undefined) throw new Error('nothing waits here')
    this.#waiting = undefined
    return waiting
  }
}

/** Waits until it holds; false where it does not in five seconds. */
export async function until(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + 5000
  for (;;) {
    for (let turn = 0; turn < 20; turn++) {
      if (holds()) return true
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (performance.now() > end) return false
  }
}
