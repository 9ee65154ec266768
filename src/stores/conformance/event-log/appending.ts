import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type AppendableEvent, type EventInput, prepare } from '../../../events/index.js'
import { collect } from '../collect.js'
import { rejection } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'

/** `Ledger.append` and `appendMany`: what they write, refuse and promise. */
export const APPENDING_EVENTS: readonly Case<LedgerBench>[] = [
  {
    name: 'a new ledger holds its genesis record at position 0, and knows its identity and origin',
    async run(bench) {
      const ledger = await bench.create()
      const [genesis] = await collect(ledger.readAll({ limit: 1 }))
      assert.equal(genesis?.type, 'dev.clyra.ledger.genesis.v1')
      assert.deepEqual(ledger.identity, genesis.leaf)
      assert.match(ledger.origin, /^[a-z0-9.-]+$/)
    },
  },
  {
    name: 'an append gives the positions in order, the ids, and the revision of its last record',
    async run(bench) {
      const ledger = await bench.create()
      let revision = -1n
      for (const count of [1, 2, 300, 1]) {
        const size = await ledger.size()
        const events = sampleEvents(Number(size) * 10, count)
        const result = await ledger.append('sample-1', 'any', events)
        revision += BigInt(count)
        assert.deepEqual(result, {
          position: size + BigInt(count - 1),
          positions: events.map((_, i) => size + BigInt(i)),
          ids: events.map(({ id }) => id),
          revision,
          replayed: false,
        })
      }
    },
  },
  {
    name: 'what was appended is read back as it was given, with the attributes of the ledger',
    async run(bench) {
      const ledger = await bench.create()
      const event = {
        ...sampleEvent(0),
        data: { text: 'é "quoted" \u2028 \ud83d\ude00', list: ['1', null, true, { deep: {} }], '$ref:a.b/c@d-e_f': '' },
        subject: 'subject é',
        actor: 'actor-1',
        correlationid: 'c',
        causationid: 'd',
        runid: 'r',
        datacontenttype: 'application/json',
        extensions: { zone: 'eu', aaa: 'first', zzz: 'last' },
      }
      const { position } = await ledger.append('sample-1', 'no-stream', [event])
      const [record] = await collect(ledger.readAll({ from: position }))
      const { extensions, ...attributes } = event
      const { recordedat, prev, submitter, ...stored } = record!.event
      assert.deepEqual(stored, {
        specversion: '1.0',
        ...attributes,
        ...extensions,
        ledger: ledger.origin,
        stream: 'sample-1',
        revision: '0',
      })
      assert.ok(submitter.length > 0 && prev.length === 64 && !Number.isNaN(Date.parse(recordedat)))
    },
  },
  {
    name: 'an appendMany writes all streams or none: one bad part leaves no trace of the others',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-9', 'no-stream', [sampleEvent(900)])
      const size = await ledger.size()
      const good = [
        { stream: 'sample-1', expectedRevision: 'no-stream' as const, events: sampleEvents(0, 3) },
        { stream: 'sample-2', expectedRevision: 'any' as const, events: sampleEvents(3, 2) },
      ]
      const bad = [
        { stream: 'sample-9', expectedRevision: 'no-stream' as const, events: [sampleEvent(10)] },
        { stream: 'sample-9', expectedRevision: 7n, events: [sampleEvent(10)] },
        { stream: 'sample-8', expectedRevision: 'stream-exists' as const, events: [sampleEvent(10)] },
        { stream: 'sample-9', expectedRevision: 'any' as const, events: [sampleEvent(900, { other: '' })] },
        { stream: 'sample-9', expectedRevision: 'any' as const, events: [sampleEvent(900)] },
        { stream: 'sample-9', expectedRevision: 'any' as const, events: [{ ...sampleEvent(10), time: 'now' }] },
        { stream: 'ledger-heads', expectedRevision: 'any' as const, events: [sampleEvent(10)] },
      ]
      for (const part of bad) {
        for (const appends of [
          [...good, part],
          [part, ...good],
          [good[0]!, part, good[1]!],
        ])
          await assert.rejects(ledger.appendMany(appends))
      }
      assert.equal(await ledger.size(), size)
      assert.equal(await ledger.streamHead('sample-1'), undefined)
      const results = await ledger.appendMany(good)
      assert.deepEqual(
        results.map(({ positions }) => positions),
        [
          [size, size + 1n, size + 2n],
          [size + 3n, size + 4n],
        ],
      )
    },
  },
  {
    name: 'reserved streams and types, unknown types of Clyra, bad names and events are refused; nothing is written',
    async run(bench) {
      const ledger = await bench.create()
      const size = await ledger.size()
      for (const stream of [
        'ledger-genesis',
        'ledger-keys',
        'ledger-heads',
        'ledger-redactions',
        'ledger-issued',
        'ledger-mine',
      ]) {
        await rejection(ledger.append(stream, 'any', [sampleEvent(0)]), 'RESERVED_STREAM')
      }
      // Typed as any event, because the compiler already refuses these types where they are spelled in the call.
      const ofType = (type: string): EventInput => ({ ...sampleEvent(0), type })
      for (const name of ['genesis', 'heads', 'key.introduced', 'redacted', 'other'])
        await rejection(ledger.append('sample-1', 'any', [ofType(`dev.clyra.ledger.${name}.v1`)]), 'RESERVED_STREAM')
      await rejection(ledger.append('sample-1', 'any', [ofType('dev.clyra.unknown.v1')]), 'UNKNOWN_TYPE')
      for (const stream of [
        '',
        'sample',
        'Sample-1',
        '-1',
        'sample-',
        'sample-é',
        'sample-a b',
        `sample-${'x'.repeat(201)}`,
        '1a-b',
        'run-..',
        'run--h',
        'run---yes',
        'run-~',
      ]) {
        await rejection(ledger.append(stream, 'any', [sampleEvent(0)]), 'INVALID_STREAM_NAME')
      }
      const wrong: Partial<AppendableEvent>[] = [
        { id: 'x' },
        { id: '00000000-0000-4000-8000-000000000000' },
        { id: '018F0000-0000-7000-8000-000000000000' },
        { time: '2023-02-29T00:00:00Z' },
        { source: '' },
        { type: 'nodots' },
        { extensions: { Upper: '' } },
        { extensions: { revision: '5' } },
      ]
      for (const change of wrong)
        await rejection(ledger.append('sample-1', 'any', [{ ...sampleEvent(0), ...change }]), 'EVENT_INVALID')
      await rejection(ledger.append('sample-1', 'any', []), 'EVENT_INVALID')
      await rejection(ledger.append('sample-1', 'any', [{ ...sampleEvent(0), data: { half: 0.5 } }]), 'JSON_NUMBER')
      assert.equal(await ledger.size(), size)
    },
  },
  {
    name: 'a record of 65,535 bytes is taken, one more byte is EVENT_TOO_LARGE and writes nothing of its batch',
    async run(bench) {
      const ledger = await bench.create()
      const sized = (number: number, length: number) => sampleEvent(number, { text: 'x'.repeat(length) })
      const probe = await ledger.append('sample-1', 'no-stream', [sized(0, 60_000)])
      const [record] = await collect(ledger.readAll({ from: probe.position }))
      const longest = 60_000 + 65_535 - record!.bytes.length
      const { position } = await ledger.append('sample-2', 'no-stream', [sized(3, longest)])
      const [largest] = await collect(ledger.readAll({ from: position }))
      assert.equal(largest!.bytes.length, 65_535)
      const size = await ledger.size()
      await rejection(
        ledger.append('sample-3', 'no-stream', [sampleEvent(8), sized(6, longest + 1)]),
        'EVENT_TOO_LARGE',
      )
      assert.equal(await ledger.size(), size)
    },
  },
  {
    name: 'recordedat never goes back, with a clock that does, also when the ledger is opened again',
    async run(bench) {
      const times = [5000, 4000, 6000, 5999, 1, 6001, 0]
      const at = (i: number) => Date.UTC(2024, 0, 1) + times[i % times.length]!
      let ledger = await bench.create({ now: () => at(0) })
      for (let i = 0; i < 14; i++) {
        const warnings: string[] = []
        ledger = await bench.reopen({ now: () => at(i), onWarning: (message) => warnings.push(message) })
        await ledger.append('sample-1', 'any', [sampleEvent(i)])
        const [before, last] = (await collect(ledger.readAll({ backwards: true, limit: 2 }))).reverse()
        assert.ok(last!.event.recordedat >= before!.event.recordedat)
        if (new Date(at(i)).toISOString() >= before!.event.recordedat)
          assert.equal(last!.event.recordedat, new Date(at(i)).toISOString())
        else assert.equal(warnings.length, 1, `one warning of a clock that went back, not ${warnings.length}`)
      }
    },
  },
  {
    name: 'what the caller does with its events after the call changes nothing',
    async run(bench) {
      const ledger = await bench.create()
      const data: Record<string, string> = { text: 'before' }
      const events = [{ ...sampleEvent(0), data }]
      const appending = ledger.append('sample-1', 'any', events)
      data['text'] = 'after'
      events.length = 0
      const { position } = await appending
      const [record] = await collect(ledger.readAll({ from: position }))
      assert.deepEqual(record!.event.data, { text: 'before' })
    },
  },
  {
    name: 'an abort before hand-off writes nothing and rejects with ABORTED; later the append still settles',
    async run(bench) {
      const ledger = await bench.create()
      const size = await ledger.size()
      await rejection(ledger.append('sample-1', 'any', [sampleEvent(0)], { signal: AbortSignal.abort() }), 'ABORTED')
      const controller = new AbortController()
      const appending = ledger.append('sample-1', 'any', [sampleEvent(0)], { signal: controller.signal })
      controller.abort()
      await rejection(appending, 'ABORTED')
      assert.equal(await ledger.size(), size)
      await abortAtRandom(bench, 40)
    },
  },
  {
    name: 'an append that settled listens no longer for its abort',
    async run(bench) {
      const ledger = await bench.create()
      const { signal } = new AbortController()
      for (let i = 0; i < 5; i++) await ledger.append('sample-1', 'any', [sampleEvent(i)], { signal })
      await rejection(ledger.append('sample-1', 0n, [sampleEvent(99)], { signal }), 'WRONG_REVISION')
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    },
  },
  {
    name: 'a reader has nothing that writes',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'any', [sampleEvent(0)])
      const reader = await bench.reader()
      const writing = ['append', 'appendMany', 'heads', 'rotateEvidenceKey', 'revokeKey', 'recordRedaction']
      assert.deepEqual(
        writing.filter((name) => !(name in ledger)),
        [],
      )
      assert.deepEqual(
        writing.filter((name) => name in reader),
        [],
      )
    },
  },
  {
    name: 'close settles the appends handed over before it, refuses later ones, and is idempotent',
    async run(bench) {
      const ledger = await bench.create()
      const pending = Array.from({ length: 20 }, (_, i) => ledger.append(`sample-${i % 3}`, 'any', [sampleEvent(i)]))
      const closing = ledger.close()
      await rejection(ledger.append('sample-1', 'any', [sampleEvent(100)]), 'LEDGER_CLOSED')
      const settled = await Promise.allSettled(pending)
      await closing
      await ledger.close()
      await rejection(ledger.size(), 'LEDGER_CLOSED')
      const again = await bench.reopen()
      for (const [i, outcome] of settled.entries()) {
        assert.equal(outcome.status, 'fulfilled', `append ${i} was lost by close`)
        const { replayed, position } = await again.append(`sample-${i % 3}`, 'any', [sampleEvent(i)])
        assert.deepEqual([replayed, position], [true, outcome.value.position])
      }
    },
  },
  {
    name: 'appends by hundreds at once keep the order of their hand-over',
    async run(bench) {
      const ledger = await bench.create({ headsEveryRecords: 150 })
      const prepared = prepare(sampleEvents(5000, 1500))
      const appends = Array.from({ length: 300 }, (_, i) =>
        ledger.append(`sample-${i % 7}`, 'any', sampleEvents(3 * i, 3)),
      )
      appends.push(ledger.append('sample-large', 'no-stream', prepared))
      const results = await Promise.all(appends)
      for (const { positions } of results)
        positions.forEach((position, i) => {
          assert.equal(position, positions[0]! + BigInt(i))
        })
      for (let i = 1; i < results.length; i++) assert.ok(results[i]!.positions[0]! > results[i - 1]!.position)
    },
  },
]

/** Aborts at any moment: either the append is refused and absent, or it settles and is there. */
async function abortAtRandom(bench: LedgerBench, rounds: number): Promise<void> {
  const ledger = await bench.reopen()
  const random = new SeededRandom(5)
  for (let i = 1; i <= rounds; i++) {
    const controller = new AbortController()
    const busy = ledger.append('sample-busy', 'any', [sampleEvent(1000 + i)])
    const appending = ledger.append('sample-1', 'any', [sampleEvent(i)], { signal: controller.signal })
    const settled = appending.then(
      ({ position }) => position,
      (error: unknown) => error,
    )
    await random.pause()
    controller.abort()
    await busy
    const outcome = await settled
    const [position] = await ledger.positionsOf([sampleEvent(i).id])
    if (typeof outcome === 'bigint') assert.equal(position, outcome)
    else {
      await rejection(Promise.reject(outcome), 'ABORTED')
      assert.equal(position, undefined)
    }
  }
}
