import { setImmediate as nextTurn } from 'node:timers/promises'
import { ClyraError, isClyraError } from '../errors/index.js'
import { producerLength } from '../events/index.js'
import type { LogRecord, LogStore } from '../ports/index.js'
import { type Appended, AppendGroup, type LedgerState, type PreparedAppend } from './admission.js'
import { onAbort } from './on-abort.js'

/** What one caller wants appended, all or none. `parts` may depend on the head: a heads record states the map before it. */
export interface AppendRequest {
  readonly parts: readonly PreparedAppend[] | ((head: number) => readonly PreparedAppend[])
}

export interface CommitterOptions {
  readonly store: LogStore
  readonly state: LedgerState
  readonly origin: string
  readonly identity: Uint8Array
  readonly submitter: string
  /** Records known to the state: where the next append goes. */
  readonly head: () => number
  /** Whether the state is that of exactly `head()` records: nothing may be decided by an older one. */
  readonly current: () => boolean
  /** A `recordedat` for the next group: never smaller than the one before. */
  readonly stamp: () => string
  /** Told of every durable group, in order, before its callers are. The promise is back-pressure. */
  readonly committed: (records: readonly LogRecord[]) => Promise<void>
  /** Another writer moved the head: bring the state up to the store. */
  readonly catchUp: () => Promise<void>
  /** Throws where appends are to be refused for now. */
  readonly admitting: () => void
  /** Canonical bytes that may wait; more is QUEUE_FULL. Default 64 MiB. */
  readonly queueBytes?: number
}

/** Beyond this a group is full: larger ones gain nothing and delay those who wait for the flush. */
const GROUP_BYTES = 4 * 1024 * 1024
const GROUP_RECORDS = 8192
/** What the ledger adds to a record, at most: six attributes with their names. */
const ATTRIBUTES_BYTES = 900

interface Waiting {
  readonly request: AppendRequest
  readonly bytes: number
  readonly records: number
  readonly resolve: (appended: Appended[]) => void
  readonly reject: (error: unknown) => void
  readonly stopListening: () => void
}

/**
 * The one place where appends become records. Whatever waits while a flush is under way goes to the store together in
 * the next one: under load the groups grow, without it an append goes alone.
 */
export class Committer {
  readonly #options: CommitterOptions
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #running: Promise<void> | undefined
  #closed = false

  constructor(options: CommitterOptions) {
    this.#options = options
  }

  /** Resolves when durable. An abort before hand-off removes the request (ABORTED); after it the promise still settles. */
  submit(request: AppendRequest, signal?: AbortSignal): Promise<Appended[]> {
    return new Promise((resolve, reject) => {
      this.#assertAccepting(signal)
      const { bytes, records } = this.#measure(request)
      const abort = () => {
        const at = this.#waiting.indexOf(waiting)
        if (at < 0) return
        this.#waiting.splice(at, 1)
        this.#waitingBytes -= bytes
        waiting.stopListening()
        reject(aborted())
      }
      const waiting: Waiting = { request, bytes, records, resolve, reject, stopListening: onAbort(signal, abort) }
      this.#waiting.push(waiting)
      this.#waitingBytes += bytes
      this.#running ??= this.#run()
    })
  }

  /** No more requests; resolves when those accepted are settled. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  #assertAccepting(signal: AbortSignal | undefined): void {
    if (this.#closed) throw new ClyraError('LEDGER_CLOSED', 'the ledger was closed')
    if (signal?.aborted === true) throw aborted()
    this.#options.admitting()
  }

  #measure({ parts }: AppendRequest): { bytes: number; records: number } {
    if (typeof parts === 'function') return { bytes: 0, records: 1 }
    let bytes = 0
    let records = 0
    for (const { events } of parts) {
      records += events.ids.length
      for (let i = 0; i < events.ids.length; i++) bytes += producerLength(events, i) + ATTRIBUTES_BYTES
    }
    const { maxBatchBytes, maxBatchRecords } = this.#options.store.capabilities
    if (bytes > maxBatchBytes || records > maxBatchRecords) {
      throw new ClyraError(
        'BATCH_TOO_LARGE',
        `one append may carry ${maxBatchRecords} records and about ${maxBatchBytes} bytes, not ${records} and ${bytes}`,
        {
          details: { records, bytes },
        },
      )
    }
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > (this.#options.queueBytes ?? 64 * 1024 * 1024)) {
      throw new ClyraError('QUEUE_FULL', 'too many appends are waiting; await some before handing over more', {
        details: { waiting: this.#waiting.length, bytes: this.#waitingBytes },
      })
    }
    return { bytes, records }
  }

  async #run(): Promise<void> {
    // One turn, so that everything submitted together goes together.
    await nextTurn()
    while (this.#waiting.length > 0) {
      await this.#commit(this.#take())
      await nextTurn()
    }
    this.#running = undefined
  }

  #take(): Waiting[] {
    let bytes = 0
    let records = 0
    let count = 0
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes
      records += waiting.records
      // What depends on the head has to be the first of its group.
      const last = typeof waiting.request.parts === 'function' || bytes > GROUP_BYTES || records > GROUP_RECORDS
      if (count > 0 && last) break
      count++
    }
    const taken = this.#waiting.splice(0, count)
    for (const waiting of taken) {
      this.#waitingBytes -= waiting.bytes
      waiting.stopListening()
    }
    return taken
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      while (!(await this.#tryCommit(group))) await this.#options.catchUp()
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  }

  /** False where another writer was faster, or the state lags: nothing was written and nobody was told anything. */
  async #tryCommit(group: readonly Waiting[]): Promise<boolean> {
    const { store } = this.#options
    if (!this.#options.current()) return false
    const head = this.#options.head()
    const { records, outcomes } = await this.#admit(group, head)
    if (records.length === 0) {
      // Refusals and repeats are judged by the newest state too, whoever wrote it.
      if ((await store.head()) !== head) return false
      for (const settle of outcomes) settle()
      return true
    }
    try {
      await store.append(records, head)
    } catch (error) {
      if (isClyraError(error, 'HEAD_MOVED')) return false
      throw error
    }
    const ready = this.#options.committed(records)
    for (const settle of outcomes) settle()
    await ready
    return true
  }

  /** The records of all that were admitted, and how to tell each caller once they are durable. */
  async #admit(
    group: readonly Waiting[],
    head: number,
  ): Promise<{ readonly records: readonly LogRecord[]; readonly outcomes: readonly (() => void)[] }> {
    const { state, origin, identity, submitter, stamp } = this.#options
    const draft = new AppendGroup(state, { origin, identity, submitter, recordedat: stamp(), head })
    const outcomes: (() => void)[] = []
    for (const { request, resolve, reject } of group) {
      try {
        const appended = await draft.admit(typeof request.parts === 'function' ? request.parts(head) : request.parts)
        outcomes.push(() => resolve(appended))
      } catch (error) {
        outcomes.push(() => reject(error))
      }
    }
    return { records: draft.records, outcomes }
  }
}

function aborted(): ClyraError {
  return new ClyraError('ABORTED', 'the append was aborted before it was handed over; nothing was written')
}
