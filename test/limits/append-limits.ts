import { expect } from 'vitest'
import { admit, parseDecimal } from '../../src/canonical/index.js'
import { isClyraError } from '../../src/errors/index.js'
import type { LedgerHandle } from '../../src/ledger/index.js'
import { assertBatch } from '../../src/stores/log-store-checks.js'
import { createMemoryLedger, MemoryTileStore, memoryPlace, memoryPorts } from '../../src/stores/memory/index.js'
import { atAndPast, codeOf, type LimitCase } from './limit-cases.js'

type Data = Record<string, unknown>
type Options = Parameters<typeof createMemoryLedger>[0]
const MOST = Number.MAX_SAFE_INTEGER
const x = (length: number): string => 'x'.repeat(length)
const event = (more: Data = {}, data: Data = { n: 1 }) => ({
  type: 'com.example.thing.v1',
  source: '/t',
  data,
  ...more,
})

/** Appends what the compiler would refuse: that is what is tested here. */
const append = (ledger: LedgerHandle, events: readonly unknown[], stream = 'thing-1') =>
  ledger.append(stream, 'any', events as Parameters<typeof ledger.append>[2])

async function withLedger<T>(use: (ledger: LedgerHandle) => Promise<T>, options: Options = {}): Promise<T> {
  const ledger = await createMemoryLedger(options)
  try {
    return await use(ledger)
  } finally {
    await ledger.close()
  }
}

/** One event, or a batch, at the limit and past it; a refused append has written nothing. */
const appending = (code: string, make: (past: boolean) => readonly unknown[], stream = (_past: boolean) => 'thing-1') =>
  withLedger((ledger) =>
    atAndPast(code, async (past) => {
      const before = await ledger.size()
      try {
        await append(ledger, make(past), stream(past))
      } catch (error) {
        expect(await ledger.size()).toBe(before)
        throw error
      }
    }),
  )

const nested = (levels: number): unknown => (levels === 1 ? 1 : [nested(levels - 1)])

/** How much text an event holds whose record has exactly 65,535 bytes. */
const fullRecord = () =>
  withLedger(async (ledger) => {
    await append(ledger, [event({}, { t: '' })])
    for await (const record of ledger.readStream('thing-1')) return 65_535 - record.bytes.length
    throw new Error('there is no record')
  })

/** Events that are counted as exactly 32 MiB. */
const fullBatch = () =>
  withLedger(async (ledger) => {
    const make = (cut: number) =>
      Array.from({ length: 545 }, (_, i) => event({}, { t: x(61_000 - (i < 544 ? 0 : cut)) }))
    const thrown: unknown = await append(ledger, make(0)).catch((error: unknown) => error)
    if (!isClyraError(thrown, 'BATCH_TOO_LARGE')) throw thrown
    const over = Number(thrown.details['bytes']) - 32 * 1024 * 1024
    // Whole events are left out until one alone can make up for the rest.
    const each = Number(thrown.details['bytes']) / 545
    const without = Math.floor(over / each)
    return make(over - without * Math.round(each)).slice(without)
  })

