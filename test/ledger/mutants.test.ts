import { AssertionError } from 'node:assert/strict'
import { describe, expect, it } from 'vitest'
import { ClyraError, isClyraError } from '../../src/errors/index.js'
import type { Ledger, LogRecord, LogStore, ReadRange, StoredRecord, StreamAppend } from '../../src/ledger/index.js'
import { collect } from '../../src/stores/conformance/collect.js'
import {
  describeEventLog,
  describeLogStore,
  type LedgerFactory,
  type LogStoreFactory,
} from '../../src/stores/conformance/index.js'
import { memoryLedgers, memoryLogStores } from '../../src/stores/conformance/memory.test.support.js'
import type { TestFunctions } from '../../src/stores/conformance/test-functions.js'

/*
 * The suites are only worth something if they fail for a store or a ledger that breaks its contract. Each mutant here
 * breaks one sentence of it; the suite, run with a runner that collects failures, must notice.
 */

/** Collects the cases that a suite registers. */
function collectCases(describeSuite: (tests: TestFunctions) => void): { name: string; body: () => Promise<void> }[] {
  const cases: { name: string; body: () => Promise<void> }[] = []
  describeSuite({ describe: (_, body) => body(), it: (name, body) => cases.push({ name, body }) })
  return cases
}

/** Runs the cases until one fails, those whose name holds one of `hints` first; gives its name, or undefined. */
async function firstFailure(describeSuite: (tests: TestFunctions) => void, hint: string): Promise<string | undefined> {
  const cases = collectCases(describeSuite)
  const likely = cases.filter(({ name }) => name.includes(hint))
  expect(likely.length, `no case is named like "${hint}"`).toBeGreaterThan(0)
  for (const { name, body } of [...likely, ...cases.filter((one) => !likely.includes(one))]) {
    try {
      await body()
    } catch (error) {
      // A broken mutant may fail anywhere, but never with an error of this file.
      if (error instanceof TypeError) throw error
      expect(error instanceof AssertionError || isClyraError(error) || error instanceof Error).toBe(true)
      return name
    }
  }
  return undefined
}

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
const STORE_MUTANTS: readonly [string, string, new (below: LogStore) => LogStore][] = [
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
    'no interleaving',
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

/** Where a mutant makes a case wait in vain for seconds, the cases wait side by side, after the others. */
const waits = (what: string) => /waits for the next|too late|drops a wake-up|not notice|first live record/.test(what)
const run = (what: string) => (waits(what) ? it.concurrent : it)
const waitingLast = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]) =>
  Number(waits(a[0])) - Number(waits(b[0]))

describe('the suite of log stores', () => {
  for (const [what, hint, Mutant] of STORE_MUTANTS.toSorted(waitingLast)) {
    run(what)(`fails for a store that ${what}`, async () => {
      const factory: LogStoreFactory = {
        async create() {
          const fixture = await memoryLogStores.create()
          return {
            ...fixture,
            slackMs: 1000,
            open: async () => new Mutant(await fixture.open()),
            openReader: async () => new Mutant(await fixture.openReader()),
          }
        },
      }
      expect(await firstFailure((tests) => describeLogStore('mutant', factory, tests), hint)).toContain(hint)
    })
  }

  it('fails for a store that forgets everything when it is closed', async () => {
    const factory: LogStoreFactory = {
      async create() {
        let fixture = await memoryLogStores.create()
        const open = async () => {
          const store = await fixture.open()
          const close = store.close.bind(store)
          return Object.assign(store, {
            close: async () => {
              await close()
              fixture = await memoryLogStores.create()
            },
          })
        }
        return { ...fixture, open, openReader: () => fixture.openReader() }
      },
    }
    const hint = 'when the log is opened again'
    expect(await firstFailure((tests) => describeLogStore('mutant', factory, tests), hint)).toContain(hint)
  })
})

/** Methods that replace those of the ledger below; `below` keeps the originals. */
type Changes = (below: Ledger) => Partial<Ledger>

