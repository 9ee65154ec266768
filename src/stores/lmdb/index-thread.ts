import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { ClyraError } from '../../errors/index.js'
import { type PackedLayer, transferOf } from '../index/index.js'
import type { ThreadAnswer, ThreadRequest } from './index-worker.js'

const WORKER = new URL('./index-worker.js', import.meta.url)

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** The thread that stores layers whose storing takes long, so that the thread of the appends does not wait. One at a time. */
export class IndexThread {
  readonly #worker: Worker
  #waiting: Waiting | undefined
  #gone: ClyraError | undefined
  readonly #exited: Promise<void>

  private constructor(path: string) {
    this.#worker = new Worker(WORKER, { workerData: path })
    this.#worker.unref()
    this.#worker.on('message', (answer: ThreadAnswer) => this.#answered(answer))
    this.#worker.on('error', (error) => this.#lost(error))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lost(undefined)
        resolve()
      })
    })
  }

  /** Undefined where the worker's file is not beside this one: a bundled program stores on its own thread. */
  static start(path: string): IndexThread | undefined {
    return existsSync(WORKER) ? new IndexThread(path) : undefined
  }

  /** Resolves when the layer is stored; its arrays are the thread's from then on. Rejects with DISK_FULL, IO_FAILED. */
  store(layer: PackedLayer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone)
      this.#waiting = { resolve, reject }
      // A process that has nothing else to do waits for what it asked, and for nothing more.
      this.#worker.ref()
      this.#worker.postMessage({ kind: 'store', layer } satisfies ThreadRequest, transferOf(layer))
    })
  }

  /** Lets the thread close its database and end. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.#worker.postMessage({ kind: 'close' } satisfies ThreadRequest)
    await this.#exited
  }

  #answered(failure: ThreadAnswer): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#worker.unref()
    if (failure === null) waiting?.resolve()
    else waiting?.reject(new ClyraError(failure.code, failure.message))
  }

  #lost(cause: unknown): void {
    this.#gone ??= new ClyraError('IO_FAILED', 'the thread that stores the index ended', { cause })
    this.#waiting?.reject(this.#gone)
    this.#waiting = undefined
  }
}
