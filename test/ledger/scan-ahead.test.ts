import { cp, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hex, utf8 } from '../../src/canonical/index.js'
import { parseRecord } from '../../src/events/index.js'
import { HashedRecord } from '../../src/ledger/index.js'
import { leafHash } from '../../src/merkle/index.js'
import { CheckingThread } from '../../src/stores/embedded/checking-thread.js'
import { openEmbeddedLogReader } from '../../src/stores/embedded/embedded-log-reader.js'
import { openEmbeddedLogStore } from '../../src/stores/embedded/embedded-log-store.js'
import { createEmbeddedLedger, type EmbeddedLedgerReader, openEmbeddedLedgerReader } from '../../src/stores/index.js'
import { until } from '../cli/clyra.js'

/** Records of a batch, and as many batches as a thread is started for. */
const BATCH = 256
const EVENTS = 20_000
/** From here on there are so few records that no thread is started. */
const PLAIN_FROM = 32 * BATCH

let directory: string

const batch = (n: number) =>
  Array.from({ length: 1_000 }, (_, i) => ({
    id: `0199f0aa-0000-7000-8000-${String(n * 1_000 + i).padStart(12, '0')}`,
    time: '2026-01-02T03:04:05Z',
    type: 'com.example.thing.v1',
    source: '/t',
    data: { n, i, text: 'ü and "quotes"'.repeat(i % 4) },
  }))

/** A machine with that many processors of which so many are at work, for who asks from now on. */
function machine(processors: number, busy: number) {
  os.availableParallelism = () => processors
  os.loadavg = () => [busy, 0, 0]
  syncBuiltinESMExports()
}
const { availableParallelism, loadavg } = os

beforeAll(async () => {
  machine(2, 0)
  directory = join(await mkdtemp(join(os.tmpdir(), 'clyra-scan-ahead-')), '.clyra')
  const ledger = await createEmbeddedLedger({ directory })
  for (let n = 0; n < EVENTS / 1_000; n++) await ledger.append(`thing-${n % 7}`, 'any', batch(n))
  await ledger.close()
})

afterAll(async () => {
  Object.assign(os, { availableParallelism, loadavg })
  syncBuiltinESMExports()
  await rm(join(directory, '..'), { recursive: true, force: true })
})

async function reading<T>(act: (ledger: EmbeddedLedgerReader) => Promise<T>): Promise<T> {
  const ledger = await openEmbeddedLedgerReader({ directory })
  try {
    return await act(ledger)
  } finally {
    await ledger.close()
  }
}

const isReady = Object.getOwnPropertyDescriptor(CheckingThread.prototype, 'ready')!.get!
let begun: CheckingThread | undefined
beforeEach(() => {
  begun = undefined
  vi.spyOn(CheckingThread.prototype, 'ready', 'get').mockImplementation(function (this: CheckingThread) {
    begun = this
    return isReady.call(this)
  })
})
afterEach(() => vi.restoreAllMocks())

/** A thread has to start first: a scan that has asked for one is held up until it is there, so that it is what is tested. */
async function threadStarted() {
  const thread = begun
  if (thread !== undefined) await until(() => isReady.call(thread), 'the thread ahead takes requests')
}

/** Everything that a reader sees from a position on, one text a batch, and how it ends. */
async function seen(ledger: EmbeddedLedgerReader, from: number, limit?: number) {
  const batches: string[] = []
  let count = 0
  try {
    for await (const records of ledger.readBatches({ from: BigInt(from), ...(limit === undefined ? {} : { limit }) })) {
      if (from === 0 && batches.length < 8) await threadStarted()
      batches.push(
        JSON.stringify(records.map(({ position, leaf, bytes, event }) => [position, hex(leaf), hex(bytes), event])),
      )
      count += records.length
    }
    return { batches, count, end: 'all' }
  } catch (error) {
    return { batches, count, end: error }
  }
}

/** Where the log's one segment holds the record at a position, as an entry: leaf, length, bytes. */
async function entryAt(ledger: EmbeddedLedgerReader, position: number) {
  const record = await ledger
    .readAll({ from: BigInt(position), limit: 1 })
    [Symbol.asyncIterator]()
    .next()
  const { bytes: wanted } = record.value!
  const path = join(directory, 'log', '00000000000000000000.seg')
  return { path, at: (await readFile(path)).indexOf(wanted) - 36, length: 36 + wanted.length }
}

async function changed<T>(path: string, at: number, act: () => Promise<T>): Promise<T> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  try {
    await file.write(Buffer.from([byte[0]! ^ 1]), 0, 1, at)
    return await act()
  } finally {
    await file.write(byte, 0, 1, at)
    await file.close()
  }
}

