import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { LogStore } from '../../../ports/index.js'
import { beside, staysPending, within, withoutLeaks } from '../expecting.js'
import type { LogStoreFixture } from '../log-store-factory.js'
import { sampleRecords } from '../sample-records.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'

/** Slack for a busy machine, on top of what a store promises. */
function slackOf({ slackMs = 5000 }: LogStoreFixture): number {
  return slackMs
}

/** `LogStore.moved`, sentence by sentence. */
export const WAKING: readonly Case<LogStoreFixture>[] = [
  {
    name: 'moved resolves at once where the store is larger already',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 3), 0)
      for (const size of [0, 1, 2]) await within(slackOf(fixture), store.moved(size), `moved(${size}) in a store of 3`)
    },
  },
  {
    name: 'moved resolves for an append that comes after the call',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const waits = [store.moved(1), store.moved(1), store.moved(1)]
      await store.append(sampleRecords(1, 2), 1)
      await within(slackOf(fixture), Promise.all(waits), 'waking three waiters')
    },
  },
  {
    name: "moved resolves for another handle's append within the promised time",
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const reader = await fixture.openReader()
      assert.equal(await reader.head(), 1)
      const woken = reader.moved(1)
      await store.append(sampleRecords(1, 1), 1)
      await within(reader.capabilities.wakeUpMs + slackOf(fixture), woken, 'waking another handle')
      assert.equal(await reader.head(), 2)
    },
  },
  {
    name: 'no interleaving of appends and waits misses a wake-up',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const reader = await fixture.openReader()
      const end = 400
      const patience = slackOf(fixture) + 400 * reader.capabilities.wakeUpMs
      const handles = [store, store, store, reader, reader]
      const follow = Promise.all(handles.map((handle, i) => followHead(handle, end, new SeededRandom(i))))
      await beside(
        () => within(patience, follow, 'following the head'),
        async () => {
          const random = new SeededRandom(99)
          for (let head = 1; head < end; ) {
            const count = Math.min(random.between(1, 3), end - head)
            await store.append(sampleRecords(head, count), head)
            head += count
            await random.pause()
          }
        },
      )
    },
  },
  {
    name: 'a wait that begins in the same turn as the append, before or after it, wakes',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      for (let head = 1; head < 120; head++) {
        const early = head % 2 === 0 ? store.moved(head) : undefined
        const appending = store.append(sampleRecords(head, 1), head)
        for (let turn = head % 7; turn > 0; turn--) await Promise.resolve()
        const late = store.moved(head)
        await within(slackOf(fixture), Promise.all([early, appending, late]), `waking at head ${head}`)
      }
    },
  },
  {
    name: 'an abort ends the wait without an error, also one that came before the call',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const controller = new AbortController()
      const waiting = store.moved(1, controller.signal)
      controller.abort()
      await within(slackOf(fixture), waiting, 'ending an aborted wait')
      await within(slackOf(fixture), store.moved(1, controller.signal), 'a wait that was aborted before')
      await within(slackOf(fixture), store.moved(1, AbortSignal.abort()), 'a wait that was aborted before')
    },
  },
  {
    name: 'aborted and ended waits leave no listener, timer or watcher behind',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const reader = await fixture.openReader()
      // Whatever a handle starts once for all its waits is there now.
      const warming = new AbortController()
      setTimeout(() => warming.abort(), 20)
      await Promise.all([store, reader].map((handle) => handle.moved(1, warming.signal)))
      for (const handle of [store, reader]) {
        await withoutLeaks(async () => {
          for (let i = 0; i < 100; i++) await abortedWaits(handle, 3)
        })
      }
      const kept = new AbortController()
      for (let head = 1; head < 101; head++) {
        const waiting = store.moved(head, kept.signal)
        await store.append(sampleRecords(head, 1), head)
        await waiting
      }
      assert.equal(getEventListeners(kept.signal, 'abort').length, 0, 'a wait that ended keeps listening for its abort')
    },
  },
  {
    name: 'moved waits while nothing comes: it may wake for nothing, but does not spin',
    async run(fixture) {
      const store = await fixture.open()
      await store.append(sampleRecords(0, 1), 0)
      const controller = new AbortController()
      let wakes = 0
      const waiting = (async () => {
        while (!controller.signal.aborted) {
          await store.moved(1, controller.signal)
          wakes++
        }
      })()
      assert.ok(await staysPending(waiting, 300))
      controller.abort()
      await waiting
      assert.ok(wakes < 100, `moved woke ${wakes} times in 300 ms in which nothing was appended`)
    },
  },
]

async function followHead(handle: LogStore, end: number, random: SeededRandom): Promise<void> {
  let seen = await handle.head()
  while (seen < end) {
    await random.pause()
    await handle.moved(seen)
    const head = await handle.head()
    assert.ok(head >= seen)
    seen = head
  }
}

async function abortedWaits(handle: LogStore, count: number): Promise<void> {
  const controller = new AbortController()
  const waits = Array.from({ length: count }, () => handle.moved(1, controller.signal))
  await Promise.resolve()
  controller.abort()
  await within(5000, Promise.all(waits), 'ending aborted waits')
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0, 'an aborted wait keeps listening')
}