export const APPEND_LIMITS: readonly LimitCase[] = [
  {
    limit: 'stream name',
    check: async () => {
      await appending(
        'INVALID_STREAM_NAME',
        () => [event()],
        (past) => `${x(31)}-${x(past ? 201 : 200)}`,
      )
      await appending(
        'INVALID_STREAM_NAME',
        () => [event()],
        (past) => `${x(past ? 32 : 31)}-a`,
      )
    },
  },
  {
    limit: 'event id',
    check: () =>
      appending('EVENT_INVALID', (past) => [event({ id: `01940000-0000-7000-8000-00000000aaaa${past ? '0' : ''}` })]),
  },
  {
    limit: 'attribute',
    check: async () => {
      await appending('EVENT_INVALID', (past) => [event({ subject: x(past ? 1025 : 1024) })])
      await appending('EVENT_INVALID', (past) => [event({ subject: `${'😀'.repeat(512)}${past ? 'x' : ''}` })])
    },
  },
  {
    limit: 'extension name',
    check: () => appending('EVENT_INVALID', (past) => [event({ extensions: { [x(past ? 21 : 20)]: 'a' } })]),
  },
  {
    limit: 'type',
    check: async () => {
      await appending('EVENT_INVALID', (past) => [event({ type: `com.${x(past ? 64 : 63)}.v1` })])
      await appending('EVENT_INVALID', (past) => [event({ type: `com${'.a'.repeat(past ? 16 : 15)}.v1` })])
      await appending('EVENT_INVALID', (past) => [event({ type: `com.a.v${past ? 1_000_000 : 999_999}` })])
    },
  },
  {
    limit: 'record',
    check: async () => {
      const length = await fullRecord()
      await withLedger(async (ledger) => {
        await atAndPast('EVENT_TOO_LARGE', (past) =>
          append(ledger, [event({}, { t: x(length + (past ? 1 : 0)) })], past ? 'thing-2' : 'thing-1'),
        )
        expect(await ledger.streamHead('thing-2')).toBe(undefined)
      })
    },
  },
  // The record is the first level, its data the second.
  {
    limit: 'JSON depth',
    check: () => appending('JSON_TOO_DEEP', (past) => [event({}, { n: nested(past ? 31 : 30) })]),
  },
  {
    limit: 'member name',
    check: () => appending('JSON_FORBIDDEN_NAME', (past) => [event({}, { [x(past ? 129 : 128)]: 1 })]),
  },
  {
    limit: 'number',
    check: async () => {
      await appending('JSON_NUMBER', (past) => [event({}, { n: past ? MOST + 1 : MOST })])
      await atAndPast('JSON_NUMBER', (past) => admit(canonicalText(past ? '-9007199254740992' : '-9007199254740991')))
    },
  },
  {
    limit: 'records of a batch',
    check: () => {
      const record = (position: number) => ({
        position,
        id: '',
        stream: '',
        revision: 0,
        leaf: new Uint8Array(32),
        bytes: new Uint8Array(1),
      })
      const records = Array.from({ length: 65_537 }, (_, i) => record(i))
      const { capabilities } = memoryPorts(memoryPlace()).store
      // What every store asks before it writes: through the ledger so many events reach the limit of bytes first.
      return atAndPast('BATCH_TOO_LARGE', (past) => assertBatch(past ? records : records.slice(0, -1), 0, capabilities))
    },
  },
  {
    limit: 'bytes of a batch',
    check: async () => {
      const events = await fullBatch()
      await appending('BATCH_TOO_LARGE', (past) => (past ? [...events.slice(1), event({}, { t: x(61_001) })] : events))
    },
  },
  {
    limit: 'bytes that wait',
    check: async () => {
      const two = (queueBytes: number) =>
        withLedger(
          async (ledger) => {
            const [, second] = await Promise.allSettled([append(ledger, [event()]), append(ledger, [event()])])
            if (second?.status === 'rejected') throw second.reason
          },
          { queueBytes },
        )
      // One is taken whatever it measures; the refusal of the second says how much that was.
      const thrown: unknown = await two(1).catch((error: unknown) => error)
      if (!isClyraError(thrown, 'QUEUE_FULL')) throw thrown
      const bytes = Number(thrown.details['bytes'])
      await atAndPast('QUEUE_FULL', (past) => two(2 * bytes - (past ? 1 : 0)))
    },
  },
  {
    limit: 'unsealed backlog',
    check: async () => {
      const place = { ...memoryPlace(), tiles: new FailingTiles() }
      await withLedger(
        async (ledger) => {
          place.tiles.failing = true
          await append(ledger, [event()])
          await expect(ledger.sealed((await ledger.size()) - 1n)).rejects.toMatchObject({ code: 'SEAL_FAILED' })
          while (ledger.sealing().backlog < 5) expect(await codeOf(() => append(ledger, [event()]))).toBe('taken')
          const before = await ledger.size()
          expect(await codeOf(() => append(ledger, [event()]))).toBe('SEAL_FAILED')
          expect(await ledger.size()).toBe(before)
          place.tiles.failing = false
        },
        { place, maxBacklog: 5, sealDelayMs: 1, onWarning: () => undefined },
      )
    },
  },
  {
    limit: 'position, revision, size',
    check: () => atAndPast('INVALID_POSITION', (past) => parseDecimal(past ? '9007199254740992' : '9007199254740991')),
  },
  {
    limit: 'expected revision',
    check: () =>
      withLedger(async (ledger) => {
        await append(ledger, [event()])
        const expecting = (revision: bigint) =>
          codeOf(() => ledger.append('thing-1', revision, [{ type: 'com.example.thing.v1', source: '/t', data: {} }]))
        expect(await expecting(BigInt(MOST))).toBe('WRONG_REVISION')
        expect(await expecting(BigInt(MOST) + 1n)).toBe('INVALID_EXPECTED_REVISION')
      }),
  },
  {
    limit: 'name of a new ledger',
    check: async () => {
      const named = (origin: string) => withLedger(async () => undefined, { origin })
      const label = x(63)
      await atAndPast('CONFIG_INVALID', (past) => named(`${label}.${label}.${label}.${x(past ? 62 : 61)}`))
      await atAndPast('CONFIG_INVALID', (past) => named(past ? x(64) : label))
    },
  },
]

const canonicalText = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))

/** A tile store that can be told to fail. */
class FailingTiles extends MemoryTileStore {
  failing = false
  override async write(files: Parameters<MemoryTileStore['write']>[0]): Promise<void> {
    if (this.failing) throw new Error('the tile store fails, as it was told')
    await super.write(files)
  }
}
