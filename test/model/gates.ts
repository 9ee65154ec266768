/** The code that waits at a gate until the trace lets it pass, or fails it. */
interface Waiting {
  readonly name: string
  readonly pass: () => void
  readonly fail: (error: Error) => void
}

/** One line of work of a process: on its way, at a gate, or done. A dead one stays where it is for ever. */
export class Lane {
  #waiting: Waiting | undefined
  /** Pieces of work that are not over. */
  #underWay = 0
  #changed: () => void = () => undefined
  #dead = false
  /** Set while nobody leads: everything passes. */
  free = false

  /** From now on until it is settled the code is at work here. */
  during(work: Promise<void>): void {
    this.#underWay++
    const over = () => {
      this.#underWay--
      this.#changed()
    }
    work.then(over, over)
  }

  /** Resolves when the code comes no further of itself: with the gate where it stands, with undefined where it is done. */
  async still(): Promise<string | undefined> {
    while (!this.#dead && this.#waiting === undefined && this.#underWay > 0) {
      await new Promise<void>((changed) => {
        this.#changed = changed
      })
    }
    return this.#waiting?.name
  }

  arrive(name: string): Promise<void> {
    if (this.free && !this.#dead) return Promise.resolve()
    return new Promise((pass, fail) => {
      if (this.#dead) return
      this.#waiting = { name, pass, fail }
      this.#changed()
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
    this.#changed()
  }

  #take(): Waiting {
    const waiting = this.#waiting
    if (waiting === undefined) throw new Error('nothing waits here')
    this.#waiting = undefined
    return waiting
  }
}
