import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type {
  EventFilter,
  LedgerReader,
  RecordView,
  SignedCheckpoint,
  SubscriptionMessage,
} from '../../../ledger/index.js'
import { collect } from '../collect.js'
import { rejection, staysPending, within, withoutLeaks } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'
import { naiveMatch } from './reading.js'

const SLACK_MS = 10_000

/** `Ledger.subscribe`: catching up, live, and its end. */
export const SUBSCRIBING: readonly Case<LedgerBench>[] = [
  {
    name: 'gives every record in order, then caught-up with the last position, then the live ones',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 600))
      const size = await ledger.size()
      const follower = follow(ledger, {}, bench.fixture.slackMs)
      await follower.until(({ caughtUp }) => caughtUp.length > 0)
      assert.deepEqual([follower.caughtUp[0], follower.positions.length], [size - 1n, Number(size)])
      const { position } = await ledger.append('sample-1', 'any', sampleEvents(1000, 3))
      await follower.until(({ positions }) => positions.length > Number(position))
      await follower.stop()
      follower.positions.forEach((at, i) => {
        assert.equal(at, BigInt(i))
      })
    },
  },
  {
    name: 'begins after a position, exclusive; -1n is the beginning; at or beyond the end it waits',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 10))
      const size = await ledger.size()
      for (const after of [-1n, 0n, 5n, size - 2n, size - 1n]) {
        const follower = follow(ledger, { after })
        await follower.until(({ caughtUp }) => caughtUp.length > 0)
        await follower.stop()
        assert.deepEqual(
          follower.positions,
          Array.from({ length: Number(size - after - 1n) }, (_, i) => after + 1n + BigInt(i)),
        )
      }
      await rejection(collect(subscribed(ledger, -2n)), 'INVALID_POSITION')
    },
  },
  {
    name: 'a checkpoint message comes after the records that it covers, and sizes only grow',
    async run(bench) {
      const ledger = await bench.create()
      const follower = follow(ledger)
      for (let i = 0; i < 5; i++) {
        const { position } = await ledger.append('sample-1', 'any', sampleEvents(10 * i, 3))
        const { size } = await ledger.sealed(position)
        await follower.until(({ checkpoints }) => checkpoints.some((one) => one.size >= size))
      }
      await follower.stop()
      follower.checkpoints.forEach(({ size, recordsSeen }, i) => {
        assert.ok(size <= BigInt(recordsSeen), `a checkpoint of ${size} after ${recordsSeen} records`)
        if (i > 0) assert.ok(size > follower.checkpoints[i - 1]!.size)
      })
    },
  },
  {
    name: 'a filter leaves out what it does not want, and nothing else',
    async run(bench) {
      const ledger = await bench.create()
      const filters: EventFilter[] = [
        { streams: ['sample-1'] },
        { categories: ['other', 'ledger'] },
        { types: ['org.example.sample.t1.v1'], categories: ['sample'] },
        { types: [] },
      ]
      const followers = filters.map((filter) => follow(ledger, { filter }))
      for (let i = 0; i < 60; i++)
        await ledger.append(i % 3 === 0 ? 'other-1' : `sample-${i % 4}`, 'any', sampleEvents(10 * i, 1 + (i % 3)))
      const last = (await ledger.append('other-1', 'any', [sampleEvent(9000)])).position
      // A checkpoint that covers the last record comes after it, whatever the filter.
      await ledger.sealed(last)
      for (const follower of followers)
        await follower.until(({ checkpoints }) => checkpoints.some(({ size }) => size > last))
      const all = await collect(ledger.readAll({ before: last + 1n }))
      for (const [i, follower] of followers.entries()) {
        await follower.stop()
        const expected = all.filter((record) => naiveMatch(filters[i]!, record)).map(({ position }) => position)
        assert.deepEqual(
          follower.positions.filter((at) => at <= last),
          expected,
          JSON.stringify(filters[i]),
        )
      }
    },
  },
  ...[1, 2, 3].map((seed) => ({
    name: `subscribers that come and go while appends go on miss nothing and see nothing twice (seed ${seed})`,
    run: (bench: LedgerBench) => comeAndGo(bench, new SeededRandom(seed)),
  })),
  {
    name: 'a handle that only reads follows the writer: its records and its checkpoints',
    async run(bench) {
      const ledger = await bench.create()
      const reader = await bench.reader()
      const follower = follow(reader)
      for (let i = 0; i < 10; i++) await ledger.append('sample-1', 'any', sampleEvents(10 * i, 2))
      const { size } = await ledger.sealed((await ledger.size()) - 1n)
      await follower.until(({ checkpoints }) => checkpoints.some((one) => one.size >= size))
      await follower.stop()
      follower.positions.forEach((at, i) => {
        assert.equal(at, BigInt(i))
      })
      assert.ok(BigInt(follower.positions.length) >= size)
    },
  },
  {
    name: 'a consumer that stops reading holds up nobody, and goes on where it was',
    async run(bench) {
      const ledger = await bench.create()
      const messages = ledger.subscribe()[Symbol.asyncIterator]()
      const first = await messages.next()
      assert.equal(first.done, false)
      for (let i = 0; i < 10; i++)
        await within(SLACK_MS, ledger.append('sample-1', 'any', sampleEvents(100 * i, 60)), 'an append')
      const size = await ledger.size()
      const found: bigint[] = [0n]
      while (found.length < Number(size)) {
        const { value } = await within(SLACK_MS, messages.next(), 'the next message')
        if (value?.kind === 'record') found.push(value.record.position)
      }
      found.forEach((at, i) => {
        assert.equal(at, BigInt(i))
      })
      await messages.return?.()
    },
  },
  {
    name: 'an abort ends a subscription without an error, wherever it waits, and leaves nothing behind',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 5))
      const aborted = await within(
        SLACK_MS,
        collect(ledger.subscribe({ signal: AbortSignal.abort() })),
        'an aborted subscription',
      )
      assert.ok(aborted.length <= 1)
      await withoutLeaks(async () => {
        for (let i = 0; i < 100; i++) {
          const controller = new AbortController()
          const ending = collect(ledger.subscribe({ signal: controller.signal }))
          if (i % 3 > 0) await new Promise((resolve) => setTimeout(resolve, i % 3))
          controller.abort()
          await within(SLACK_MS, ending, 'the end of an aborted subscription')
          assert.equal(
            getEventListeners(controller.signal, 'abort').length,
            0,
            'a subscription that ended keeps listening',
          )
        }
      })
    },
  },
  {
    name: 'a waiting subscription stays silent, and close ends it without an error',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.sealed((await ledger.size()) - 1n)
      const follower = follow(ledger)
      await follower.until(({ caughtUp, checkpoints }) => caughtUp.length > 0 && checkpoints.length > 0)
      assert.ok(await staysPending(follower.ended, 100))
      assert.equal(follower.caughtUp.length, 1)
      await ledger.close()
      await within(SLACK_MS, follower.ended, 'the end of a subscription whose ledger was closed')
    },
  },
]

