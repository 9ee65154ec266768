import assert from 'node:assert/strict'
import * as z from 'zod'
import { defineFamily } from '../../../events/index.js'
import type { EventFilter, Ledger, LedgerReader, RecordView } from '../../../ledger/index.js'
import { collect } from '../collect.js'
import { beside, rejection } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'

const STREAMS = ['sample-1', 'sample-2', 'sample-10', 'other-1', 'other-2-3', 'ledger-heads', 'ledger-keys', 'absent-1']
const TYPES = [
  'org.example.sample.t0.v1',
  'org.example.sample.t1.v1',
  'org.example.sample.t2.v1',
  'dev.clyra.ledger.heads.v1',
  'org.example.absent.v1',
]
const CATEGORIES = ['sample', 'other', 'ledger', 'absent', 'sampl']

/** `Ledger.readAll`, `readStream`, `streams`: against arrays. */
export const READING_EVENTS: readonly Case<LedgerBench>[] = [
  {
    name: 'readAll, with any from, before, limit, direction and filter, is what filtering an array gives',
    async run(bench) {
      const ledger = await filled(bench)
      const all = await collect(ledger.readAll())
      const random = new SeededRandom(11)
      for (let round = 0; round < 300; round++) {
        const from = maybe(random, () => BigInt(random.below(all.length + 5)))
        const before = maybe(random, () => BigInt(random.below(all.length + 5)))
        const limit = maybe(random, () => random.below(40))
        const filter = maybe(random, () => randomFilter(random))
        const backwards = random.chance(50)
        let expected = all.filter(
          ({ position }) => position >= (from ?? 0n) && position < (before ?? BigInt(all.length)),
        )
        if (filter !== undefined) expected = expected.filter((record) => naiveMatch(filter, record))
        if (backwards) expected.reverse()
        const options = { ...defined({ from, before, limit, filter }), backwards }
        const found = await collect(ledger.readAll(options))
        assert.deepEqual(positionsIn(found), positionsIn(expected.slice(0, limit)), describeOptions(options))
        const batches = await collect(ledger.readBatches(options))
        assert.ok(batches.every(({ length }) => length > 0))
        assert.deepEqual(
          batches.flat().map(({ position }) => BigInt(position)),
          positionsIn(found),
        )
      }
    },
  },
  {
    name: 'readStream, with any from, limit and direction, is what filtering an array gives',
    async run(bench) {
      const ledger = await filled(bench)
      const all = await collect(ledger.readAll())
      const random = new SeededRandom(12)
      for (let round = 0; round < 200; round++) {
        const stream = random.pick(STREAMS)
        const from = maybe(random, () => BigInt(random.below(60)))
        const limit = maybe(random, () => random.below(30))
        const backwards = random.chance(50)
        let expected = all.filter((record) => record.stream === stream)
        if (from !== undefined)
          expected = expected.filter(({ revision }) => (backwards ? revision <= from : revision >= from))
        if (backwards) expected.reverse()
        const options = { ...defined({ from, limit }), backwards }
        const found = await collect(ledger.readStream(stream, options))
        assert.deepEqual(
          positionsIn(found),
          positionsIn(expected.slice(0, limit)),
          `${stream} ${describeOptions(options)}`,
        )
      }
    },
  },
  {
    name: 'a read as of a position gives what the ledger held then, whatever came since',
    async run(bench) {
      const ledger = await bench.create()
      const states: RecordView[][] = []
      for (let i = 0; i < 20; i++) {
        await ledger.append(`sample-${i % 3}`, 'any', sampleEvents(10 * i, 1 + (i % 4)))
        states.push(await collect(ledger.readAll()))
      }
      for (const state of states) {
        const before = BigInt(state.length)
        assert.deepEqual(await collect(ledger.readAll({ before })), state)
        assert.deepEqual(await collect(ledger.readAll({ before, backwards: true })), [...state].reverse())
        const stream = state.filter((record) => record.stream === 'sample-1')
        assert.deepEqual(await collect(ledger.readAll({ before, filter: { streams: ['sample-1'] } })), stream)
      }
    },
  },
  {
    name: 'a read ends at the end that was there when it began, with appends going on',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 50))
      const size = await ledger.size()
      const found: bigint[] = []
      for await (const { position } of ledger.readAll()) {
        found.push(position)
        if (position % 5n === 0n) await ledger.append('sample-1', 'any', [sampleEvent(1000 + Number(position))])
      }
      assert.deepEqual(
        found,
        Array.from({ length: Number(size) }, (_, i) => BigInt(i)),
      )
      const revisions: bigint[] = []
      for await (const { revision } of ledger.readStream('sample-1', { limit: 1000 })) {
        revisions.push(revision)
        if (revisions.length < 20) await ledger.append('sample-1', 'any', [sampleEvent(2000 + revisions.length)])
      }
      assert.ok(revisions.length >= 50)
      revisions.forEach((revision, i) => {
        assert.equal(revision, BigInt(i))
      })
    },
  },
  {
    name: 'readers and lookups beside large appends see dense records, and what was acknowledged',
    async run(bench) {
      const ledger = await bench.create({ headsEveryRecords: 700 })
      await ledger.append('sample-1', 'no-stream', [sampleEvent(0)])
      const reader = await bench.reader()
      let acknowledged = 0n
      const watch = async (handle: LedgerReader, random: SeededRandom, going: () => boolean) => {
        while (going()) {
          const known = handle === ledger ? acknowledged : 0n
          const head = await handle.streamHead('sample-1')
          assert.ok(
            head !== undefined && head.revision >= known,
            `revision ${head?.revision} after ${known} was acknowledged`,
          )
          const last = await collect(handle.readStream('sample-1', { backwards: true, limit: 30 }))
          last.forEach((record, i) => {
            assert.equal(record.revision, last[0]!.revision - BigInt(i))
          })
          await handle.positionsOf([sampleEvent(random.below(20_000)).id])
          await random.pause()
        }
      }
      const handles = [ledger, ledger, reader]
      await beside(
        (going) => Promise.all(handles.map((handle, i) => watch(handle, new SeededRandom(i), going))),
        async () => {
          for (let i = 0; i < 8; i++) {
            const { revision } = await ledger.append(
              'sample-1',
              'any',
              sampleEvents(1 + 2000 * i, i % 2 === 0 ? 1500 : 7),
            )
            acknowledged = revision
          }
        },
      )
      // Every one of them is known, so nothing is written twice.
      for (let i = 0; i < 8; i++)
        assert.equal((await ledger.append('sample-1', 'any', sampleEvents(1 + 2000 * i, 7))).replayed, true)
    },
  },
  {
    name: 'a stream that is absent reads as nothing; its head is undefined',
    async run(bench) {
      const ledger = await bench.create()
      assert.deepEqual(await collect(ledger.readStream('absent-1')), [])
      assert.deepEqual(await collect(ledger.readStream('absent-1', { backwards: true, from: 5n })), [])
      assert.equal(await ledger.streamHead('absent-1'), undefined)
    },
  },
  {
    name: 'streams lists all names with their heads, ascending, after a name and up to a limit',
    async run(bench) {
      const ledger = await bench.create()
      for (let i = 0; i < 60; i++) await ledger.append(`sample-${(i * 37) % 41}`, 'any', [sampleEvent(i)])
      const all = await collect(ledger.streams())
      assert.deepEqual(
        all.map(({ stream }) => stream),
        all.map(({ stream }) => stream).sort(),
      )
      for (const after of ['a', 'ledger-keys', 'sample-', 'sample-1', 'sample-20', 'sample-9', 'z']) {
        for (const limit of [0, 1, 5, 1000]) {
          const expected = all.filter(({ stream }) => stream > after).slice(0, limit)
          assert.deepEqual(await collect(ledger.streams({ after, limit })), expected, `after ${after}, limit ${limit}`)
        }
      }
    },
  },
  {
    name: 'an aborted read ends with ABORTED: nobody takes it for complete; leaving a read early is fine',
    async run(bench) {
      const ledger = await filled(bench)
      const controller = new AbortController()
      const reading = async () => {
        for await (const { position } of ledger.readAll({ signal: controller.signal }))
          if (position === 3n) controller.abort()
      }
      await rejection(reading(), 'ABORTED')
      const batched = new AbortController()
      const readingBatches = async () => {
        for await (const _batch of ledger.readBatches({ signal: batched.signal })) batched.abort()
      }
      await rejection(readingBatches(), 'ABORTED')
      for await (const _batch of ledger.readBatches()) break
      await rejection(collect(ledger.readStream('sample-1', { signal: AbortSignal.abort() })), 'ABORTED')
      assert.equal((await collect(ledger.readAll(), 3)).length, 3)
    },
  },
  {
    name: 'positions, revisions and limits that are none are refused with INVALID_POSITION',
    async run(bench) {
      const ledger = await filled(bench)
      await rejection(collect(ledger.readAll({ from: -1n })), 'INVALID_POSITION')
      await rejection(collect(ledger.readAll({ before: -5n })), 'INVALID_POSITION')
      await rejection(collect(ledger.readAll({ limit: -1 })), 'INVALID_POSITION')
      await rejection(collect(ledger.readAll({ limit: 1.5 })), 'INVALID_POSITION')
      await rejection(collect(ledger.readStream('sample-1', { from: -1n })), 'INVALID_POSITION')
      assert.deepEqual(await collect(ledger.readAll({ from: 2n ** 60n })), [])
    },
  },
  {
    name: 'records are upcast when they are read, and stay as they are in the log',
    async run(bench) {
      const old = defineFamily({
        name: 'shop',
        types: { 'org.example.shop.sold.v1': z.strictObject({ sum: z.string() }) },
      })
      const current = defineFamily({
        name: 'shop',
        types: {
          'org.example.shop.sold.v1': z.strictObject({ sum: z.string() }),
          'org.example.shop.sold.v2': z.strictObject({ amount: z.string(), currency: z.string() }),
        },
        upcasters: {
          'org.example.shop.sold.v1': {
            to: 'org.example.shop.sold.v2',
            data: ({ sum }) => ({ amount: sum ?? '0', currency: 'EUR' }),
          },
        },
      })
      const event = { ...sampleEvent(0), type: 'org.example.shop.sold.v1', data: { sum: '5.00' } }
      let ledger = await bench.create({ events: [old] })
      const { position } = await ledger.append('shop-1', 'no-stream', [event])
      const [before] = await collect(ledger.readAll({ from: position }))
      assert.deepEqual([before!.type, before!.event.data], [event.type, event.data])
      ledger = await bench.reopen({ events: [current] })
      const [after] = await collect(ledger.readStream('shop-1'))
      assert.deepEqual(
        [after!.type, after!.event.data],
        ['org.example.shop.sold.v2', { amount: '5.00', currency: 'EUR' }],
      )
      assert.deepEqual([after!.bytes, after!.leaf], [before!.bytes, before!.leaf])
      for (const type of ['org.example.shop.sold.v1', 'org.example.shop.sold.v2']) {
        assert.equal((await collect(ledger.readAll({ filter: { types: [type] } }))).length, 1)
      }
      assert.equal((await ledger.append('shop-1', 'any', [event])).replayed, true)
      await rejection(
        ledger.append('shop-1', 'any', [{ ...event, id: sampleEvent(1).id, data: { sum: 5 } }]),
        'EVENT_INVALID',
      )
    },
  },
]