describe('a scan with a thread ahead', () => {
  test('gives the records that reading without one gives, in the same batches', () =>
    reading(async (ledger) => {
      const whole = await seen(ledger, 0)
      expect(whole.end).toBe('all')
      expect(whole.count).toBe(Number(await ledger.size()))
      expect(whole.batches.slice(PLAIN_FROM / BATCH)).toEqual((await seen(ledger, PLAIN_FROM)).batches)
      const part = await seen(ledger, 0, 70 * BATCH)
      expect(part.batches).toEqual(whole.batches.slice(0, 70))
    }))

  test('refuses a byte that was changed on disk where, and as, reading without one refuses it', () =>
    reading(async (ledger) => {
      const position = 12_345
      const { path, at, length } = await entryAt(ledger, position)
      // The leaf, the length, and the record from its first byte to its last.
      for (const offset of [0, 31, 32, 34, 36, Math.floor((36 + length) / 2), length - 1]) {
        await changed(path, at + offset, async () => {
          const [ahead, plain] = [await seen(ledger, 0), await seen(ledger, PLAIN_FROM)]
          expect(ahead.end).toEqual(plain.end)
          expect(ahead.end).toMatchObject({ code: 'LOG_CORRUPT', details: { position } })
          expect(ahead.batches.slice(PLAIN_FROM / BATCH)).toEqual(plain.batches)
        })
      }
      expect((await seen(ledger, 0)).end).toBe('all')
    }))

  test('takes from its thread what is a record, and leaves what is none to its caller', async () => {
    const copy = join(directory, '..', 'copy')
    await cp(directory, copy, { recursive: true })
    const bad = ['{"a":1, "b":2}', 'no JSON', '{"data":{}}', '{"data":{"a":1.5}}']
    const good = (await reading((ledger) => seen(ledger, PLAIN_FROM))).count
    const places = { directory: join(copy, 'log'), cacheDirectory: join(copy, 'offsets') }
    const writer = await openEmbeddedLogStore(places)
    const size = await writer.head()
    for (const [i, text] of bad.entries()) {
      const bytes = utf8(text)
      const record = { position: size + i, id: String(i), stream: 'x-1', revision: i, leaf: leafHash(bytes), bytes }
      await writer.append([record], size + i)
    }
    await writer.close()

    const store = await openEmbeddedLogReader(places)
    const scan = store.scan?.(0, size + bad.length, BATCH)
    expect(scan).toBeDefined()
    const refused: number[] = []
    let admitted = 0
    for await (const records of scan!) {
      if (records[0]!.position < 8 * BATCH) await threadStarted()
      for (const record of records) {
        const shown = HashedRecord.isAdmitted(record)
        if (shown) admitted++
        try {
          parseRecord(record.bytes)
        } catch {
          expect(shown).toBe(false)
          refused.push(record.position)
        }
      }
    }
    expect(refused).toEqual(bad.map((_, i) => size + i))
    expect(admitted).toBeGreaterThan(good / 2)
    await store.close()

    const ledger = await openEmbeddedLedgerReader({ directory: copy }).catch((error: unknown) => error)
    expect(ledger).toMatchObject({ code: 'JSON_NOT_CANONICAL' })
  })

  test('a caller who stops early, or aborts, ends it', () =>
    reading(async (ledger) => {
      for await (const records of ledger.readBatches()) {
        await threadStarted()
        if (records[0]!.position > 0) break
      }
      const stop = new AbortController()
      const batches = ledger.readBatches({ signal: stop.signal })[Symbol.asyncIterator]()
      await batches.next()
      stop.abort()
      await expect(batches.next()).rejects.toMatchObject({ code: 'ABORTED' })
      expect(process.getActiveResourcesInfo()).not.toContain('Worker')
    }))

  test('a ledger that is closed meanwhile says so', async () => {
    const ledger = await openEmbeddedLedgerReader({ directory })
    const batches = ledger.readBatches()[Symbol.asyncIterator]()
    await batches.next()
    await ledger.close()
    const rest = async () => {
      while ((await batches.next()).done !== true);
    }
    await expect(rest()).rejects.toMatchObject({ code: 'LEDGER_CLOSED' })
  })

  test('there is no thread for few records, nor where no processor is free', async () => {
    const store = await openEmbeddedLogReader({
      directory: join(directory, 'log'),
      cacheDirectory: join(directory, 'x'),
    })
    const size = await store.head()
    expect(store.scan?.(0, PLAIN_FROM, BATCH)).toBeUndefined()
    for (const [processors, busy] of [
      [1, 0],
      [2, 2],
    ] as const) {
      machine(processors, busy)
      expect(store.scan?.(0, size, BATCH)).toBeUndefined()
    }
    machine(2, 0)
    const scan = store.scan?.(0, size, BATCH)
    expect(scan).toBeDefined()
    for await (const records of scan!) {
      expect(records).toHaveLength(BATCH)
      break
    }
    await store.close()
  })

  test('a thread that has ended answers that it showed nothing', async () => {
    const thread = new CheckingThread()
    await thread.end()
    const extent = { path: '', start: 0, length: 0, firstPosition: 0, entries: new Uint32Array(0) }
    expect(await thread.check(extent)).toBeUndefined()
    expect(thread.ready).toBe(false)
  })
})
