/**
 * The last frames of a log, cut, flipped and zeroed at every byte. What is expected is computed here from where the
 * frames lie, by the words of the recovery rule: vouched is what lies below the highest `durableBefore` of a frame that
 * is still whole, or below a signed checkpoint.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { utf8 } from '../../src/canonical/index.js'
import { isClyraError } from '../../src/errors/index.js'
import type { LogRecord, LogStore, StoredRecord } from '../../src/ports/index.js'
import { recordOf } from '../../src/stores/conformance/sample-records.js'
import { openEmbeddedLogReader, openEmbeddedLogStore } from '../../src/stores/embedded/index.js'
import { decodeFrame, HEADER_BYTES, segmentName } from '../../src/stores/embedded/segment-format.js'
import {
  createEmbeddedLedger,
  fsck,
  layoutOf,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../../src/stores/index.js'
import { fullBounds } from '../faults/report.js'
import { sampled, sampleSeed } from '../faults/sampled.js'
import { verifyLedger } from './verify-ledger.js'

/** Where a frame lies: offsets in its segment, and the records it holds. */
interface FramePlace {
  readonly start: number
  readonly end: number
  readonly first: number
  readonly next: number
}

let root: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-damage-'))
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

const BATCHES = [1, 3, 1, 2, 1, 2, 1]

/** Every third place, another third in each run; every one where every case is asked for. */
const placesFrom = (start: number, end: number) =>
  sampled(
    Array.from({ length: end - start }, (_, i) => start + i),
    3,
  )

test('every byte of the last frames, flipped: vouched refuses, the last frame is set aside, nothing else is touched', async () => {
  const { log, frames } = await makeLog('flip')
  const intact = await readFile(join(log, segmentName(0)))
  let refused = 0
  let torn = 0
  for (const at of placesFrom(frames[frames.length - 4]!.start, intact.length)) {
    for (const mask of [0x01, 0xff]) {
      const bytes = Buffer.from(intact)
      bytes[at]! ^= mask
      const outcome = await recover(log, bytes, 0)
      const hit = frames.findIndex(({ end }) => at < end)
      if (hit < frames.length - 1) {
        expectCorrupt(outcome, frames[hit]!, `byte ${at}`)
        refused++
      } else {
        await expectTorn(outcome, frames[hit]!, intact.length - frames[hit]!.start, `byte ${at}`)
        torn++
      }
    }
  }
  expect(refused).toBeGreaterThan(fullBounds ? 200 : 200 / 3)
  expect(torn).toBeGreaterThan(fullBounds ? 100 : 100 / 3)
})

test('the log cut at every byte of the last frames opens with every earlier batch whole', async () => {
  const { log, frames } = await makeLog('cut')
  const intact = await readFile(join(log, segmentName(0)))
  for (const length of placesFrom(frames[frames.length - 4]!.start, intact.length)) {
    const outcome = await recover(log, intact.subarray(0, length), 0)
    const hit = frames.find(({ end }) => length < end)!
    // What follows the cut vouches for nothing any more: only a signed checkpoint could tell that it was there.
    await expectTorn(outcome, hit, length - hit.start, `cut at ${length}`)
  }
})

test('the log cut at every byte of the last frames refuses where a signed checkpoint covers what is gone', async () => {
  const { log, frames } = await makeLog('cut-sealed')
  const intact = await readFile(join(log, segmentName(0)))
  const last = frames[frames.length - 1]!
  for (const length of placesFrom(frames[frames.length - 3]!.start, intact.length)) {
    const hit = frames.find(({ end }) => length < end)!
    expectCorrupt(await recover(log, intact.subarray(0, length), last.next), hit, `cut at ${length}`)
    const covered = await recover(log, intact.subarray(0, length), hit.first)
    await expectTorn(covered, hit, length - hit.start, `cut at ${length}, sealed below`)
  }
})

test('zeros from any byte of the last frame on are a torn tail; at its very beginning they are space never written', async () => {
  const { log, frames } = await makeLog('zero')
  const intact = await readFile(join(log, segmentName(0)))
  const last = frames[frames.length - 1]!
  for (const from of placesFrom(last.start, intact.length)) {
    const bytes = Buffer.concat([intact.subarray(0, from), Buffer.alloc(intact.length - from + 4096)])
    // A record's own trailing zeros, and padding, may be zeros already.
    if (bytes.subarray(0, intact.length).equals(intact)) continue
    const outcome = await recover(log, bytes, 0)
    await expectTorn(outcome, last, from === last.start ? 0 : bytes.length - last.start, `zeros from ${from}`)
  }
})

test('preallocated zeros behind the last frame are no damage, and appending goes on', async () => {
  const { log, frames } = await makeLog('preallocated')
  const last = frames[frames.length - 1]!
  const intact = await readFile(join(log, segmentName(0)))
  const outcome = await recover(log, Buffer.concat([intact, Buffer.alloc(10_000)]), 0)
  expect(outcome).toMatchObject({ size: last.next, torn: [], warnings: [] })
})

