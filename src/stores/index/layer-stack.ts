import { IndexLayer } from './index-layer.js'

/**
 * Stores a layer on top of the base; resolves when the base shows it. `unstored`: all layers at the time of the call that
 * are in no base yet, this one among them.
 */
export type LayerWriter = (layer: IndexLayer, state: LayerState, unstored: () => readonly IndexLayer[]) => Promise<void>

/** What goes with a layer that is not in it. */
export interface LayerState {
  readonly headsPosition: number | undefined
  /** The streams changed since the newest heads record, all of them. */
  readonly changed: ReadonlySet<string>
}

export interface LayerStackOptions {
  /** Absent: layers stay in memory (an index in memory, or a reader's). */
  readonly write?: LayerWriter
  /** Records that may wait in memory until a layer is written. */
  readonly layerRecords?: number
  /** Milliseconds that a smaller layer may wait. */
  readonly layerMs?: number
}

/** Steps that may wait in memory while one is being stored: what has gathered meanwhile is stored in one larger one. */
const MOST_WAITING = 16

/**
 * What is not stored yet: the newest layer, and the one that is being written, which stays readable until the base has
 * it. Layers are stored behind the log, in large steps.
 */
export class LayerStack {
  readonly #options: LayerStackOptions
  readonly #state: () => LayerState
  #current: IndexLayer
  #writing: { readonly layer: IndexLayer; readonly done: Promise<void> } | undefined
  #timer: NodeJS.Timeout | undefined
  #failed: unknown

  /** `from`: records in the base. `state`: what goes with the newest layer now. */
  constructor(options: LayerStackOptions, from: number, state: () => LayerState) {
    this.#options = options
    this.#state = state
    this.#current = new IndexLayer(from)
  }

  /** The newest layer. */
  get current(): IndexLayer {
    return this.#current
  }

  /** The layer below it, while it is being written. */
  get writing(): IndexLayer | undefined {
    return this.#writing?.layer
  }

  /** Begins anew on a base of `from` records: nothing here counts any more. */
  restart(from: number): void {
    this.#current = new IndexLayer(from)
  }

  /** Settles when there is room for more (back-pressure). */
  ready(): Promise<void> {
    // After a failed write everything stays in memory; `flush` tells.
    if (this.#options.write === undefined || this.#failed !== undefined) return Promise.resolve()
    if (this.#current.size < this.#limit) {
      this.#startTimer()
      return Promise.resolve()
    }
    if (this.#writing === undefined) {
      this.#startWriting()
      return Promise.resolve()
    }
    return this.#current.size < MOST_WAITING * this.#limit ? Promise.resolve() : this.#writing.done
  }

  /** Resolves when everything is stored. */
  async flush(): Promise<void> {
    this.#stopTimer()
    for (;;) {
      if (this.#failed !== undefined) throw this.#failed
      if (this.#options.write === undefined) return
      if (this.#writing !== undefined) await this.#writing.done
      else if (this.#current.size > 0) this.#startWriting()
      else return
    }
  }

  /** Waits for what is being written, and then forgets everything. */
  async reset(clear: () => Promise<void>): Promise<void> {
    this.#stopTimer()
    await this.#writing?.done
    this.#writing = undefined
    await clear()
    this.restart(0)
  }

  get #limit(): number {
    return this.#options.layerRecords ?? 1024
  }

  #startWriting(): void {
    this.#stopTimer()
    const { write } = this.#options
    if (write === undefined || this.#writing !== undefined || this.#current.size === 0) return
    const layer = this.#current
    const next = new IndexLayer(layer.through)
    next.lastLeaf = layer.lastLeaf
    this.#current = next
    const unstored = () => [layer, this.#current]
    const done = write(layer, this.#state(), unstored).then(
      () => {
        this.#writing = undefined
        if (this.#current.size >= this.#limit) this.#startWriting()
        else if (this.#current.size > 0) this.#startTimer()
      },
      (error: unknown) => {
        // The layer stays readable; everything after it stays in memory. The log is not touched by this.
        this.#failed = error
      },
    )
    this.#writing = { layer, done }
  }

  #startTimer(): void {
    this.#timer ??= setTimeout(() => this.#startWriting(), this.#options.layerMs ?? 500).unref()
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
