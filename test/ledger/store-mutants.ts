import { ClyraError, isClyraError } from '../../src/errors/index.js'
import type { LogRecord, LogStore, ReadRange, StoredRecord } from '../../src/ports/index.js'

/** A store that does everything as the one below, until a method is replaced. */
class Wrapped implements LogStore {
  readonly below: LogStore
  constructor(below: LogStore) {
    this.below = below
  }
  get capabilities() {
    return this.below.capabilities
  }
  append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    return this.below.append(records, expectedHead)
  }
  head(): Promise<number> {
    return this.below.head()
  }
  read(range: ReadRange): Promise<StoredRecord[]> {
    return this.below.read(range)
  }
  moved(size: number, signal?: AbortSignal): Promise<void> {
    return this.below.moved(size, signal)
  }
  close(): Promise<void> {
    return this.below.close()
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What is broken, where the suite is expected to notice first, and the mutant. */
export const STORE_MUTANTS: readonly [string, string, new (below: LogStore) => LogStore][] = [
  [
    'ignores the expected head',
    'stale expected head',
    class extends Wrapped {
      override async append(records: readonly LogRecord[]): Promise<void> {
        const head = await this.below.head()
        await this.below.append(
          records.map((record, i) => ({ ...record, position: head + i })),
          head,
        )
      }
    },
  ],
  [
    'takes an expected head beyond the end for the end',
    'beyond the end with HEAD_MOVED',
    class extends Wrapped {
      override async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
        const head = await this.below.head()
        if (expectedHead <= head) return this.below.append(records, expectedHead)
        await this.below.append(
          records.map((record, i) => ({ ...record, position: head + i })),
          head,
        )
      }
    },
  ],
  [
    'writes before it looks whether the head has moved',
    'stale expected head',
    class extends Wrapped {
      override async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
        const head = await this.below.head()
        if (head > expectedHead)
          await this.below.append(
            records.map((record, i) => ({ ...record, position: head + i })),
            head,
          )
        return this.below.append(records, expectedHead)
      }
    },
  ],
  [
    'appends a batch in two steps',
    'a batch is all there or not at all',
    class extends Wrapped {
      override async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
        const half = records.length >> 1
        if (half > 0) {
          await this.below.append(records.slice(0, half), expectedHead)
          await turn()
        }
        await this.below.append(records.slice(half), expectedHead + half)
      }
    },
  ],
  [
    'keeps the first half of a batch only',
    'positions are dense',
    class extends Wrapped {
      override append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
        return this.below.append(records.slice(0, Math.ceil(records.length / 2)), expectedHead)
      }
    },
  ],
  [
    'acknowledges before it has written',
    'positions are dense',
    class extends Wrapped {
      override async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
        if ((await this.below.head()) !== expectedHead) throw new ClyraError('HEAD_MOVED', 'moved')
        setTimeout(() => this.below.append(records, expectedHead).catch(() => undefined), 5)
      }
    },
  ],
  [
    'takes batches of any size',
    'as many records as it says',
    class extends Wrapped {
      override get capabilities() {
        return { ...this.below.capabilities, maxBatchRecords: 100 }
      }
    },
  ],
  [
    'lets the caller change what it was given',
    'whatever the caller does with its buffers',
    class extends Wrapped {
      readonly #given = new Map<number, LogRecord>()
      override async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
        await this.below.append(records, expectedHead)
        for (const record of records) this.#given.set(record.position, record)
      }
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        return (await this.below.read(range)).map((record) => this.#given.get(record.position) ?? record)
      }
    },
  ],
  [
    'loses the order of what it reads',
    'reads forwards',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        const records = await this.below.read(range)
        return records.length > 2 ? [records[1]!, records[0]!, ...records.slice(2)] : records
      }
    },
  ],
  [
    'reads backwards in ascending order',
    'reads backwards',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        const records = await this.below.read(range)
        return 'from' in range ? records : records.reverse()
      }
    },
  ],
  [
    'takes `before` for inclusive',
    'reads backwards',
    class extends Wrapped {
      override read(range: ReadRange): Promise<StoredRecord[]> {
        return this.below.read('from' in range ? range : { ...range, before: range.before + 1 })
      }
    },
  ],
  [
    'gives one record more than the limit',
    'reads forwards',
    class extends Wrapped {
      override read(range: ReadRange): Promise<StoredRecord[]> {
        return this.below.read({ ...range, limit: range.limit + 1 })
      }
    },
  ],
  [
    'sometimes gives nothing although there is something',
    'reads forwards',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        const records = await this.below.read(range)
        return 'from' in range && range.from % 13 === 5 ? [] : records
      }
    },
  ],
  [
    'fails beyond the ends',
    'beyond the ends with nothing',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        if ('from' in range && range.from > (await this.below.head()))
          throw new ClyraError('INVALID_POSITION', 'beyond')
        return this.below.read(range)
      }
    },
  ],
  [
    'keeps text instead of bytes',
    'any bytes exactly',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        const records = await this.below.read(range)
        return records.map((record) => ({
          ...record,
          bytes: new TextEncoder().encode(new TextDecoder().decode(record.bytes)),
        }))
      }
    },
  ],
  [
    'drops zero bytes at the end',
    'any bytes exactly',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        const records = await this.below.read(range)
        return records.map((record) => ({
          ...record,
          bytes: record.bytes.subarray(0, record.bytes.findLastIndex((byte) => byte !== 0) + 1),
        }))
      }
    },
  ],
  [
    'shares its memory with its readers',
    'what a reader does with the bytes',
    class extends Wrapped {
      readonly #shared = new Map<number, StoredRecord>()
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        return (await this.below.read(range)).map((record) => {
          const shared = this.#shared.get(record.position) ?? record
          this.#shared.set(record.position, shared)
          return shared
        })
      }
    },
  ],
  [
    'has a head that goes down at times',
    'a head that never goes down',
    class extends Wrapped {
      #asked = 0
      override async head(): Promise<number> {
        const head = await this.below.head()
        return head > 1 && ++this.#asked % 40 === 0 ? head - 1 : head
      }
    },
  ],
  [
    'moved waits for the next append, whatever came before the call',
    'larger already',
    class extends Wrapped {
      override async moved(_: number, signal?: AbortSignal): Promise<void> {
        return this.below.moved(await this.below.head(), signal)
      }
    },
  ],
  [
    'moved begins to listen a turn too late',
    'moved resolves for an append that comes after the call',
    class extends Wrapped {
      override async moved(size: number, signal?: AbortSignal): Promise<void> {
        if ((await this.below.head()) > size) return
        await turn()
        return this.below.moved(await this.below.head(), signal)
      }
    },
  ],
  [
    'moved drops a wake-up now and then',
    'no interleaving',
    class extends Wrapped {
      #asked = 0
      override moved(size: number, signal?: AbortSignal): Promise<void> {
        return this.below.moved(++this.#asked % 50 === 0 ? size + 1_000_000 : size, signal)
      }
    },
  ],
  [
    'moved rejects on an abort',
    'an abort ends the wait',
    class extends Wrapped {
      override async moved(size: number, signal?: AbortSignal): Promise<void> {
        await this.below.moved(size, signal)
        signal?.throwIfAborted()
      }
    },
  ],
  [
    'moved does not notice an abort',
    'an abort ends the wait',
    class extends Wrapped {
      override moved(size: number): Promise<void> {
        return this.below.moved(size)
      }
    },
  ],
  [
    'moved goes on listening when it has ended',
    'leave no listener',
    class extends Wrapped {
      override moved(size: number, signal?: AbortSignal): Promise<void> {
        signal?.addEventListener('abort', () => undefined)
        return this.below.moved(size, signal)
      }
    },
  ],
  [
    'moved leaves a timer behind when it is aborted',
    'leave no listener',
    class extends Wrapped {
      override moved(size: number, signal?: AbortSignal): Promise<void> {
        const timer = setTimeout(() => undefined, 60_000)
        return this.below.moved(size, signal).then(() => {
          if (signal?.aborted !== true) clearTimeout(timer)
        })
      }
    },
  ],
  [
    'moved polls without a pause',
    'does not spin',
    class extends Wrapped {
      override async moved(): Promise<void> {
        await turn()
      }
    },
  ],
  [
    'can be used when it was closed',
    'close is idempotent',
    class extends Wrapped {
      override async close(): Promise<void> {}
    },
  ],
  [
    'cannot be closed twice',
    'close is idempotent',
    class extends Wrapped {
      #closed = false
      override async close(): Promise<void> {
        if (this.#closed) throw new ClyraError('LEDGER_CLOSED', 'closed')
        this.#closed = true
        await this.below.close()
      }
    },
  ],
  [
    'does not look at leaves when it reads',
    'LOG_CORRUPT',
    class extends Wrapped {
      override async read(range: ReadRange): Promise<StoredRecord[]> {
        return this.below.read(range).catch((error: unknown) => {
          if (isClyraError(error, 'LOG_CORRUPT')) return []
          throw error
        })
      }
    },
  ],
]