function changed(ledger: Ledger, change: Changes): Ledger {
  const changes = change(ledger)
  return new Proxy(ledger, {
    get(target, name) {
      if (name in changes) return changes[name as keyof Ledger]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const LEDGER_MUTANTS: readonly [string, string, Changes][] = [
  [
    'does not look at the expected revision',
    'expecting revision 0 of a stream at revision 3',
    (below) => ({ append: (stream, _, events, options) => below.append(stream, 'any', events, options) }),
  ],
  [
    'takes `stream-exists` for `any`',
    'expecting stream-exists of a stream that is absent',
    (below) => ({
      append: (stream, expected, events, options) =>
        below.append(stream, expected === 'stream-exists' ? 'any' : expected, events, options),
    }),
  ],
  [
    'looks at revisions before ids',
    'the original positions, nothing written',
    (below) => ({
      append: async (stream, expected, events, options) => {
        const head = await below.streamHead(stream)
        if (expected === 'no-stream' && head !== undefined) throw new ClyraError('STREAM_EXISTS', 'exists')
        return below.append(stream, expected, events, options)
      },
    }),
  ],
  [
    'gives every event a new id',
    'the original positions, nothing written',
    (below) => ({
      append: (stream, expected, events, options) => {
        if (!Array.isArray(events)) return below.append(stream, expected, events, options)
        return below.append(
          stream,
          expected,
          events.map(({ id: _, ...event }: { id?: string }) => event) as typeof events,
          options,
        )
      },
    }),
  ],
  [
    'writes the unknown rest of a batch that is partly known',
    'in every mixture',
    (below) => ({
      append: async (stream, expected, events, options) => {
        try {
          return await below.append(stream, expected, events, options)
        } catch (error) {
          if (!isClyraError(error, 'BATCH_PARTLY_KNOWN') || !Array.isArray(events)) throw error
          const known = await below.positionsOf(events.map(({ id }: { id: string }) => id))
          return below.append(
            stream,
            'any',
            events.filter((_, i) => known[i] === undefined),
            options,
          )
        }
      },
    }),
  ],
  [
    'takes any event with a known id for a repetition',
    'other content is EVENT_ID_REUSED',
    (below) => ({
      append: async (stream, expected, events, options) => {
        try {
          return await below.append(stream, expected, events, options)
        } catch (error) {
          if (!isClyraError(error, 'EVENT_ID_REUSED')) throw error
          return { position: 0n, positions: [0n], ids: [], revision: 0n, replayed: true }
        }
      },
    }),
  ],
  [
    'appends the streams of an appendMany one after the other',
    'writes all streams or none',
    (below) => ({
      appendMany: async (appends: readonly StreamAppend[], options) => {
        const results = []
        for (const { stream, expectedRevision, events } of appends)
          results.push(await below.append(stream, expectedRevision, events, options))
        return results
      },
    }),
  ],
  [
    'hands appends over in another order than it was given them',
    'keep the order of their hand-over',
    (below) => {
      let count = 0
      return {
        append: async (stream, expected, events, options) => {
          for (let turns = ++count % 3; turns > 0; turns--) await turn()
          return below.append(stream, expected, events, options)
        },
      }
    },
  ],
  [
    'reads the events of its caller too late',
    'does with its events after the call',
    (below) => ({
      append: async (stream, expected, events, options) => {
        await turn()
        return below.append(stream, expected, events, options)
      },
    }),
  ],
  [
    'lets a reader of a filter miss a category',
    'is what filtering an array gives',
    (below) => ({
      readAll: (options = {}) => {
        const { categories, ...filter } = options.filter ?? {}
        return below.readAll(
          categories === undefined ? options : { ...options, filter: { ...filter, categories: categories.slice(1) } },
        )
      },
    }),
  ],
  [
    'counts the limit before it filters',
    'is what filtering an array gives',
    (below) => ({
      readAll: (options = {}) => {
        const { filter, ...range } = options
        if (filter === undefined) return below.readAll(options)
        return (async function* () {
          const wanted = new Set((await collect(below.readAll({ filter }))).map(({ position }) => position))
          for await (const record of below.readAll(range)) if (wanted.has(record.position)) yield record
        })()
      },
    }),
  ],
  [
    'ends a read where the log ends now, not where it ended when the read began',
    'a read ends at the end that was there',
    (below) => ({
      readAll: (options = {}) =>
        (async function* () {
          let next = options.from ?? 0n
          if (options.backwards === true || options.before !== undefined) return yield* below.readAll(options)
          for (;;) {
            const records = await collect(below.readAll({ ...options, from: next }), 1)
            if (records[0] === undefined || next > 200n) return
            yield records[0]
            next = records[0].position + 1n
          }
        })(),
    }),
  ],
  [
    'reads a stream backwards from the wrong revision',
    'readStream, with any',
    (below) => ({
      readStream: (stream, options = {}) =>
        below.readStream(
          stream,
          options.backwards === true && options.from !== undefined ? { ...options, from: options.from + 1n } : options,
        ),
    }),
  ],
  [
    'lists streams in the order of their beginning',
    'streams lists all names',
    (below) => ({
      streams: () =>
        (async function* () {
          const all = await collect(below.streams())
          yield* all.sort((a, b) => Number(a.position - b.position))
        })(),
    }),
  ],
  [
    'loses the first live record of a subscription',
    'then the live ones',
    (below) => ({
      subscribe: (options) =>
        (async function* () {
          let caughtUp = false
          for await (const message of below.subscribe(options)) {
            if (message.kind === 'record' && caughtUp) {
              caughtUp = false
              continue
            }
            caughtUp ||= message.kind === 'caught-up'
            yield message
          }
        })(),
    }),
  ],
  [
    'begins a subscription at the position itself',
    'begins after a position, exclusive',
    (below) => ({
      subscribe: (options = {}) =>
        below.subscribe(
          options.after === undefined || options.after <= 0n ? options : { ...options, after: options.after - 1n },
        ),
    }),
  ],
  [
    'tells of a checkpoint before the records that it covers',
    'a checkpoint message comes after',
    (below) => ({
      subscribe: (options) =>
        (async function* () {
          for await (const message of below.subscribe(options)) {
            if (message.kind === 'record') {
              const checkpoint = await below.sealed(message.record.position)
              if (checkpoint.size > message.record.position + 1n || message.record.position % 2n === 0n)
                yield { kind: 'checkpoint', checkpoint } as const
            }
            yield message
          }
        })(),
    }),
  ],
  [
    'ends a subscription with an error when it is aborted',
    'an abort ends a subscription',
    (below) => ({
      subscribe: (options) =>
        (async function* () {
          yield* below.subscribe(options)
          options?.signal?.throwIfAborted()
        })(),
    }),
  ],
  [
    'goes on listening when a subscription has ended',
    'an abort ends a subscription',
    (below) => ({
      subscribe: (options) => {
        options?.signal?.addEventListener('abort', () => undefined)
        return below.subscribe(options)
      },
    }),
  ],
  [
    'says sealed before it is',
    'sealed resolves with a signed checkpoint',
    (below) => ({ sealed: () => below.checkpoint() }),
  ],
  [
    'gives the newest checkpoint instead of the one of the heads size',
    'for ever',
    (below) => ({ checkpointAt: () => below.checkpoint() }),
  ],
  [
    'leaves a hash out of an inclusion proof',
    'inclusion, consistency and multi-leaf',
    (below) => ({
      prove: async (position, options) => {
        const proof = await below.prove(position, options)
        return { ...proof, hashes: proof.hashes.slice(1) }
      },
    }),
  ],
  [
    'gives no consistency proof',
    'inclusion, consistency and multi-leaf',
    (below) => ({
      proveConsistency: async (oldSize, newSize) => ({
        ...(await below.proveConsistency(oldSize, newSize)),
        hashes: [],
      }),
    }),
  ],
  [
    'proves the newest head instead of the one of the heads record',
    'the head of any stream at any heads record',
    (below) => ({ proveHead: (stream) => below.proveHead(stream) }),
  ],
  [
    'forgets an id',
    'as it was given',
    (below) => ({
      positionsOf: async (ids) => (await below.positionsOf(ids)).map((position, i) => (i === 1 ? undefined : position)),
    }),
  ],
  [
    'writes through a handle that only reads',
    'refuses every write with READ_ONLY',
    () => ({ recordRedaction: async () => 0n }),
  ],
]

describe('the suite of event logs', () => {
  for (const [what, hint, change] of LEDGER_MUTANTS.toSorted(waitingLast)) {
    run(what)(`fails for a ledger that ${what}`, async () => {
      const factory: LedgerFactory = {
        async create() {
          const fixture = await memoryLedgers().create()
          return {
            ...fixture,
            slackMs: 2000,
            createLedger: async (options) => changed(await fixture.createLedger(options), change),
            openLedger: async (options) => changed(await fixture.openLedger(options), change),
            openReader: async (options) => changed(await fixture.openReader(options), change),
          }
        },
      }
      expect(await firstFailure((tests) => describeEventLog('mutant', factory, tests), hint)).toContain(hint)
    })
  }
})

describe('a ledger over a broken store', () => {
  // The ledger checks what it reads back, so that a store that lies is noticed by whoever reads.
  const what = 'loses the order of what it reads'
  it(`fails the suite of event logs where the store ${what}`, async () => {
    const Mutant = STORE_MUTANTS.find(([name]) => name === what)![2]
    const factory = memoryLedgers((store) => new Mutant(store))
    expect(
      await firstFailure((tests) => describeEventLog('mutant', factory, tests), 'then the live ones'),
    ).toBeDefined()
  })
})
