import assert from 'node:assert/strict'
import type { StoredRecord } from '../../../ports/index.js'
import { beside, rejection } from '../expecting.js'
import type { LogStoreFixture } from '../log-store-factory.js'
import { recordOf, sampleRecord, sampleRecords } from '../sample-records.js'
import { SeededRandom } from '../seeded-random.js'
import { type Case, isCannot } from '../test-functions.js'
import { assertHolds, assertSame } from './assert-holds.js'

const SIZE = 60

/** `LogStore.head` and `LogStore.read`, sentence by sentence. */
export const READING: readonly Case<LogStoreFixture>[] = [
  {
    name: 'reads forwards from a position, ascending and dense, at most the limit and at least one',
    async run(fixture) {
      const store = await fixture.open()
      await fill(store)
      for (let from = 0; from < SIZE; from++) {
        for (const limit of [1, 2, 7, SIZE, SIZE + 1, 100_000]) {
          const records = await store.read({ from, limit })
          assertRun(records, from, 1, limit, SIZE - from)
        }
      }
    },
  },
  {
    name: 'reads backwards from below a position, descending and dense, at most the limit and at least one',
    async run(fixture) {
      const store = await fixture.open()
      await fill(store)
      for (let before = 1; before <= SIZE; before++) {
        for (const limit of [1, 2, 7, SIZE, SIZE + 1, 100_000]) {
          const records = await store.read({ before, limit, backwards: true })
          assertRun(records, before - 1, -1, limit, before)
        }
      }
    },
  },
  {
    name: 'scans, where it can, the records of a range in order, at most the limit at a time, and stops when told to',
    async run(fixture) {
      const store = await fixture.open()
      await fill(store)
      for (const [from, until] of [
        [0, SIZE],
        [SIZE - 7, SIZE],
      ] as const) {
        let next = from
        for await (const records of store.scan?.(from, until, 7) ?? []) {
          assertRun(records, next, 1, 7, until - next)
          next += records.length
        }
        assert.ok(next === until || store.scan?.(from, until, 7) === undefined)
        for await (const records of store.scan?.(from, until, 1) ?? []) {
          assertRun(records, from, 1, 1, 1)
          break
        }
      }
    },
  },
  {
    name: 'answers beyond the ends with nothing, and from above the end backwards with the last records',
    async run(fixture) {
      const store = await fixture.open()
      await fill(store)
      for (const from of [SIZE, SIZE + 1, Number.MAX_SAFE_INTEGER])
        assert.deepEqual(await store.read({ from, limit: 5 }), [])
      assert.deepEqual(await store.read({ before: 0, limit: 5, backwards: true }), [])
      for (const before of [SIZE, SIZE + 1, Number.MAX_SAFE_INTEGER]) {
        assertRun(await store.read({ before, limit: 5, backwards: true }), SIZE - 1, -1, 5, SIZE)
      }
    },
  },
  {
    name: 'gives back any bytes exactly, from one byte to 65,535',
    async run(fixture) {
      const store = await fixture.open()
      const random = new SeededRandom(7)
      const all = Uint8Array.from({ length: 256 }, (_, i) => i)
      const samples = [new Uint8Array([0]), new Uint8Array([0xff]), all, new Uint8Array(4096), random.bytes(65_535)]
      for (let i = 0; i < 40; i++) samples.push(random.bytes(random.between(1, 3000)))
      const records = [sampleRecord(0), ...samples.map((bytes, i) => recordOf(i + 1, 'sample-1', i, bytes))]
      await store.append(records.slice(0, 10), 0)
      await store.append(records.slice(10), 10)
      for (const record of records) {
        const [stored] = await store.read({ from: record.position, limit: 1 })
        assert.ok(stored !== undefined)
        assertSame(stored, record)
      }
    },
  },
  {
    name: 'what a reader does with the bytes it was given changes nothing',
    async run(fixture) {
      const store = await fixture.open()
      await fill(store)
      for (const { bytes, leaf } of await store.read({ from: 0, limit: SIZE })) {
        bytes.fill(0)
        leaf.fill(0)
      }
      await assertHolds(store, SIZE)
    },
  },
  {
    name: 'while batches are appended readers see dense records, and a head that never goes down',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const reader = await fixture.openReader()
      const end = 600
      const follow = async (handle: typeof store, random: SeededRandom, going: () => boolean) => {
        let next = 0
        let highest = 0
        while (next < end && (going() || next < (await handle.head()))) {
          const head = await handle.head()
          assert.ok(head >= highest, `the head went from ${highest} down to ${head}`)
          highest = head
          const records = await handle.read({ from: next, limit: random.between(1, 50) })
          assert.ok(records.length > 0 || next >= head, `nothing at ${next} below the head ${head}`)
          for (const record of records) assertSame(record, sampleRecord(next++))
          const [last] = await handle.read({ before: Math.max(1, next), limit: 1, backwards: true })
          assert.equal(last?.position, Math.max(1, next) - 1)
          await random.pause()
        }
      }
      await beside(
        (going) => Promise.all([follow(store, new SeededRandom(1), going), follow(reader, new SeededRandom(2), going)]),
        async () => {
          const random = new SeededRandom(3)
          for (let head = 1; head < end; ) {
            const count = Math.min(random.between(1, 20), end - head)
            await store.append(sampleRecords(head, count), head)
            head += count
            await random.pause()
          }
        },
      )
    },
  },
  {
    name: 'rejects with LOG_CORRUPT, at read or at open, rather than return bytes that are not those of the leaf',
    async run(fixture) {
      const { damage } = fixture
      if (isCannot(damage, 'LOG_CORRUPT for damaged bytes')) return
      const store = await fixture.open()
      await fill(store)
      await store.close()
      await damage(20)
      const reading = async () => {
        const damaged = await fixture.openReader()
        try {
          const records = await damaged.read({ from: 20, limit: 1 })
          // A store that sets a torn tail aside may have nothing there any more; wrong bytes it may never give.
          assert.deepEqual(records, [])
          assert.fail('the store gave no error for a damaged record')
        } finally {
          await damaged.close()
        }
      }
      await rejection(reading(), 'LOG_CORRUPT')
    },
  },
]

async function fill(store: Awaited<ReturnType<LogStoreFixture['open']>>): Promise<void> {
  for (let head = 0; head < SIZE; ) {
    const count = Math.min(1 + (head % 9), SIZE - head)
    await store.append(sampleRecords(head, count), head)
    head += count
  }
}

/** Records `first`, `first + step`, ...: at least one, at most `limit` and at most the `available`. */
function assertRun(
  records: readonly StoredRecord[],
  first: number,
  step: 1 | -1,
  limit: number,
  available: number,
): void {
  assert.ok(records.length >= 1, `nothing at ${first}`)
  assert.ok(records.length <= Math.min(limit, available), `${records.length} records at ${first} with limit ${limit}`)
  records.forEach((record, i) => {
    assertSame(record, sampleRecord(first + step * i))
  })
}
