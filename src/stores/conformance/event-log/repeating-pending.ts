import assert from 'node:assert/strict'
import type { ErrorCode } from '../../../errors/index.js'
import { isClyraError } from '../../../errors/index.js'
import type { AppendResult, ExpectedRevision, StreamAppend } from '../../../ledger/index.js'
import { rejection } from '../expecting.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents, sampleId } from '../sample-events.js'
import { SeededRandom } from '../seeded-random.js'
import type { Case } from '../test-functions.js'
import { knownOf } from './repeating.js'

/** Idempotency among appends that are pending at the same time, and against a naive model. */
export const REPEATING_PENDING: readonly Case<LedgerBench>[] = [
  {
    name: 'the same append handed over several times at once is written once; all get the same positions',
    async run(bench) {
      const ledger = await bench.create()
      for (let round = 0; round < 5; round++) {
        const events = sampleEvents(10 * round, 3)
        const results = await Promise.all(
          Array.from({ length: 4 }, () => ledger.append(`sample-${round}`, 'no-stream', events)),
        )
        assert.equal(results.filter(({ replayed }) => !replayed).length, 1)
        for (const { positions } of results) assert.deepEqual(positions, results[0]!.positions)
      }
    },
  },
  {
    name: 'pending appends that share a part of their ids: the later one is BATCH_PARTLY_KNOWN with the ids',
    async run(bench) {
      const ledger = await bench.create()
      const [first, second] = await Promise.allSettled([
        ledger.append('sample-1', 'any', sampleEvents(0, 3)),
        ledger.append('sample-1', 'any', sampleEvents(2, 3)),
      ])
      assert.equal(first.status, 'fulfilled')
      assert.equal(second.status, 'rejected')
      const { details } = await rejection(Promise.reject(second.reason), 'BATCH_PARTLY_KNOWN')
      assert.deepEqual(knownOf(details), [[sampleId(2), String(first.value.position)]])
    },
  },
  {
    name: 'pending appends of the same id with other content or stream: the later one is EVENT_ID_REUSED',
    async run(bench) {
      const ledger = await bench.create()
      for (const [i, stream, data] of [
        [0, 'sample-1', { other: '1' }],
        [1, 'sample-2', {}],
      ] as const) {
        const [first, second] = await Promise.allSettled([
          ledger.append('sample-1', 'any', [sampleEvent(i)]),
          ledger.append(stream, 'any', [sampleEvent(i, data)]),
        ])
        assert.equal(first.status, 'fulfilled')
        assert.equal(second.status, 'rejected')
        await rejection(Promise.reject(second.reason), 'EVENT_ID_REUSED')
      }
    },
  },
  {
    name: 'an append that was refused leaves its ids unknown, also for those pending behind it',
    async run(bench) {
      const ledger = await bench.create()
      const [refused, accepted] = await Promise.allSettled([
        ledger.append('sample-1', 5n, [sampleEvent(0)]),
        ledger.append('sample-1', 'no-stream', [sampleEvent(0)]),
      ])
      assert.equal(refused.status, 'rejected')
      await rejection(Promise.reject(refused.reason), 'STREAM_ABSENT')
      assert.equal(accepted.status, 'fulfilled')
      assert.equal(accepted.value.replayed, false)
    },
  },
  ...[1, 2, 3, 4].map((seed) => ({
    name: `any sequence of overlapping appends has the outcomes of the naive model (seed ${seed})`,
    run: (bench: LedgerBench) => againstModel(bench, new SeededRandom(seed)),
  })),
]

type Outcome = { readonly positions: readonly bigint[][]; readonly replayed: boolean } | { readonly code: ErrorCode }

/** Groups of appends handed over at once, with ids, contents, streams and expected revisions from small sets. */
async function againstModel(bench: LedgerBench, random: SeededRandom): Promise<void> {
  let ledger = await bench.create()
  const model = new Model(Number(await ledger.size()))
  for (let round = 0; round < 60; round++) {
    if (random.chance(5)) {
      ledger = await bench.reopen()
      model.size = Number(await ledger.size())
    }
    const group = Array.from({ length: random.between(1, 6) }, () => randomAppends(random))
    const expected = group.map((appends) => model.appendMany(appends))
    const settled = await Promise.allSettled(group.map((appends) => ledger.appendMany(appends)))
    settled.forEach((outcome, i) => {
      const actual = outcomeOf(outcome)
      // Where some events are known, out of order, and some are not, both answers are right.
      if ('code' in actual && isPartly(expected[i]!) && actual.code === 'EVENT_ID_REUSED') return
      assert.deepEqual(
        actual,
        expected[i],
        JSON.stringify(group[i], (_, v) => (typeof v === 'bigint' ? String(v) : v)),
      )
    })
    assert.equal(await ledger.size(), BigInt(model.size))
  }
}

