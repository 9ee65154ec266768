import assert from 'node:assert/strict'
import { type EventInput, prepare } from '../../../events/index.js'
import { rejection } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents, sampleId } from '../sample-events.js'
import type { Case } from '../test-functions.js'

/** One change of a producer's attribute each: all of them make other content. */
const OTHER_CONTENT: Readonly<Record<string, Partial<EventInput>>> = {
  'another member in data': { data: { number: '1', more: '' } },
  'another value in data': { data: { number: '2' } },
  'another time': { time: '2024-02-29T12:00:00.6Z' },
  'the same instant in other digits': { time: '2024-02-29T12:00:00.50Z' },
  'another source': { source: '/other' },
  'another type': { type: 'org.example.sample.t1.v2' },
  'a subject': { subject: 's' },
  'an actor': { actor: 'a' },
  'a correlationid': { correlationid: 'c' },
  'an extension': { extensions: { zone: 'eu' } },
}

/** Idempotency: ids are known for ever, and are looked at before revisions. */
export const REPEATING: readonly Case<LedgerBench>[] = [
  {
    name: 'all events known, with the same content, stream and order: the original positions, nothing written',
    async run(bench) {
      const ledger = await bench.create()
      const events = sampleEvents(0, 5)
      const first = await ledger.append('sample-1', 'no-stream', events)
      assert.equal(first.replayed, false)
      assert.deepEqual(
        first.ids,
        events.map(({ id }) => id),
      )
      await ledger.append('sample-1', 4n, sampleEvents(50, 3))
      const size = await ledger.size()
      // Ids come before revisions: none of these would hold for new events.
      for (const expected of ['no-stream', 'any', 'stream-exists', 0n, 4n, 7n, 99n] as const) {
        const again = await ledger.append('sample-1', expected, events)
        assert.deepEqual(again, { ...first, replayed: true })
      }
      assert.equal(await ledger.size(), size)
    },
  },
  {
    name: 'ids stay known when the ledger is opened again',
    async run(bench) {
      let ledger = await bench.create()
      const first = await ledger.append('sample-1', 'no-stream', sampleEvents(0, 3))
      for (let i = 0; i < 3; i++) {
        ledger = await bench.reopen()
        assert.deepEqual(await ledger.append('sample-1', 'no-stream', sampleEvents(0, 3)), { ...first, replayed: true })
      }
    },
  },
  {
    name: 'events known from different appends, and a part of an append, are known all the same',
    async run(bench) {
      const ledger = await bench.create()
      const one = await ledger.append('sample-1', 'any', sampleEvents(0, 3))
      await ledger.append('sample-2', 'any', sampleEvents(90, 1))
      const two = await ledger.append('sample-1', 'any', sampleEvents(3, 2))
      const all = await ledger.append('sample-1', 'any', sampleEvents(0, 5))
      assert.deepEqual([all.positions, all.revision, all.replayed], [[...one.positions, ...two.positions], 4n, true])
      const middle = await ledger.append('sample-1', 'any', sampleEvents(1, 2))
      assert.deepEqual([middle.positions, middle.revision, middle.replayed], [one.positions.slice(1), 2n, true])
    },
  },
  {
    name: 'an event without an id is a new event each time',
    async run(bench) {
      const ledger = await bench.create()
      const { id: _, ...event } = sampleEvent(0)
      const [one, two] = [
        await ledger.append('sample-1', 'any', [event]),
        await ledger.append('sample-1', 'any', [event]),
      ]
      assert.deepEqual([one.replayed, two.replayed], [false, false])
      assert.notEqual(one.ids[0], two.ids[0])
      assert.deepEqual(await ledger.positionsOf([one.ids[0]!, sampleId(7), two.ids[0]!]), [
        one.position,
        undefined,
        two.position,
      ])
    },
  },
  {
    name: 'prepared events are the same events as the objects they were made from',
    async run(bench) {
      const ledger = await bench.create()
      const prepared = prepare(sampleEvents(0, 4))
      const first = await ledger.append('sample-1', 'no-stream', prepared)
      assert.deepEqual(await ledger.append('sample-1', 'no-stream', sampleEvents(0, 4)), { ...first, replayed: true })
      assert.deepEqual(await ledger.append('sample-1', 'no-stream', prepared), { ...first, replayed: true })
    },
  },
  {
    name: 'some events known and some not, in every mixture: BATCH_PARTLY_KNOWN with the known ids, nothing written',
    async run(bench) {
      const ledger = await bench.create()
      for (let mixture = 1; mixture < 15; mixture++) {
        const events = sampleEvents(100 * mixture, 4)
        const stream = `sample-${mixture}`
        const known = events.filter((_, i) => (mixture & (1 << i)) !== 0)
        const { positions } = await ledger.append(stream, 'no-stream', known)
        const size = await ledger.size()
        const { details } = await rejection(ledger.append(stream, 'any', events), 'BATCH_PARTLY_KNOWN')
        assert.deepEqual(
          knownOf(details),
          known.map(({ id }, i) => [id, String(positions[i])]),
        )
        assert.equal(await ledger.size(), size)
      }
    },
  },
  {
    name: 'some parts of an appendMany known and some not: BATCH_PARTLY_KNOWN, nothing written',
    async run(bench) {
      const ledger = await bench.create()
      const known = await ledger.append('sample-1', 'any', sampleEvents(0, 2))
      const size = await ledger.size()
      const { details } = await rejection(
        ledger.appendMany([
          { stream: 'sample-2', expectedRevision: 'any', events: sampleEvents(10, 2) },
          { stream: 'sample-1', expectedRevision: 'any', events: sampleEvents(0, 2) },
        ]),
        'BATCH_PARTLY_KNOWN',
      )
      assert.deepEqual(
        knownOf(details),
        [0, 1].map((i) => [sampleId(i), String(known.positions[i])]),
      )
      assert.equal(await ledger.size(), size)
      assert.equal(await ledger.streamHead('sample-2'), undefined)
    },
  },
  {
    name: 'an appendMany is repeated as a whole: every original position, nothing written',
    async run(bench) {
      const ledger = await bench.create()
      const appends = [
        { stream: 'sample-1', expectedRevision: 'no-stream' as const, events: sampleEvents(0, 3) },
        { stream: 'sample-2', expectedRevision: 'no-stream' as const, events: sampleEvents(3, 1) },
        { stream: 'sample-3', expectedRevision: 'any' as const, events: sampleEvents(4, 2) },
      ]
      const first = await ledger.appendMany(appends)
      const size = await ledger.size()
      assert.deepEqual(
        await ledger.appendMany(appends),
        first.map((result) => ({ ...result, replayed: true })),
      )
      assert.equal(await ledger.size(), size)
    },
  },
  {
    name: 'the same id with other content is EVENT_ID_REUSED, whatever differs, and nothing is written',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', [sampleEvent(0), sampleEvent(1)])
      const size = await ledger.size()
      for (const [what, change] of Object.entries(OTHER_CONTENT)) {
        const error = await rejection(
          ledger.append('sample-1', 'any', [{ ...sampleEvent(1), ...change }]),
          'EVENT_ID_REUSED',
        )
        assert.equal(error.details['id'], sampleId(1), what)
        await rejection(
          ledger.append('sample-1', 'any', [sampleEvent(0), { ...sampleEvent(1), ...change }]),
          'EVENT_ID_REUSED',
        )
      }
      assert.equal(await ledger.size(), size)
      assert.equal((await ledger.append('sample-1', 'any', [sampleEvent(1)])).replayed, true)
    },
  },
  {
    name: 'the same id in another stream is EVENT_ID_REUSED, and nothing is written',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', [sampleEvent(0)])
      const size = await ledger.size()
      await rejection(ledger.append('sample-2', 'any', [sampleEvent(0)]), 'EVENT_ID_REUSED')
      await rejection(ledger.append('sample-10', 'any', [sampleEvent(0)]), 'EVENT_ID_REUSED')
      assert.equal(await ledger.size(), size)
      assert.equal(await ledger.streamHead('sample-2'), undefined)
    },
  },
  {
    name: 'known events in another order are EVENT_ID_REUSED, and nothing is written',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', sampleEvents(0, 3))
      const size = await ledger.size()
      for (const order of [
        [1, 0],
        [2, 1, 0],
        [0, 2, 1],
      ]) {
        await rejection(
          ledger.append(
            'sample-1',
            'any',
            order.map((i) => sampleEvent(i)),
          ),
          'EVENT_ID_REUSED',
        )
      }
      assert.equal(await ledger.size(), size)
    },
  },
  {
    name: 'an id twice in a batch is EVENT_ID_REUSED, also with the same content and across streams',
    async run(bench) {
      const ledger = await bench.create()
      const size = await ledger.size()
      await rejection(ledger.append('sample-1', 'any', [sampleEvent(0), sampleEvent(0)]), 'EVENT_ID_REUSED')
      await rejection(
        ledger.append('sample-1', 'any', [sampleEvent(0), sampleEvent(1), sampleEvent(0, { other: '' })]),
        'EVENT_ID_REUSED',
      )
      for (const stream of ['sample-1', 'sample-2']) {
        const twice = [
          { stream: 'sample-1', expectedRevision: 'any' as const, events: [sampleEvent(0)] },
          { stream, expectedRevision: 'any' as const, events: [sampleEvent(0)] },
        ]
        await rejection(ledger.appendMany(twice), 'EVENT_ID_REUSED')
      }
      assert.equal(await ledger.size(), size)
      assert.equal((await ledger.append('sample-1', 'no-stream', [sampleEvent(0)])).replayed, false)
    },
  },
]

/** `details.known` as pairs of id and position in decimal. */
export function knownOf(details: Readonly<Record<string, unknown>>): [string, string][] {
  const { known } = details
  assert.ok(Array.isArray(known), 'the error names the known events')
  return known.map((one: unknown) => {
    assert.ok(typeof one === 'object' && one !== null && 'id' in one && 'position' in one)
    return [String(one.id), String(one.position)]
  })
}
