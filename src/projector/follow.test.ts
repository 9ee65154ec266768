import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LedgerRecord } from '../events/index.js'
import { openLedgerReader } from '../ledger/index.js'
import { createMemoryLedger, memoryPlace, memoryPorts } from '../stores/memory/index.js'
import { chainedLog, ledgerOf, notesProjection } from './chained-log.test.support.js'
import { type FollowedLedger, type FollowedStep, follow } from './follow.js'
import { foldLedger, MemoryProjectionStore, runProjection } from './index.js'

const STREAMS = ['note-a', 'other-x', 'note-b', 'note-a', 'note-a', 'note-b', 'note-c', 'other-x', 'note-c']
const notes = notesProjection()

/** A log that may grow while it is followed; `stop` closes it. */
function growing(records: LedgerRecord[]) {
  let wake = () => {}
  let closed = false
  const ledger: FollowedLedger = {
    ...ledgerOf(records),
    async *subscribe({ after = -1n, signal } = {}) {
      while (!closed && signal?.aborted !== true) {
        // What is told is not looked at, but that it is a record.
        if (records.length > Number(after) + 1) yield { kind: 'record', record: {} as never }
        await new Promise<void>((resolve) => {
          wake = resolve
          signal?.addEventListener('abort', () => resolve())
        })
      }
    },
  }
  return {
    ledger,
    add: (...more: LedgerRecord[]) => {
      records.push(...more)
      wake()
    },
    stop: () => {
      closed = true
      wake()
    },
  }
}

async function digests(store: MemoryProjectionStore) {
  const found = new Map<string, string | undefined>()
  for (const one of await store.partitions('notes', 1, undefined, 100))
    found.set(one, (await store.load('notes', 1, one))?.digest)
  return found
}

async function folded(records: readonly LedgerRecord[]) {
  const { states } = await foldLedger(ledgerOf(records), notes)
  return new Map([...states].sort().map(([partition, { digest }]) => [partition, digest]))
}

test('ended after any step and followed again, the states are those of a fold from the beginning, and nothing is left out', async () => {
  const logs = fc.array(fc.constantFrom(...STREAMS), { maxLength: 30 }).map((streams) => chainedLog(streams))
  await fc.assert(
    fc.asyncProperty(logs, fc.array(fc.nat(6), { maxLength: 12 }), async (records, ends) => {
      const store = new MemoryProjectionStore()
      const told = new Set<string>()
      for (const steps of [...ends, Number.POSITIVE_INFINITY]) {
        const { ledger } = growing(records)
        let left = steps
        for await (const { changed, position, lag, caughtUp, state } of follow(ledger, notes, { store })) {
          for (const one of changed) told.add(one)
          expect(lag).toBe(records.length - 1 - position)
          expect(caughtUp).toBe(lag === 0)
          const { states } = await foldLedger(ledgerOf(records), notes, { to: position })
          expect(await state('a')).toEqual(states.get('a')?.state ?? notes.initial('a'))
          if (caughtUp || left-- === 0) break
        }
      }
      await runProjection(ledgerOf(records), notes, store)
      expect(await digests(store)).toEqual(await folded(records))
      expect([...told].sort()).toEqual([...(await folded(records)).keys()])
    }),
  )
})

test('what comes while the consumer is at work is folded after it, in order, and nothing is read further ahead', async () => {
  const all = chainedLog([...STREAMS, ...STREAMS, ...STREAMS])
  const log = growing(all.slice(0, 5))
  const store = new MemoryProjectionStore()
  const seen: number[] = []
  for await (const { position, lag } of follow(log.ledger, notes, { store })) {
    seen.push(position)
    // Stored is what was done with, and never more.
    expect((await store.checkpoint('notes', 1)).through).toBe(seen.length === 1 ? 0 : seen[seen.length - 2]! + 1)
    const next = position + lag + 1
    log.add(...all.slice(next, next + 2))
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (position === all.length - 1) log.stop()
  }
  expect(seen.at(-1)).toBe(all.length - 1)
  expect(await digests(store)).toEqual(await folded(all))
})

test('follows a writer through a reader of its own, live, and ends with the signal', async () => {
  const place = memoryPlace()
  const writer = await createMemoryLedger({ place })
  const reader = await openLedgerReader(memoryPorts(place))
  const stop = new AbortController()
  const steps: Pick<FollowedStep, 'changed' | 'position' | 'lag' | 'caughtUp'>[] = []
  const append = () =>
    writer.append('note-a', 'any', [
      { type: 'com.example.noted.v1', source: '/t', data: { note: String(steps.length) } },
    ])
  for await (const { changed, position, lag, caughtUp, state } of follow(reader, notes, { signal: stop.signal })) {
    steps.push({ changed, position, lag, caughtUp })
    if (steps.length === 4) {
      expect((await state('a')).notes).toEqual(['a v1', '1', '2', '3'])
      stop.abort()
    } else await append()
  }
  expect(steps).toEqual([
    { changed: [], position: 1, lag: 0, caughtUp: true },
    ...[2, 3, 4].map((position) => ({ changed: ['a'], position, lag: 0, caughtUp: true })),
  ])
  // Also while it waits, and when the ledger is closed.
  const waiting = AbortSignal.timeout(30)
  for await (const { caughtUp } of follow(reader, notes, { signal: waiting })) expect(caughtUp).toBe(true)
  setTimeout(() => void reader.close(), 30)
  for await (const { caughtUp } of follow(reader, notes)) expect(caughtUp).toBe(true)
  await expect(follow(reader, notes).next()).rejects.toMatchObject({ code: 'LEDGER_CLOSED' })
  await writer.close()
})

test('steps begin where the consumer wants them, and what comes before is folded in silence', async () => {
  const records = chainedLog(STREAMS)
  const steps: [number, readonly string[]][] = []
  for await (const { position, changed, caughtUp, state } of follow(growing(records).ledger, notes, { from: 7 })) {
    steps.push([position, changed])
    if (!caughtUp) continue
    expect((await state('a')).count).toBe(3)
    break
  }
  expect(steps[0]![0]).toBeGreaterThanOrEqual(7)
  expect(new Set(steps.flatMap(([, changed]) => changed))).toEqual(new Set(['c']))
})

test('a fold that throws is named with the position, and what was done with before stays stored', async () => {
  const records = chainedLog(STREAMS)
  const store = new MemoryProjectionStore()
  const breaks = {
    ...notes,
    apply: (...[state, record]: Parameters<typeof notes.apply>) => {
      if (record.position === 6) throw new TypeError('no such member')
      return notes.apply(state, record)
    },
  }
  await expect(
    (async () => {
      for await (const _ of follow(growing(records).ledger, breaks, { store }));
    })(),
  ).rejects.toMatchObject({ code: 'PROJECTION_FAILED', details: { projection: 'notes', position: '6' } })
  const { through } = await store.checkpoint('notes', 1)
  expect(through).toBeLessThanOrEqual(6)
  expect(await digests(store)).toEqual(await folded(records.slice(0, through)))
  await expect(foldLedger(ledgerOf(records), breaks)).rejects.toMatchObject({ code: 'PROJECTION_FAILED' })
})

test('a new version is built beside the old one, which readers see until the end is reached', async () => {
  const records = chainedLog(STREAMS)
  const store = new MemoryProjectionStore()
  await runProjection(ledgerOf(records), notes, store)
  const log = growing(records)
  for await (const { caughtUp } of follow(log.ledger, notesProjection(2), { store })) {
    expect(await store.active('notes')).toBe(1)
    if (caughtUp) log.stop()
  }
  expect(await store.active('notes')).toBe(2)
})
