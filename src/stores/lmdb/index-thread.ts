import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { ClyraError } from '../../errors/index.js'
import { type PackedLayer, transferOf } from '../index/index.js'
import type { ThreadAnswer, ThreadRequest } from './index-worker.js'

const WORKER = new URL('./index-worker.js', import.meta.url)

/** The thread that stores layers, so that the thread of the appends does not wait for LMDB. One request at a time. */
export class IndexThread {
  readonly #worker: Worker
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
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
  write(layer: PackedLayer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone)
      this.#settle = { resolve, reject }
      // A process that has nothing else to do waits for what is being stored, and for nothing more.
      this.#worker.ref()
      this.#worker.postMessage({ layer } satisfies ThreadRequest, transferOf(layer))
    })
  }

  /** Lets the thread close its database and end. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.#worker.postMessage({ layer: undefined } satisfies ThreadRequest)
    await this.#exited
  }

  #answered(answer: ThreadAnswer): void {
    const settle = this.#settle
    this.#settle = undefined
    this.#worker.unref()
    if (answer.failure === undefined) settle?.resolve()
    else settle?.reject(new ClyraError(answer.failure.code, answer.failure.message))
  }

  #lost(cause: unknown): void {
    this.#gone ??= new ClyraError('IO_FAILED', 'the thread that stores the index ended', { cause })
    this.#settle?.reject(this.#gone)
    this.#settle = undefined
  }
}
