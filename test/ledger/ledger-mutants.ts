import { ClyraError, isClyraError } from '../../src/errors/index.js'
import type { Ledger, LedgerReader, StreamAppend } from '../../src/ledger/index.js'
import { collect } from '../../src/stores/conformance/collect.js'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Methods that replace those of the handle below; `below` keeps the originals. */
export type Changes<Handle> = (below: Handle) => Partial<Handle>

/** The handle with those methods. */
export function changed<Handle extends LedgerReader>(handle: Handle, change: Changes<Handle>): Handle {
  const changes = change(handle)
  return new Proxy(handle, {
    get(target, name) {
      if (name in changes) return changes[name as keyof Handle]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const APPENDING: readonly [string, string, Changes<Ledger>][] = [
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
]

const READING: readonly [string, string, Changes<LedgerReader>][] = [
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
]

/** What is broken, where the suite is expected to notice first, and the mutant: of ledgers, and where readers have it too, of readers. */
export const LEDGER_MUTANTS: readonly (readonly [
  string,
  string,
  Changes<Ledger>,
  Changes<LedgerReader> | undefined,
])[] = [
  ...APPENDING.map(([what, hint, change]) => [what, hint, change, undefined] as const),
  ...READING.map(([what, hint, change]) => [what, hint, change, change] as const),
]