function subscribed(ledger: LedgerReader, after: bigint): AsyncIterable<SubscriptionMessage> {
  return {
    // A ledger may refuse at once or with the first message.
    [Symbol.asyncIterator]: async function* () {
      yield* ledger.subscribe({ after })
    },
  }
}

interface Seen {
  readonly positions: bigint[]
  readonly caughtUp: bigint[]
  readonly checkpoints: (SignedCheckpoint & { readonly recordsSeen: number })[]
}

interface Follower extends Seen {
  /** Settles when the subscription has ended. */
  readonly ended: Promise<void>
  /** Resolves when it holds; fails after a while. */
  until(holds: (seen: Seen) => boolean): Promise<void>
  stop(): Promise<void>
}

/** Consumes a subscription and remembers what came. */
function follow(
  ledger: LedgerReader,
  options: { after?: bigint; filter?: EventFilter } = {},
  slackMs = SLACK_MS,
): Follower {
  const controller = new AbortController()
  const seen: Seen = { positions: [], caughtUp: [], checkpoints: [] }
  let changed = () => {}
  const ended = (async () => {
    for await (const message of ledger.subscribe({ ...options, signal: controller.signal })) {
      if (message.kind === 'record') seen.positions.push(message.record.position)
      else if (message.kind === 'caught-up') seen.caughtUp.push(message.position)
      else seen.checkpoints.push({ ...message.checkpoint, recordsSeen: seen.positions.length })
      changed()
    }
  })()
  return {
    ...seen,
    ended,
    async until(holds) {
      const holding = new Promise<void>((resolve) => {
        changed = () => holds(seen) && resolve()
        changed()
      })
      await within(
        slackMs,
        Promise.race([holding, ended.then(() => assert.fail('the subscription ended'))]),
        'a subscription',
      )
    },
    async stop() {
      controller.abort()
      await within(SLACK_MS, ended, 'the end of an aborted subscription')
    },
  }
}

/** Each subscriber starts somewhere, at some moment, and stops at some other: what it saw has no gap. */
async function comeAndGo(bench: LedgerBench, random: SeededRandom): Promise<void> {
  const ledger = await bench.create({ headsEveryRecords: 100 })
  const reader = await bench.reader()
  const runs: Promise<void>[] = []
  for (let i = 0; i < 120; i++) {
    if (random.chance(25)) {
      const after = BigInt(random.below(Number(await ledger.size())))
      runs.push(runOnce(random.chance(70) ? ledger : reader, after, random.between(1, 60)))
    }
    const appending = ledger.append(`sample-${random.below(3)}`, 'any', sampleEvents(10 * i, random.between(1, 9)))
    await random.pause()
    if (random.chance(70)) await appending
    else appending.catch(() => assert.fail('an append failed'))
  }
  // Enough for the last of them to finish.
  await ledger.append('sample-last', 'any', sampleEvents(20_000, 100))
  await within(SLACK_MS, Promise.all(runs), 'the last subscriber')
}

async function runOnce(ledger: LedgerReader, after: bigint, count: number): Promise<void> {
  let next = after + 1n
  const records: RecordView[] = []
  for await (const message of ledger.subscribe({ after })) {
    if (message.kind !== 'record') continue
    assert.equal(message.record.position, next++, 'a subscription has a gap')
    records.push(message.record)
    if (records.length === count) break
  }
  assert.equal(records.length, count, 'a subscription ended by itself')
}
