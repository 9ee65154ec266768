import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { ClyraError } from '../../errors/index.js'
import { type PackedLayer, transferOf } from '../index/index.js'
import type { ThreadAnswer, ThreadRequest } from './index-worker.js'

const WORKER = new URL('./index-worker.js', import.meta.url)

interface Waiting {
  readonly resolve: (filled: ArrayBuffer | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * The thread that stores layers, so that the thread of the appends does not wait for LMDB. At most one request of each
 * kind at a time.
 */
export class IndexThread {
  readonly #worker: Worker
  readonly #waiting = new Map<ThreadAnswer['kind'], Waiting>()
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
  async store(layer: PackedLayer): Promise<void> {
    await this.#ask({ kind: 'store', layer }, transferOf(layer))
  }

  /** Resolves with the memory of an `IdFilter` for `ids` ids that has every stored one. Rejects with IO_FAILED. */
  async fill(ids: number): Promise<ArrayBuffer> {
    const filled = await this.#ask({ kind: 'fill', ids }, [])
    if (filled === undefined) throw new ClyraError('INTERNAL', 'the thread of the index gave no filter')
    return filled
  }

  /** Lets the thread close its database and end. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.#worker.postMessage({ kind: 'close' } satisfies ThreadRequest)
    await this.#exited
  }

  #ask(request: Exclude<ThreadRequest, { kind: 'close' }>, transfer: ArrayBuffer[]): Promise<ArrayBuffer | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone)
      this.#waiting.set(request.kind, { resolve, reject })
      // A process that has nothing else to do waits for what it asked, and for nothing more.
      this.#worker.ref()
      this.#worker.postMessage(request, transfer)
    })
  }

  #answered({ kind, failure, filled }: ThreadAnswer): void {
    const waiting = this.#waiting.get(kind)
    this.#waiting.delete(kind)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (failure === undefined) waiting?.resolve(filled)
    else waiting?.reject(new ClyraError(failure.code, failure.message))
  }

  #lost(cause: unknown): void {
    this.#gone ??= new ClyraError('IO_FAILED', 'the thread that stores the index ended', { cause })
    for (const { reject } of this.#waiting.values()) reject(this.#gone)
    this.#waiting.clear()
  }
}
