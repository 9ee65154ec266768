import { expect, onTestFinished, test, vi } from 'vitest'
import { createMemoryLedger, memoryPlace, openMemoryLedger } from '../stores/memory/index.js'

const event = { type: 'com.example.thing.v1', source: '/t', data: {} }
const many = (count: number) => Array.from({ length: count }, () => event)

async function headsPositions(ledger: Awaited<ReturnType<typeof createMemoryLedger>>): Promise<number[]> {
  const found: number[] = []
  for await (const { position } of ledger.readStream('ledger-heads')) found.push(Number(position))
  return found
}

test('a heads record comes after so many others, and each has its checkpoint kept', async () => {
  const ledger = await createMemoryLedger({ headsEveryRecords: 100 })
  for (let i = 0; i < 30; i++) await ledger.append('thing-1', 'any', many(10))
  await ledger.heads()
  const positions = await headsPositions(ledger)
  expect(positions.length).toBeGreaterThanOrEqual(3)
  for (const position of positions)
    expect((await ledger.checkpointAt(BigInt(position + 1)))?.size).toBe(BigInt(position + 1))
  await ledger.close()
})

test('a heads record comes after a while if anything else came, and only then', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const ledger = await createMemoryLedger({ headsEveryMs: 20 })
  vi.advanceTimersByTime(20)
  await expect.poll(() => headsPositions(ledger)).toEqual([2])
  vi.advanceTimersByTime(100)
  // Whatever had been asked for in that time would stand before it.
  expect(await ledger.append('thing-1', 'any', many(1))).toMatchObject({ position: 3n })
  vi.advanceTimersByTime(20)
  await expect.poll(() => headsPositions(ledger)).toEqual([2, 4])
  await ledger.close()
})

test('closing appends a heads record and seals it; opening and closing alone adds nothing', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place })
  await ledger.append('thing-1', 'any', many(3))
  await ledger.close()
  await ledger.close()
  for (let i = 0; i < 2; i++) {
    const again = await openMemoryLedger(place)
    expect(await again.size()).toBe(6n)
    expect((await again.checkpoint()).size).toBe(6n)
    expect(await headsPositions(again)).toEqual([5])
    await again.close()
  }
})

test('a clock that goes back repeats the last recordedat and warns once', async () => {
  let now = Date.UTC(2026, 0, 1)
  const warnings: string[] = []
  const ledger = await createMemoryLedger({ now: () => now, onWarning: (w) => warnings.push(w) })
  const recordedAt = async () => {
    await ledger.append('thing-1', 'any', many(1))
    for await (const record of ledger.readAll({ backwards: true, limit: 1 })) return record.event.recordedat
    return undefined
  }
  now += 5000
  expect(await recordedAt()).toBe('2026-01-01T00:00:05.000Z')
  now -= 4000
  expect(await recordedAt()).toBe('2026-01-01T00:00:05.000Z')
  expect(await recordedAt()).toBe('2026-01-01T00:00:05.000Z')
  expect(warnings.length).toBe(1)
  now += 10_000
  expect(await recordedAt()).toBe('2026-01-01T00:00:11.000Z')
  await ledger.close()
})

test('appends that are waiting together go to the store together', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place })
  let grown = 0
  const announce = place.log.grown.announce.bind(place.log.grown)
  place.log.grown.announce = (length) => {
    grown++
    announce(length)
  }
  await Promise.all(Array.from({ length: 500 }, (_, i) => ledger.append(`thing-${i}`, 'no-stream', many(1))))
  expect(grown).toBeLessThan(5)
  await ledger.close()
})

test('too much that waits is refused with QUEUE_FULL, and what was accepted is appended', async () => {
  const ledger = await createMemoryLedger({ queueBytes: 10_000 })
  const settled = await Promise.allSettled(Array.from({ length: 50 }, () => ledger.append('thing-1', 'any', many(1))))
  const refused = settled.filter((one) => one.status === 'rejected')
  expect(refused.length).toBeGreaterThan(10)
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'QUEUE_FULL' })
  expect((await ledger.streamHead('thing-1'))?.revision).toBe(BigInt(50 - refused.length - 1))
  await ledger.close()
})