test('damage in an earlier segment, and a segment that is gone, are LOG_CORRUPT; a torn last segment is set aside whole', async () => {
  const { log } = await makeLog('segments', 300)
  const names = (await readdir(log)).filter((name) => name.endsWith('.seg')).sort()
  expect(names.length).toBeGreaterThan(3)
  for (const name of names.slice(0, -1)) {
    const bytes = await readFile(join(log, name))
    for (const at of [0, 20, HEADER_BYTES, HEADER_BYTES + 13, HEADER_BYTES + 60, bytes.length - 1]) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x10
      const outcome = await recover(log, damaged, 0, name)
      expect(outcome.code, `${name} at ${at}`).toBe('LOG_CORRUPT')
    }
    expect((await recover(log, undefined, 0, name)).code, `${name} gone`).toBe('LOG_CORRUPT')
  }
  const last = names[names.length - 1]!
  const first = Number.parseInt(last, 10)
  const header = await readFile(join(log, last))
  header[5]! ^= 1
  const outcome = await recover(log, header, 0, last)
  expect(outcome).toMatchObject({ code: undefined, size: first, torn: [header.length] })
})

test('a ledger that was closed is vouched whole: a flip of any byte of its last frame is refused, and fsck names it', async () => {
  const directory = join(root, 'closed', '.clyra')
  const ledger = await createEmbeddedLedger({ directory })
  await ledger.append('thing-1', 'no-stream', [event(1), event(2)])
  await ledger.close()
  await verifyLedger(directory)
  const path = join(layoutOf(directory).log, segmentName(0))
  const intact = await readFile(path)
  const last = framesOf(intact).pop()!
  for (const at of placesFrom(last.start, intact.length)) {
    const bytes = Buffer.from(intact)
    bytes[at]! ^= 0x04
    await writeFile(path, bytes)
    await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      details: { offset: last.start, position: last.first },
    })
    await expect(openEmbeddedLedgerReader({ directory })).rejects.toMatchObject({ code: 'LOG_CORRUPT' })
    const { ok, findings } = await fsck({ directory })
    expect(ok).toBe(false)
    expect(findings[0]).toMatchObject({ code: 'LOG_CORRUPT', position: last.first })
  }
  await writeFile(path, intact)
  await verifyLedger(directory)
})

test('a ledger whose last, unsealed append is damaged opens without it, says so, and takes the same append again', async () => {
  const source = join(root, 'unsealed', '.clyra')
  // Nothing is sealed of itself within this test.
  const ledger = await createEmbeddedLedger({ directory: source, sealDelayMs: 3_600_000 })
  const batches: { id: string; event: ReturnType<typeof event> }[][] = []
  for (let batch = 0; batch < 5; batch++) {
    const events = [event(10 * batch), event(10 * batch + 1)]
    const { ids } = await ledger.append('thing-1', 'any', events)
    batches.push(events.map((one, i) => ({ id: ids[i]!, event: one })))
  }
  const copy = join(root, 'unsealed-copy')
  // As a power loss would leave it: no seal, no close.
  await cp(source, copy, { recursive: true })
  await ledger.close()
  const path = join(layoutOf(copy).log, segmentName(0))
  const intact = await readFile(path)
  const frames = framesOf(intact)
  const last = frames[frames.length - 1]!
  for (let at = last.start + (fullBounds ? 0 : sampleSeed() % 14); at < intact.length; at += fullBounds ? 7 : 14) {
    const directory = join(root, 'unsealed-case')
    await cp(copy, directory, { recursive: true })
    const bytes = Buffer.from(intact)
    bytes[at]! ^= 0x40
    await writeFile(join(layoutOf(directory).log, segmentName(0)), bytes)
    const warnings: string[] = []
    const opened = await openEmbeddedLedger({ directory, onWarning: (warning) => warnings.push(warning) })
    expect(warnings.some((warning) => warning.includes('torn'))).toBe(true)
    expect(await readdir(join(layoutOf(directory).log, 'torn'))).toHaveLength(1)
    expect(await opened.size()).toBe(BigInt(last.first))
    for (const [i, batch] of batches.entries()) {
      const again = await opened.append(
        'thing-1',
        'any',
        batch.map(({ id, event: one }) => ({ ...one, id })),
      )
      expect(again.replayed, `batch ${i} after damage at ${at}`).toBe(i < batches.length - 1)
    }
    await opened.close()
    await verifyLedger(directory)
    await rm(directory, { recursive: true })
  }
})

const event = (n: number) => ({
  type: 'com.example.thing.v1',
  source: '/damage',
  time: '2024-01-01T00:00:00Z',
  data: { n: String(n) },
})

/** Small, so that every byte can be tried. */
function smallRecord(position: number): LogRecord {
  return recordOf(position, 'small-1', position, utf8(`{"p":"${position}"}`))
}

function smallRecords(first: number, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, i) => smallRecord(first + i))
}

/** A log of some batches, closed; and where its frames lie in the (first) segment. */
async function makeLog(name: string, segmentBytes?: number): Promise<{ log: string; frames: FramePlace[] }> {
  const log = join(root, name)
  const store = await openEmbeddedLogStore({
    directory: log,
    cacheDirectory: join(root, `${name}-cache`),
    segmentBytes,
  })
  let head = 0
  for (const count of BATCHES) {
    await store.append(smallRecords(head, count), head)
    head += count
  }
  await store.close()
  return { log, frames: framesOf(await readFile(join(log, segmentName(0)))) }
}

