import { expect, test } from 'vitest'
import type { LogRecord, LogStore } from '../ports/index.js'
import { checkLedger } from '../stores/conformance/check-ledger.js'
import { failingOnce } from '../stores/conformance/memory.test.support.js'
import { sampleEvent } from '../stores/conformance/sample-events.js'
import { createMemoryLedger, memoryPlace, memoryPorts, openMemoryLedger } from '../stores/memory/index.js'
import { openLedger } from './index.js'

const quiet = { sealDelayMs: 1_000_000 }

async function opened(change: (store: LogStore) => LogStore) {
  const place = memoryPlace()
  await (await createMemoryLedger({ place })).close()
  const ports = memoryPorts(place)
  return { place, ledger: await openLedger({ ...ports, store: change(ports.store) }, quiet) }
}

async function positionsIn(place: ReturnType<typeof memoryPlace>, ...numbers: number[]) {
  const ledger = await openMemoryLedger(place)
  await checkLedger(ledger)
  const positions = await ledger.positionsOf(numbers.map((n) => sampleEvent(n).id))
  await ledger.close()
  return positions
}

test('an append whose answer was lost is acknowledged where it is there, and the next one goes on after it', async () => {
  const { place, ledger } = await opened((store) => failingOnce(store, { stored: true }))
  const first = await ledger.append('thing-1', 'no-stream', [sampleEvent(1)])
  expect(first).toMatchObject({ position: 3n, replayed: false })
  const second = await ledger.append('thing-1', 0n, [sampleEvent(2)])
  expect(second.position).toBe(4n)
  await ledger.close()
  expect(await positionsIn(place, 1, 2)).toEqual([3n, 4n])
})

test('an append that is not there is refused, those behind it go on, and to repeat it gives one copy', async () => {
  const { place, ledger } = await opened((store) => failingOnce(store, { stored: false }))
  await expect(ledger.append('thing-1', 'no-stream', [sampleEvent(1)])).rejects.toMatchObject({ code: 'STORE_FAILED' })
  await ledger.append('thing-2', 'no-stream', [sampleEvent(2)])
  expect(await ledger.append('thing-1', 'no-stream', [sampleEvent(1)])).toMatchObject({ position: 4n, replayed: false })
  await ledger.close()
  expect(await positionsIn(place, 1, 2)).toEqual([4n, 3n])
})

test('an append that comes to the log after it was refused is found there: nothing is appended over it or twice', async () => {
  const late: (() => Promise<void>)[] = []
  const { place, ledger } = await opened((below) => ({
    ...failingOnce(below, { stored: false }),
    append: async (records: readonly LogRecord[], head: number) => {
      if (late.length > 0) return below.append(records, head)
      late.push(() => below.append(records, head))
      return failingOnce(below, { stored: false }).append(records, head)
    },
  }))
  await expect(ledger.append('thing-1', 'no-stream', [sampleEvent(1)])).rejects.toMatchObject({ code: 'STORE_FAILED' })
  await late[0]!()
  await ledger.append('thing-2', 'no-stream', [sampleEvent(2)])
  expect(await ledger.append('thing-1', 'no-stream', [sampleEvent(1)])).toMatchObject({ position: 3n, replayed: true })
  await ledger.close()
  expect(await positionsIn(place, 1, 2)).toEqual([3n, 4n])
})

test('another writer in the place of an append without an answer: it is decided anew', async () => {
  const { place, ledger } = await opened((below) => {
    const failing = failingOnce(below, { stored: false })
    return {
      ...failing,
      append: async (records: readonly LogRecord[], head: number) => {
        try {
          await failing.append(records, head)
        } catch (error) {
          const other = await openMemoryLedger(place, quiet)
          await other.append('other-1', 'no-stream', [sampleEvent(7)])
          throw error
        }
      },
    }
  })
  expect(await ledger.append('thing-1', 'no-stream', [sampleEvent(1)])).toMatchObject({ position: 4n })
  await ledger.close()
  expect(await positionsIn(place, 7, 1)).toEqual([3n, 4n])
})

for (const stored of [true, false]) {
  test(`a store that has to be reopened takes no append after one that failed, ${stored ? '' : 'not '}stored`, async () => {
    const { place, ledger } = await opened((store) => failingOnce(store, { stored, afterFailure: 'reopen' }))
    for (let i = 0; i < 2; i++)
      await expect(ledger.append('thing-1', 'any', [sampleEvent(1)])).rejects.toMatchObject({ code: 'STORE_FAILED' })
    await ledger.close()
    const again = await openMemoryLedger(place)
    expect((await again.append('thing-1', 'any', [sampleEvent(1)])).replayed).toBe(stored)
    await again.close()
    expect(await positionsIn(place, 1)).toEqual([3n])
  })
}
