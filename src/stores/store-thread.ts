import { existsSync } from 'node:fs'
import { parentPort, Worker } from 'node:worker_threads'
import { ClyraError, type ErrorCode, isClyraError } from '../errors/index.js'

const CLOSE = 'close'

/** The answer to a request: null, or why it failed. */
type Answer = { readonly code: ErrorCode; readonly message: string; readonly details: object } | null

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A thread that stores what it is given, one request at a time, so that the thread of the appends does not wait for it. */
export class StoreThread<Request> {
  readonly #worker: Worker
  readonly #exited: Promise<void>
  #waiting: Waiting | undefined
  #gone: ClyraError | undefined

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.unref()
    worker.on('message', (answer: Answer) => this.#answered(answer))
    worker.on('error', (error) => this.#lost(error))
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#lost(undefined)
        resolve()
      })
    })
  }

  /** `worker`: a module that calls `serveStore`. Undefined where it is not there: a bundled program has no such file. */
  static start<Request>(worker: URL, workerData?: unknown): StoreThread<Request> | undefined {
    return existsSync(worker) ? new StoreThread(new Worker(worker, { workerData })) : undefined
  }

  /** Whether it takes no more requests, for whatever reason. */
  get ended(): boolean {
    return this.#gone !== undefined
  }

  /** Resolves when it is done; what is transferred is the thread's from then on. Rejects with what the worker threw, or IO_FAILED. */
  ask(request: Request, transfer: ArrayBuffer[] = []): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) return reject(this.#gone)
      if (this.#waiting !== undefined)
        return reject(new ClyraError('INTERNAL', 'a thread that stores was asked twice at once'))
      this.#waiting = { resolve, reject }
      // A process that has nothing else to do waits for what it asked, and for nothing more.
      this.#worker.ref()
      this.#worker.postMessage(request, transfer)
    })
  }

  /** Lets the thread release what it holds, and end. */
  async close(): Promise<void> {
    this.#worker.ref()
    this.#worker.postMessage(CLOSE)
    await this.#exited
  }

  #answered(failure: Answer): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#worker.unref()
    if (failure === null) waiting?.resolve()
    else waiting?.reject(new ClyraError(failure.code, failure.message, { details: { ...failure.details } }))
  }

  #lost(cause: unknown): void {
    this.#gone ??= new ClyraError('IO_FAILED', 'a thread that stores has ended', { cause })
    this.#waiting?.reject(this.#gone)
    this.#waiting = undefined
  }
}

/** The thread's side: `act` throws what the asker's promise rejects with. */
export function serveStore<Request>(
  act: (request: Request) => void,
  close: () => Promise<void> = async () => undefined,
): void {
  parentPort?.on('message', (request: Request | typeof CLOSE) => {
    if (request === CLOSE) void close().finally(() => parentPort?.close())
    else parentPort?.postMessage(answer(() => act(request)))
  })
}

function answer(act: () => void): Answer {
  try {
    act()
    return null
  } catch (error) {
    return isClyraError(error)
      ? { code: error.code, message: error.message, details: { ...error.details } }
      : { code: 'IO_FAILED', message: `it could not be stored: ${String(error)}`, details: {} }
  }
}
