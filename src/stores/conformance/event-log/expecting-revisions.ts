import assert from 'node:assert/strict'
import type { ErrorCode } from '../../../errors/index.js'
import type { ExpectedRevision } from '../../../ledger/index.js'
import { rejection } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import type { Case } from '../test-functions.js'

type Outcome = 'append' | ErrorCode

/** The table of the specification: what is expected, the stream's last revision (undefined: absent), what comes of it. */
const TABLE: readonly [ExpectedRevision, bigint | undefined, Outcome][] = [
  ['no-stream', undefined, 'append'],
  ['no-stream', 0n, 'STREAM_EXISTS'],
  ['no-stream', 3n, 'STREAM_EXISTS'],
  ['stream-exists', undefined, 'STREAM_ABSENT'],
  ['stream-exists', 0n, 'append'],
  ['stream-exists', 3n, 'append'],
  ['any', undefined, 'append'],
  ['any', 0n, 'append'],
  ['any', 3n, 'append'],
  [0n, undefined, 'STREAM_ABSENT'],
  [3n, undefined, 'STREAM_ABSENT'],
  [0n, 0n, 'append'],
  [3n, 3n, 'append'],
  [0n, 3n, 'WRONG_REVISION'],
  [2n, 3n, 'WRONG_REVISION'],
  [4n, 3n, 'WRONG_REVISION'],
  [1n, 0n, 'WRONG_REVISION'],
  [BigInt(Number.MAX_SAFE_INTEGER), 0n, 'WRONG_REVISION'],
]

const CELLS: readonly Case<LedgerBench>[] = TABLE.map(([expected, actual, outcome]) => ({
  name: `expecting ${name(expected)} of a stream ${actual === undefined ? 'that is absent' : `at revision ${actual}`}: ${outcome}`,
  async run(bench) {
    const ledger = await bench.create()
    const count = actual === undefined ? 0 : Number(actual) + 1
    if (count > 0) await ledger.append('sample-1', 'any', sampleEvents(100, count))
    const size = await ledger.size()
    const appending = ledger.append('sample-1', expected, sampleEvents(0, 2))
    if (outcome === 'append') {
      const { revision, positions, position } = await appending
      assert.equal(revision, BigInt(count + 1))
      assert.deepEqual(positions, [size, size + 1n])
      assert.equal(position, size + 1n)
      return
    }
    const { details } = await rejection(appending, outcome)
    assert.equal(await ledger.size(), size, 'something was written')
    if (outcome === 'WRONG_REVISION')
      assert.equal(details['actual'], String(actual), 'the error names the actual revision')
    // A refusal burns nothing: the same events can be appended.
    assert.equal((await ledger.append('sample-1', 'any', sampleEvents(0, 2))).replayed, false)
  },
}))

/** The expected revision: every cell of the table, and appends that are pending at the same time. */
export const EXPECTING_REVISIONS: readonly Case<LedgerBench>[] = [
  ...CELLS,
  {
    name: 'an expected revision that is not spelled is refused with INVALID_EXPECTED_REVISION',
    async run(bench) {
      const ledger = await bench.create()
      const size = await ledger.size()
      for (const wrong of [undefined, null, -1n, 0, 'exists', '0', 2n ** 53n]) {
        // JavaScript callers can hand over anything.
        const expected = wrong as unknown as ExpectedRevision
        await rejection(ledger.append('sample-1', expected, [sampleEvent(1)]), 'INVALID_EXPECTED_REVISION')
      }
      assert.equal(await ledger.size(), size)
    },
  },
  {
    name: 'of appends that expect the same revision at the same time one wins, the others get WRONG_REVISION',
    async run(bench) {
      const ledger = await bench.create()
      await ledger.append('sample-1', 'no-stream', [sampleEvent(0)])
      for (let round = 0; round < 10; round++) {
        const expected = BigInt(round)
        const outcomes = await Promise.allSettled(
          [1, 2, 3, 4].map((writer) => ledger.append('sample-1', expected, [sampleEvent(10 * (round + 1) + writer)])),
        )
        assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') await rejection(Promise.reject(outcome.reason), 'WRONG_REVISION')
        }
        assert.equal((await ledger.streamHead('sample-1'))?.revision, expected + 1n)
      }
    },
  },
  {
    name: 'of appends that create the same stream at the same time one wins, the others get STREAM_EXISTS',
    async run(bench) {
      const ledger = await bench.create()
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map((i) => ledger.append('sample-1', 'no-stream', [sampleEvent(i)])),
      )
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') await rejection(Promise.reject(outcome.reason), 'STREAM_EXISTS')
      }
    },
  },
  {
    name: 'appends handed over one after the other, without waiting, each see the one before',
    async run(bench) {
      const ledger = await bench.create()
      const appends = [ledger.append('sample-1', 'no-stream', [sampleEvent(0)])]
      for (let i = 1; i < 50; i++) appends.push(ledger.append('sample-1', BigInt(i - 1), [sampleEvent(i)]))
      const results = await Promise.all(appends)
      assert.deepEqual(
        results.map(({ revision }) => revision),
        results.map((_, i) => BigInt(i)),
      )
    },
  },
  {
    name: 'the same stream twice in one appendMany: the second sees the first',
    async run(bench) {
      const ledger = await bench.create()
      const results = await ledger.appendMany([
        { stream: 'sample-1', expectedRevision: 'no-stream', events: sampleEvents(0, 2) },
        { stream: 'sample-2', expectedRevision: 'no-stream', events: sampleEvents(10, 1) },
        { stream: 'sample-1', expectedRevision: 1n, events: sampleEvents(2, 1) },
      ])
      assert.deepEqual(
        results.map(({ revision }) => revision),
        [1n, 0n, 2n],
      )
      const again = { stream: 'sample-3', expectedRevision: 'no-stream' as const }
      await rejection(
        ledger.appendMany([
          { ...again, events: [sampleEvent(20)] },
          { ...again, events: [sampleEvent(21)] },
        ]),
        'STREAM_EXISTS',
      )
      assert.equal(await ledger.streamHead('sample-3'), undefined)
    },
  },
]

function name(expected: ExpectedRevision): string {
  return typeof expected === 'bigint' ? `revision ${expected}` : expected
}