function framesOf(bytes: Buffer): FramePlace[] {
  const frames: FramePlace[] = []
  let start = HEADER_BYTES
  for (let frame = decodeFrame(bytes, start); frame !== undefined; frame = decodeFrame(bytes, start)) {
    const { firstPosition, count, paddedLength } = frame
    frames.push({ start, end: start + paddedLength, first: firstPosition, next: firstPosition + count })
    start += paddedLength
  }
  expect(start).toBe(bytes.length)
  return frames
}

interface Outcome {
  readonly code: string | undefined
  readonly details: Readonly<Record<string, unknown>>
  readonly size: number
  readonly warnings: readonly string[]
  /** Bytes of each file in `torn/`. */
  readonly torn: readonly number[]
}

/** Opens a copy of the log with one segment replaced (undefined: gone); checks what it then holds, and that it goes on. */
async function recover(
  log: string,
  bytes: Buffer | undefined,
  sealedSize: number,
  name = segmentName(0),
): Promise<Outcome> {
  const directory = join(root, 'case')
  const cacheDirectory = join(root, 'case-cache')
  await rm(directory, { recursive: true, force: true })
  await rm(cacheDirectory, { recursive: true, force: true })
  await mkdir(directory)
  for (const segment of (await readdir(log)).filter((file) => file.endsWith('.seg') && file !== name)) {
    await cp(join(log, segment), join(directory, segment))
  }
  if (bytes !== undefined) await writeFile(join(directory, name), bytes)
  const before = await sizesIn(directory)
  const warnings: string[] = []
  let store: LogStore
  try {
    store = await openEmbeddedLogStore({
      directory,
      cacheDirectory,
      sealedSize,
      onWarning: (one) => warnings.push(one),
    })
  } catch (error) {
    if (!isClyraError(error)) throw error
    expect(await sizesIn(directory), 'a refused log was changed').toEqual(before)
    return { code: error.code, details: error.details, size: 0, warnings, torn: [] }
  }
  const size = await store.head()
  await expectRecords(store, size)
  await store.append(smallRecords(size, 2), size)
  await expectRecords(store, size + 2)
  await store.close()
  const reader = await openEmbeddedLogReader({ directory, cacheDirectory, sealedSize: size + 2 })
  await expectRecords(reader, size + 2)
  await reader.close()
  return { code: undefined, details: {}, size, warnings, torn: await tornIn(directory) }
}

function expectCorrupt({ code, details }: Outcome, frame: FramePlace, what: string): void {
  expect(code, what).toBe('LOG_CORRUPT')
  expect(details, what).toMatchObject({ segment: segmentName(0), offset: frame.start, position: frame.first })
}

/** All batches before the frame are there; what followed is in `torn/`, byte for byte as long, and was told of. */
async function expectTorn(outcome: Outcome, frame: FramePlace, bytes: number, what: string): Promise<void> {
  expect(outcome.code, what).toBe(undefined)
  expect(outcome.size, what).toBe(frame.first)
  expect(outcome.torn, what).toEqual(bytes === 0 ? [] : [bytes])
  expect(outcome.warnings.length, what).toBe(bytes === 0 ? 0 : 1)
}

async function expectRecords(store: LogStore, size: number): Promise<void> {
  expect(await store.head()).toBe(size)
  const found: StoredRecord[] = []
  while (found.length < size) found.push(...(await store.read({ from: found.length, limit: size })))
  for (const [i, { bytes }] of found.entries()) expect(Buffer.compare(bytes, smallRecord(i).bytes)).toBe(0)
}

async function sizesIn(directory: string): Promise<[string, number][]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg')).sort()
  return Promise.all(
    names.map(async (name): Promise<[string, number]> => [name, (await stat(join(directory, name))).size]),
  )
}

async function tornIn(directory: string): Promise<number[]> {
  const torn = join(directory, 'torn')
  const names = await readdir(torn).catch(() => [])
  return Promise.all(names.map(async (name) => (await stat(join(torn, name))).size))
}

test('a ledger whose creation was cut after the header of its first segment can be created again', async () => {
  const directory = join(root, 'cut-creation', '.clyra')
  const first = await createEmbeddedLedger({ directory, origin: 'cut.example' })
  await first.close()
  const { log, tiles, checkpoints } = layoutOf(directory)
  const segment = join(log, segmentName(0))
  await writeFile(segment, (await readFile(segment)).subarray(0, HEADER_BYTES + 100))
  for (const later of [tiles, checkpoints, join(log, 'durable')]) await rm(later, { recursive: true })
  await expect(openEmbeddedLedger({ directory })).rejects.toMatchObject({ code: 'LEDGER_NOT_FOUND' })
  const second = await createEmbeddedLedger({ directory, origin: 'cut.example' })
  expect(second.keyId).toBe(first.keyId)
  await second.close()
  await verifyLedger(directory)
})