/** A ledger of some 400 records, of several streams, types and categories, with heads records between. */
async function filled(bench: LedgerBench): Promise<Ledger> {
  const ledger = await bench.create({ headsEveryRecords: 90 })
  const random = new SeededRandom(10)
  for (let i = 0; i < 150; i++) {
    await ledger.append(random.pick(STREAMS.slice(0, 5)), 'any', sampleEvents(10 * i, random.between(1, 4)))
  }
  // The heads record that is under way is there before anything is compared.
  await ledger.heads()
  return ledger
}

function randomFilter(random: SeededRandom): EventFilter {
  const some = (values: readonly string[]) => maybe(random, () => values.filter(() => random.chance(35)))
  return defined({ types: some(TYPES), streams: some(STREAMS), categories: some(CATEGORIES) })
}

/** Every list that is given has to hold the record's value. */
export function naiveMatch(filter: EventFilter, record: RecordView): boolean {
  const { types, streams, categories } = filter
  return (
    (types === undefined || types.some((type) => type === record.type)) &&
    (streams === undefined || streams.some((stream) => stream === record.stream)) &&
    (categories === undefined || categories.some((category) => record.stream.startsWith(`${category}-`)))
  )
}

function maybe<T>(random: SeededRandom, make: () => T): T | undefined {
  return random.chance(50) ? make() : undefined
}

/** Without the members that are undefined: what a caller leaves out. */
function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Only members that are not undefined are left.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function positionsIn(records: readonly RecordView[]): bigint[] {
  return records.map(({ position }) => position)
}

function describeOptions(options: object): string {
  return JSON.stringify(options, (_, value) => (typeof value === 'bigint' ? String(value) : value))
}