function isPartly(outcome: Outcome): boolean {
  return 'code' in outcome && outcome.code === 'BATCH_PARTLY_KNOWN'
}

function randomAppends(random: SeededRandom): StreamAppend[] {
  return Array.from({ length: random.chance(75) ? 1 : 2 }, () => ({
    stream: `sample-${random.below(3)}`,
    expectedRevision: random.pick<ExpectedRevision>([
      'any',
      'any',
      'any',
      'no-stream',
      'stream-exists',
      BigInt(random.below(8)),
    ]),
    events: Array.from({ length: random.between(1, 3) }, () => {
      const number = random.below(60)
      return sampleEvent(number, random.chance(5) ? { other: '' } : {})
    }),
  }))
}

function outcomeOf(settled: PromiseSettledResult<AppendResult[]>): Outcome {
  if (settled.status === 'rejected') {
    if (isClyraError(settled.reason)) return { code: settled.reason.code }
    throw settled.reason
  }
  return { positions: settled.value.map(({ positions }) => [...positions]), replayed: settled.value[0]!.replayed }
}

interface Known {
  readonly stream: string
  readonly content: string
  readonly position: number
}

/** The specification's words, said as simply as can be: ids first, then revisions, all or none. */
class Model {
  size: number
  readonly #known = new Map<string, Known>()
  readonly #revisions = new Map<string, number>()

  constructor(size: number) {
    this.size = size
  }

  appendMany(appends: readonly StreamAppend[]): Outcome {
    // These appends are made of plain events with ids, never of prepared ones.
    const events = appends.flatMap(({ stream, events }) =>
      (events as readonly { readonly id: string }[]).map((event) => ({ stream, event })),
    )
    if (new Set(events.map(({ event }) => event.id)).size < events.length) return { code: 'EVENT_ID_REUSED' }
    const known = events.map(({ event }) => this.#known.get(event.id))
    const reused = events.some(({ stream, event }, i) => {
      const there = known[i]
      return there !== undefined && (there.stream !== stream || there.content !== JSON.stringify(event))
    })
    if (reused) return { code: 'EVENT_ID_REUSED' }
    if (known.every((one) => one !== undefined)) {
      const positions = known.map(({ position }) => position)
      if (positions.some((position, i) => i > 0 && position < positions[i - 1]!)) return { code: 'EVENT_ID_REUSED' }
      return { positions: shaped(appends, positions), replayed: true }
    }
    if (known.some((one) => one !== undefined)) return { code: 'BATCH_PARTLY_KNOWN' }
    return this.#append(appends)
  }

  #append(appends: readonly StreamAppend[]): Outcome {
    const revisions = new Map(this.#revisions)
    for (const { stream, expectedRevision, events } of appends) {
      const actual = revisions.get(stream)
      if (expectedRevision === 'no-stream' && actual !== undefined) return { code: 'STREAM_EXISTS' }
      if (expectedRevision !== 'no-stream' && expectedRevision !== 'any' && actual === undefined)
        return { code: 'STREAM_ABSENT' }
      if (typeof expectedRevision === 'bigint' && Number(expectedRevision) !== actual) return { code: 'WRONG_REVISION' }
      revisions.set(stream, (actual ?? -1) + (events as readonly unknown[]).length)
    }
    const positions: number[] = []
    for (const { stream, events } of appends) {
      for (const event of events as readonly { readonly id: string }[]) {
        this.#known.set(event.id, { stream, content: JSON.stringify(event), position: this.size })
        positions.push(this.size++)
      }
    }
    for (const [stream, revision] of revisions) this.#revisions.set(stream, revision)
    return { positions: shaped(appends, positions), replayed: false }
  }
}

function shaped(appends: readonly StreamAppend[], positions: readonly number[]): bigint[][] {
  let at = 0
  return appends.map(({ events }) => (events as readonly unknown[]).map(() => BigInt(positions[at++]!)))
}
