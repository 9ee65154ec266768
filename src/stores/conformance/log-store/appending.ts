import assert from 'node:assert/strict'
import type { LogRecord, LogStore } from '../../../ports/index.js'
import { beside, rejection } from '../expecting.js'
import type { LogStoreFixture } from '../log-store-factory.js'
import { firstRecord, recordOf, sampleRecords } from '../sample-records.js'
import type { Case } from '../test-functions.js'
import { assertHolds } from './assert-holds.js'

/** `LogStore.append`, sentence by sentence. */
export const APPENDING: readonly Case<LogStoreFixture>[] = [
  {
    name: 'an empty log has head 0 and nothing to read',
    async run(fixture) {
      const store = await fixture.open()
      assert.equal(await store.head(), 0)
      assert.deepEqual(await store.read({ from: 0, limit: 10 }), [])
      assert.deepEqual(await store.read({ before: 10, limit: 10, backwards: true }), [])
    },
  },
  {
    name: 'appends directly after the expected head: positions are dense from 0',
    async run(fixture) {
      const store = await fixture.open()
      let head = 0
      for (const count of [1, 1, 2, 7, 1, 300, 3]) {
        await store.append(sampleRecords(head, count), head)
        head += count
        assert.equal(await store.head(), head)
      }
      await assertHolds(store, head)
    },
  },
  {
    name: 'refuses a stale expected head with HEAD_MOVED and writes nothing',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 5), 0)
      for (const expected of [0, 1, 4])
        await rejection(store.append(sampleRecords(expected, 2), expected), 'HEAD_MOVED')
      await assertHolds(store, 5)
      await store.append(sampleRecords(5, 1), 5)
      await assertHolds(store, 6)
    },
  },
  {
    name: 'refuses an expected head beyond the end with HEAD_MOVED and writes nothing',
    async run(fixture) {
      const store = await fixture.open()
      await rejection(store.append(sampleRecords(1, 1), 1), 'HEAD_MOVED')
      await store.append(sampleRecords(0, 3), 0)
      for (const expected of [4, 5, 1000])
        await rejection(store.append(sampleRecords(expected, 1), expected), 'HEAD_MOVED')
      await assertHolds(store, 3)
    },
  },
  {
    name: 'refuses an empty batch and records that are not at the expected head, and writes nothing',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 3), 0)
      await assert.rejects(store.append([], 3))
      await assert.rejects(store.append(sampleRecords(2, 2), 3))
      const [first, , third] = sampleRecords(3, 3)
      await assert.rejects(store.append([first!, third!], 3))
      await assertHolds(store, 3)
      await store.append(sampleRecords(3, 1), 3)
      await assertHolds(store, 4)
    },
  },
  {
    name: 'of two writers one appends: the other is refused at open or with HEAD_MOVED',
    async run(fixture) {
      const one = await fixture.open()
      await one.append(sampleRecords(0, 1), 0)
      if (one.capabilities.writers === 'one-process') {
        await rejection(fixture.open(), 'LEDGER_LOCKED')
        await one.append(sampleRecords(1, 1), 1)
        await assertHolds(one, 2)
        return
      }
      const stores = [one, await fixture.open(), await fixture.open()]
      await contend(stores, 40)
    },
  },
  {
    name: 'a batch is all there or not at all: no handle ever sees a part of one',
    async run(fixture) {
      const store = await fixture.open()
      const ends = new Set([0])
      await store.append(sampleRecords(0, 1), 0)
      const reader = await fixture.openReader()
      let head = 1
      const watch = async (watched: LogStore, going: () => boolean) => {
        while (going()) {
          const seen = await watched.head()
          assert.ok(seen === 1 || ends.has(seen), `a head of ${seen} lies within a batch`)
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      await beside(
        (going) => Promise.all([watch(store, going), watch(reader, going)]),
        async () => {
          for (let batch = 0; batch < 30; batch++) {
            const count = 2 + ((batch * 13) % 40)
            ends.add(head + count)
            await store.append(sampleRecords(head, count), head)
            head += count
          }
        },
      )
      await assertHolds(store, head)
    },
  },
  {
    name: 'takes as many records as it says and refuses one more with BATCH_TOO_LARGE, having written nothing',
    async run(fixture) {
      const store = await fixture.open()
      const { maxBatchRecords } = store.capabilities
      assert.ok(maxBatchRecords >= 1)
      if (maxBatchRecords > 1_000_000) return
      const bytes = new Uint8Array([0x7b, 0x7d])
      const many = repeated(bytes, maxBatchRecords + 1)
      await rejection(store.append(many, 0), 'BATCH_TOO_LARGE')
      assert.equal(await store.head(), 0)
      await store.append(many.slice(0, maxBatchRecords), 0)
      assert.equal(await store.head(), maxBatchRecords)
      const [last] = await store.read({ before: maxBatchRecords, limit: 1, backwards: true })
      assert.equal(last?.position, maxBatchRecords - 1)
    },
  },
  {
    name: 'takes as many bytes as it says and refuses one more with BATCH_TOO_LARGE, having written nothing',
    async run(fixture) {
      const store = await fixture.open()
      const { maxBatchBytes, maxBatchRecords } = store.capabilities
      assert.ok(maxBatchBytes >= 65_535, 'one record of the largest size must fit')
      const full = Math.min(Math.floor(maxBatchBytes / 65_535), maxBatchRecords - 1)
      const rest = Math.min(maxBatchBytes - full * 65_535, 65_535)
      const records = repeated(new Uint8Array(65_535).fill(0x61), full)
      const last = (length: number) => recordOf(full, 'sample-0', full, new Uint8Array(length).fill(0x62))
      if (full * 65_535 + rest === maxBatchBytes && rest < 65_535) {
        await rejection(store.append([...records, last(rest + 1)], 0), 'BATCH_TOO_LARGE')
        assert.equal(await store.head(), 0)
      }
      const batch = rest === 0 ? records : [...records, last(rest)]
      await store.append(batch, 0)
      assert.equal(await store.head(), batch.length)
    },
  },
  {
    name: 'keeps what was appended, whatever the caller does with its buffers afterwards',
    async run(fixture) {
      const store = await fixture.open()
      const mine = sampleRecords(0, 4).map((record) => ({
        ...record,
        bytes: record.bytes.slice(),
        leaf: record.leaf.slice(),
      }))
      await store.append(mine, 0)
      for (const { bytes, leaf } of mine) {
        bytes.fill(0)
        leaf.fill(0)
      }
      await assertHolds(store, 4)
    },
  },
]

/** Everyone appends at the head it sees; each time exactly one of those at the same head wins. */
async function contend(stores: readonly LogStore[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const head = await stores[0]!.head()
    const outcomes = await Promise.allSettled(
      stores.map((store, writer) => store.append([ofWriter(head, writer), ofWriter(head + 1, writer)], head)),
    )
    const winners = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []))
    assert.equal(winners.length, 1, `${winners.length} of ${stores.length} writers won at head ${head}`)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') await rejection(Promise.reject(outcome.reason), 'HEAD_MOVED')
    }
    for (const store of stores) {
      assert.equal(await store.head(), head + 2)
      const stored = await store.read({ from: head, limit: 2 })
      if (stored.length === 1) stored.push(...(await store.read({ from: head + stored.length, limit: 1 })))
      const expected = [ofWriter(head, winners[0]!), ofWriter(head + 1, winners[0]!)]
      assert.deepEqual(
        stored.map(({ bytes }) => Buffer.from(bytes)),
        expected.map(({ bytes }) => Buffer.from(bytes)),
      )
    }
  }
}

function ofWriter(position: number, writer: number): LogRecord {
  return recordOf(
    position,
    `writer-${writer}`,
    position,
    new TextEncoder().encode(`{"position":"${position}","writer":"${writer}"}`),
  )
}

/** The same bytes again and again: hashed once, so that large batches are quick to make. */
function repeated(bytes: Uint8Array, count: number): LogRecord[] {
  const { leaf } = recordOf(0, 'sample-0', 0, bytes)
  return Array.from({ length: count }, (_, position) => ({
    ...firstRecord(),
    id: idAt(position),
    position,
    leaf,
    bytes,
    revision: position,
  }))
}

function idAt(position: number): string {
  return `00000000-0000-7000-8000-${position.toString(16).padStart(12, '0')}`
}
