import assert from 'node:assert/strict'
import type { LogStore, LogStoreCapabilities } from '../../../ports/index.js'
import { rejection } from '../expecting.js'
import type { LogStoreFixture } from '../log-store-factory.js'
import { sampleRecords } from '../sample-records.js'
import { type Case, isCannot } from '../test-functions.js'
import { assertHolds } from './assert-holds.js'

/** Opening again, closing, failing; what the port says of a handle's life. */
export const LIFETIME: readonly Case<LogStoreFixture>[] = [
  {
    name: 'what was appended is there, byte for byte, when the log is opened again, and appending goes on',
    async run(fixture) {
      let head = 0
      for (const count of [1, 1, 50, 3, 120]) {
        const store = await fixture.open()
        assert.equal(await store.head(), head)
        await store.append(sampleRecords(head, count), head)
        head += count
        await store.close()
      }
      const reopened = await fixture.open()
      await assertHolds(reopened, head)
      await rejection(reopened.append(sampleRecords(head - 1, 1), head - 1), 'HEAD_MOVED')
      await assertHolds(reopened, head)
    },
  },
  {
    name: 'a handle that only reads sees everything that was durable when it was opened',
    async run(fixture) {
      const store = await fixture.open()
      let head = 0
      for (const count of [1, 10, 2]) {
        await store.append(sampleRecords(head, count), head)
        head += count
        const reader = await fixture.openReader()
        await assertHolds(reader, head)
        await reader.close()
      }
      await store.close()
      const reader = await fixture.openReader()
      await assertHolds(reader, head)
    },
  },
  {
    name: 'close is idempotent, and gives the log free for the next writer',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 2), 0)
      await store.close()
      await store.close()
      await assert.rejects(store.append(sampleRecords(2, 1), 2))
      const next = await fixture.open()
      await next.append(sampleRecords(2, 1), 2)
      await assertHolds(next, 3)
    },
  },
  {
    name: 'capabilities are plausible and do not change',
    async run(fixture) {
      const store = await fixture.open()
      const before = { ...store.capabilities }
      await store.append(sampleRecords(0, 2), 0)
      assert.deepEqual({ ...store.capabilities }, before)
      assert.ok(['fsync', 'replicated', 'none'].includes(before.durability))
      assert.ok(['one-process', 'many'].includes(before.writers))
      assert.ok(before.wakeUpMs >= 0 && before.wakeUpMs <= 60_000)
      assert.ok(before.maxBatchRecords >= 1 && before.maxBatchBytes >= 65_535)
    },
  },
  {
    name: 'after an append that failed, a store that has to be reopened takes no other, reads go on, and reopening mends it',
    async run(fixture) {
      const { openFailing } = fixture
      if (isCannot(openFailing, 'an append that fails')) return
      if (!(await begunWith(fixture, 'reopen'))) return
      const failing = await openFailing(false)
      await rejection(failing.append(sampleRecords(4, 2), 4), 'STORE_FAILED', 'DISK_FULL')
      await rejection(failing.append(sampleRecords(4, 2), 4), 'STORE_FAILED')
      await rejection(failing.append(sampleRecords(await failing.head(), 1), await failing.head()), 'STORE_FAILED')
      await assertHolds(failing, 4)
      await failing.close()
      await goesOn(await fixture.open(), 4)
    },
  },
  {
    name: 'after an append that failed, a store that catches up tells what became of it, and takes the next one there',
    async run(fixture) {
      const { openFailing } = fixture
      if (isCannot(openFailing, 'an append that fails')) return
      if (!(await begunWith(fixture, 'catch-up'))) return
      for (const [stored, before] of [
        [false, 4],
        [true, 5],
      ] as const) {
        const failing = await openFailing(stored)
        const head = await failing.head()
        assert.ok(head >= before)
        await rejection(failing.append(sampleRecords(head, 2), head), 'STORE_FAILED', 'DISK_FULL')
        await goesOn(failing, head)
        await failing.close()
      }
    },
  },
]

/** A log of four records, if its backend says this of failures. */
async function begunWith(
  fixture: LogStoreFixture,
  afterFailure: LogStoreCapabilities['afterFailure'],
): Promise<boolean> {
  const store = await fixture.open()
  await store.append(sampleRecords(0, 4), 0)
  await store.close()
  return store.capabilities.afterFailure === afterFailure
}

/** Nobody was told that the two records at `failed` are durable, so they are there or not, both; and what follows is taken. */
async function goesOn(store: LogStore, failed: number): Promise<void> {
  const head = await store.head()
  assert.ok(head === failed || head === failed + 2, `a head of ${head} after a failed append of 2 to ${failed}`)
  await assertHolds(store, head)
  if (head > failed) await rejection(store.append(sampleRecords(failed, 1), failed), 'HEAD_MOVED')
  await store.append(sampleRecords(head, 1), head)
  await assertHolds(store, head + 1)
}
