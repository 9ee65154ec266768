import { ClyraError } from '../../errors/index.js'
import { HashedRecord } from '../../ledger/index.js'
import type { LogRecord, LogStore, LogStoreCapabilities, ReadRange, StoredRecord } from '../../ports/index.js'
import { LengthSignal } from '../length-signal.js'
import { assertBatch, headMoved } from '../log-store-checks.js'

/** Records that outlive a handle, so that a test can reopen. */
export interface MemoryLog {
  readonly records: StoredRecord[]
  readonly grown: LengthSignal
}

export function createMemoryLog(): MemoryLog {
  return { records: [], grown: new LengthSignal() }
}

/** A log in memory: for tests and for trying things out. Several handles may share one log and contend for its head. */
export function openMemoryLogStore(log: MemoryLog = createMemoryLog()): LogStore {
  return new MemoryLogStore(log)
}

class MemoryLogStore implements LogStore {
  readonly capabilities: LogStoreCapabilities = {
    durability: 'none',
    writers: 'many',
    afterFailure: 'catch-up',
    wakeUpMs: 0,
    maxBatchBytes: 32 * 1024 * 1024,
    maxBatchRecords: 65_536,
  }
  readonly #log: MemoryLog
  #closed = false

  constructor(log: MemoryLog) {
    this.#log = log
  }

  async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    this.#assertOpen()
    assertBatch(records, expectedHead, this.capabilities)
    // As with a real backend the answer takes a turn, and whoever comes first wins.
    await Promise.resolve()
    if (this.#log.records.length !== expectedHead) throw headMoved(expectedHead, this.#log.records.length)
    for (const { position, leaf, bytes } of records) {
      this.#log.records.push({ position, leaf: Uint8Array.from(leaf), bytes: Uint8Array.from(bytes) })
    }
    this.#log.grown.announce(this.#log.records.length)
  }

  async head(): Promise<number> {
    this.#assertOpen()
    return this.#log.records.length
  }

  async read(range: ReadRange): Promise<StoredRecord[]> {
    this.#assertOpen()
    const { records } = this.#log
    const end = 'from' in range ? range.from + range.limit : Math.min(range.before, records.length)
    const found =
      'from' in range
        ? records.slice(range.from, end)
        : records.slice(Math.max(0, end - range.limit), Math.max(0, end)).reverse()
    return found.map(({ position, leaf, bytes }) => {
      const record = HashedRecord.of(position, Uint8Array.from(leaf), Uint8Array.from(bytes))
      if (record !== undefined) return record
      throw new ClyraError('LOG_CORRUPT', `the record at position ${position} does not have its leaf hash`, {
        details: { position },
      })
    })
  }

  moved(size: number, signal?: AbortSignal): Promise<void> {
    return this.#log.grown.beyond(size, signal)
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClyraError('LEDGER_CLOSED', 'the log store was closed')
  }
}
