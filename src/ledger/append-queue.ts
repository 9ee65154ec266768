import { ClyraError } from '../errors/index.js'
import { producerLength } from '../events/index.js'
import type { LogStoreCapabilities } from '../ports/index.js'
import type { Appended, PreparedAppend } from './admission.js'
import { onAbort } from './on-abort.js'

/** What one caller wants appended, all or none. `parts` may depend on the head: a heads record states the map before it. */
export interface AppendRequest {
  readonly parts: readonly PreparedAppend[] | ((head: number) => Promise<readonly PreparedAppend[]>)
  readonly submitter: string
}

/** A request that was taken from the queue: who took it settles it. */
export interface WaitingAppend {
  readonly request: AppendRequest
  readonly resolve: (appended: Appended[]) => void
  readonly reject: (error: unknown) => void
}

interface Queued extends WaitingAppend {
  readonly bytes: number
  readonly records: number
  readonly stopListening: () => void
}

/** Beyond this a group is full: larger ones gain nothing and delay those who wait for the flush. */
const GROUP_BYTES = 4 * 1024 * 1024
const GROUP_RECORDS = 8192
/** What the ledger adds to a record, at most: six attributes with their names. */
const ATTRIBUTES_BYTES = 900

/** Appends that wait for the log, within bounds, in the order in which they came. */
export class AppendQueue {
  readonly #limits: LogStoreCapabilities
  readonly #mostBytes: number
  #waiting: Queued[] = []
  #bytes = 0

  /** `mostBytes`: canonical bytes that may wait; more is QUEUE_FULL. */
  constructor(limits: LogStoreCapabilities, mostBytes: number) {
    this.#limits = limits
    this.#mostBytes = mostBytes
  }

  get empty(): boolean {
    return this.#waiting.length === 0
  }

  /** Throws BATCH_TOO_LARGE, QUEUE_FULL, and ABORTED where the signal has aborted; an abort while it waits rejects it with ABORTED. */
  add({ request, resolve, reject }: WaitingAppend, signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) throw aborted()
    const { bytes, records } = this.#measure(request)
    const abort = () => {
      const at = this.#waiting.indexOf(queued)
      if (at < 0) return
      this.#waiting.splice(at, 1)
      this.#bytes -= bytes
      queued.stopListening()
      reject(aborted())
    }
    const queued: Queued = { request, bytes, records, resolve, reject, stopListening: onAbort(signal, abort) }
    this.#waiting.push(queued)
    this.#bytes += bytes
  }

  /** Takes what goes to the log together next. */
  take(): readonly WaitingAppend[] {
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
      this.#bytes -= waiting.bytes
      waiting.stopListening()
    }
    return taken
  }

  #measure({ parts }: AppendRequest): { bytes: number; records: number } {
    if (typeof parts === 'function') return { bytes: 0, records: 1 }
    let bytes = 0
    let records = 0
    for (const { events } of parts) {
      records += events.ids.length
      for (let i = 0; i < events.ids.length; i++) bytes += producerLength(events, i) + ATTRIBUTES_BYTES
    }
    const { maxBatchBytes, maxBatchRecords } = this.#limits
    if (bytes > maxBatchBytes || records > maxBatchRecords) {
      throw new ClyraError(
        'BATCH_TOO_LARGE',
        `one append may carry ${maxBatchRecords} records and about ${maxBatchBytes} bytes, not ${records} and ${bytes}`,
        { details: { records, bytes } },
      )
    }
    if (this.#bytes > 0 && this.#bytes + bytes > this.#mostBytes) {
      throw new ClyraError('QUEUE_FULL', 'too many appends are waiting; await some before handing over more', {
        details: { waiting: this.#waiting.length, bytes: this.#bytes },
      })
    }
    return { bytes, records }
  }
}

function aborted(): ClyraError {
  return new ClyraError('ABORTED', 'the append was aborted before it was handed over; nothing was written')
}
