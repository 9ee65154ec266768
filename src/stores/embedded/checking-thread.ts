import { existsSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { CheckAnswer, CheckRequest } from './checking-worker.js'
import type { Extent } from './stored-entries.js'

const WORKER = new URL('./checking-worker.js', import.meta.url)

/** What it makes is thrown away at once: a small heap is as fast, and the memory is that of one process. */
const HEAP = { maxYoungGenerationSizeMb: 3, maxOldGenerationSizeMb: 32 }

/** A thread that reads records ahead of whoever folds them, and checks that each has its leaf hash and is a record. */
export class CheckingThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (bytes: ArrayBuffer | undefined) => void>()
  #state: 'starting' | 'ready' | 'gone' = 'starting'
  #asked = 0

  constructor() {
    this.#worker = new Worker(WORKER, { resourceLimits: HEAP })
    this.#worker.unref()
    this.#worker.on('message', (answer: CheckAnswer | 'ready') => this.#heard(answer))
    // Whatever ends it: who waits reads for himself.
    this.#worker.on('error', () => this.#lost())
    this.#worker.on('exit', () => this.#lost())
  }

  /**
   * False where no processor is free (with a thread there is half as much work again, and it has to be done at the same
   * time), and in a bundled program, which has no file of the worker beside it.
   */
  static helps(): boolean {
    const processors = availableParallelism()
    const [lastMinute = 0] = loadavg()
    return processors > 1 && lastMinute < processors && existsSync(WORKER)
  }

  /** Whether it takes requests by now. */
  get ready(): boolean {
    return this.#state === 'ready'
  }

  /** The bytes of an extent, each record of which was shown to be what it must be; undefined where it was not. */
  check(extent: Extent): Promise<ArrayBuffer | undefined> {
    if (this.#state === 'gone') return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const id = this.#asked++
      this.#waiting.set(id, resolve)
      // A process that has nothing else to do waits for what it asked, and for nothing more.
      this.#worker.ref()
      this.#worker.postMessage({ id, extent } satisfies CheckRequest)
    })
  }

  /** Ends the thread; what was asked is answered with undefined. */
  async end(): Promise<void> {
    this.#lost()
    await this.#worker.terminate()
  }

  #heard(answer: CheckAnswer | 'ready'): void {
    if (answer === 'ready') {
      if (this.#state === 'starting') this.#state = 'ready'
      return
    }
    const { id, bytes } = answer
    const resolve = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    resolve?.(bytes)
  }

  #lost(): void {
    this.#state = 'gone'
    for (const resolve of this.#waiting.values()) resolve(undefined)
    this.#waiting.clear()
  }
}
