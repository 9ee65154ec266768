import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldRecords, type LedgerRecord, stateDigest, versionOfParts } from '../events/index.js'
import { chainedLog, ledgerOf, notesProjection } from './chained-log.test.support.js'
import { compareProjections, foldLedger, MemoryProjectionStore, readProjection, runProjection } from './index.js'

const STREAMS = ['note-a', 'other-x', 'note-b', 'note-a', 'note-a', 'note-b', 'note-c', 'other-x', 'note-c']
const logs = fc.array(fc.constantFrom(...STREAMS), { maxLength: 40 }).map((streams) => chainedLog(streams))
const notes = notesProjection()

const stored = async (store: MemoryProjectionStore, version = 1) => {
  const partitions = await store.partitions('notes', version, undefined, 1_000)
  return Promise.all(partitions.map(async (one) => [one, (await store.load('notes', version, one))?.digest]))
}
const naive = (records: readonly LedgerRecord[]) =>
  [...new Set(records.map(notes.partition))]
    .filter((one) => one !== undefined)
    .sort()
    .map((one) => [
      one,
      stateDigest(
        foldRecords(
          notes,
          one,
          records.filter((r) => notes.partition(r) === one),
        ),
      ).digest,
    ])

describe('runProjection', () => {
  test('one pass gives what a naive fold gives, and says how far it came', async () => {
    const records = chainedLog(STREAMS)
    const store = new MemoryProjectionStore()
    const run = await runProjection(ledgerOf(records), notes, store)
    expect(run).toEqual({ name: 'notes', version: 1, through: 10, size: 10, lag: 0, folded: 10, switched: false })
    expect(await stored(store)).toEqual(naive(records))
    expect(await runProjection(ledgerOf(records), notes, store)).toMatchObject({ folded: 0, lag: 0 })
  })

  test('stopping and resuming at any positions equals one pass', async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.array(fc.nat(45), { maxLength: 5 }), async (records, cuts) => {
        const store = new MemoryProjectionStore()
        for (const to of [...cuts].sort((a, b) => a - b)) await runProjection(ledgerOf(records), notes, store, { to })
        await runProjection(ledgerOf(records), notes, store)
        expect(await stored(store)).toEqual(naive(records))
      }),
    )
  })

  test('resuming while the log grows equals one pass', async () => {
    const whole = chainedLog(STREAMS)
    const store = new MemoryProjectionStore()
    for (let size = 1; size <= whole.length; size++) await runProjection(ledgerOf(whole.slice(0, size)), notes, store)
    expect(await stored(store)).toEqual(naive(whole))
  })

  test('the lag is what is not folded yet', async () => {
    const ledger = ledgerOf(chainedLog(STREAMS))
    const store = new MemoryProjectionStore()
    expect(await runProjection(ledger, notes, store, { to: 3n })).toMatchObject({ through: 4, lag: 6 })
    expect(await runProjection(ledger, notes, store)).toMatchObject({ through: 10, lag: 0 })
  })

  test('more partitions than stay in memory fold to the same', async () => {
    const many = Array.from({ length: 900 }, (_, i) => `note-${i % 450}`)
    const records = chainedLog(many)
    const store = new MemoryProjectionStore()
    for (const to of [400, 600, 899, 900]) await runProjection(ledgerOf(records), notes, store, { to })
    expect(await stored(store)).toEqual(naive(records))
  })

  test('a projection that takes many records at once gets those of its partition, in order, and folds to the same', async () => {
    const records = chainedLog([...STREAMS, ...STREAMS, ...STREAMS])
    const calls: number[] = []
    const many = {
      ...notes,
      apply: () => expect.unreachable(),
      applyAll: (state: ReturnType<typeof notes.initial>, part: readonly LedgerRecord[]) => {
        calls.push(part.length)
        return part.reduce((now, record) => notes.apply(now, record), state)
      },
    }
    const store = new MemoryProjectionStore()
    await runProjection(ledgerOf(records), many, store)
    expect(await stored(store)).toEqual(naive(records))
    expect(Math.max(...calls)).toBeGreaterThan(1)
    const { states } = await foldLedger(ledgerOf(records), many)
    expect([...states].map(([partition, { digest }]) => [partition, digest]).sort()).toEqual(naive(records))
  })

  test('a new version is built beside the old one, which stays readable until it has caught up', async () => {
    const ledger = ledgerOf(chainedLog(STREAMS))
    const store = new MemoryProjectionStore()
    const next = notesProjection(2)
    await runProjection(ledger, notes, store)
    expect(await runProjection(ledger, next, store, { to: 5 })).toMatchObject({ switched: false, lag: 4 })
    expect((await readProjection(store, notes, 'c'))?.view).toBe('c v1,7,9')
    expect(await readProjection(store, next, 'c')).toBeUndefined()
    expect(await runProjection(ledger, next, store)).toMatchObject({ switched: true, folded: 4, lag: 0 })
    expect(await readProjection(store, next, 'c')).toMatchObject({ view: 'c v2,7,9', position: 9, through: 10 })
    expect(await store.partitions('notes', 1, undefined, 10)).toEqual([])
    await expect(runProjection(ledger, notes, store)).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' })
  })

  test('of a projection that is composed, other folds are another version, also where their versions have the same sum', async () => {
    const ledger = ledgerOf(chainedLog(STREAMS))
    const store = new MemoryProjectionStore()
    const { version: _, ...notes } = notesProjection()
    const composedOf = (a: number, b: number) => {
      const parts = Object.entries({ a, b }).map(([name, version]) => ({ name, version, of: () => null }))
      return { ...notes, parts, version: versionOfParts(parts) }
    }
    await runProjection(ledger, composedOf(2, 1), store)
    expect(await readProjection(store, composedOf(1, 2), 'c')).toBeUndefined()
    expect(await runProjection(ledger, composedOf(1, 2), store)).toMatchObject({ switched: true, folded: 10 })
    expect(await runProjection(ledger, composedOf(1, 3), store)).toMatchObject({ switched: true, folded: 10 })
    await expect(runProjection(ledger, composedOf(1, 2), store)).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' })
  })

  test('a store that was folded from another log is refused', async () => {
    const store = new MemoryProjectionStore()
    await runProjection(ledgerOf(chainedLog(STREAMS)), notes, store)
    const other = ledgerOf(chainedLog([...STREAMS, 'note-a'], (i) => `other ${i}`))
    await expect(runProjection(other, notes, store)).rejects.toMatchObject({ code: 'INDEX_CORRUPT' })
    const shorter = ledgerOf(chainedLog(STREAMS.slice(0, 4)))
    await expect(runProjection(shorter, notes, store)).rejects.toMatchObject({ code: 'INDEX_CORRUPT' })
  })

  test('a runner that comes second is refused', async () => {
    const ledger = ledgerOf(chainedLog(STREAMS))
    const store = new MemoryProjectionStore()
    const both = await Promise.allSettled([runProjection(ledger, notes, store), runProjection(ledger, notes, store)])
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a broken chain stops the fold and names the position', async () => {
    const broken: [string, (record: LedgerRecord) => LedgerRecord][] = [
      ['leaf', (r) => ({ ...r, bytes: Buffer.concat([r.bytes, Buffer.from(' ')]) })],
      ['prev', (r) => ({ ...r, event: { ...r.event, prev: 'cd'.repeat(32) } })],
      ['revision', (r) => ({ ...r, event: { ...r.event, revision: '7' } })],
      ['position', (r) => ({ ...r, position: r.position + 1 })],
    ]
    for (const [, breakIt] of broken) {
      for (const at of [1, 4, 9]) {
        const records = chainedLog(STREAMS).map((record, i) => (i === at ? breakIt(record) : record))
        const fold = foldLedger(ledgerOf(records), notes)
        await expect(fold).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { stream: STREAMS[at - 1] } })
      }
    }
  })
})

describe('as of a position', () => {
  test('equals the fold of the prefix', async () => {
    await fc.assert(
      fc.asyncProperty(logs, fc.nat(45), async (records, to) => {
        const { through, states } = await foldLedger(ledgerOf(records), notes, { to })
        expect(through).toBe(Math.min(to + 1, records.length))
        const digests = [...states].map(([partition, { digest }]) => [partition, digest]).sort()
        expect(digests).toEqual(naive(records.slice(0, to + 1)))
      }),
    )
  })

  test('one partition alone is the same as among all', async () => {
    const ledger = ledgerOf(chainedLog(STREAMS))
    const alone = await foldLedger(ledger, notes, { partition: 'b' })
    const all = await foldLedger(ledger, notes)
    expect([...alone.states]).toEqual([['b', all.states.get('b')]])
  })
})

test('the digest of a state is made when it is asked for', async () => {
  const half = { ...notes, apply: () => ({ count: 0.5, notes: [] }) }
  const { states } = await foldLedger(ledgerOf(chainedLog(STREAMS)), half)
  expect(states.get('a')).toMatchObject({ state: { count: 0.5 }, position: 5 })
  expect(() => states.get('a')?.digest).toThrow(expect.objectContaining({ code: expect.any(String) }))
})

describe('compareProjections', () => {
  const folded = async () => {
    const ledger = ledgerOf(chainedLog(STREAMS))
    const store = new MemoryProjectionStore()
    await runProjection(ledger, notes, store)
    return { ledger, store }
  }
  const tamper = (store: MemoryProjectionStore, partition: string, state: object, position: number) =>
    store.commit('notes', 1, {
      expected: { through: 10, leaf: null },
      next: { through: 10, leaf: null },
      changes: [{ partition, position, ...stateDigest(JSON.parse(JSON.stringify(state))) }],
    })

  test('agrees with what was folded from the same log', async () => {
    const { ledger, store } = await folded()
    const [line] = await compareProjections(ledger, [notes], store)
    expect(line).toEqual({ name: 'notes', version: 1, through: 10, partitions: 3, why: null })
  })

  test('names partition, position and member of the first difference', async () => {
    const { ledger, store } = await folded()
    await tamper(store, 'c', { count: 2, notes: ['c v1', '7', 'ten'] }, 9)
    await tamper(store, 'b', { count: 2, notes: ['b v1', '3', 'six'] }, 6)
    await expect(compareProjections(ledger, [notes], store)).rejects.toMatchObject({
      code: 'PROJECTION_DIVERGED',
      details: { projection: 'notes', partition: 'b', position: '6', pointer: '/notes/2' },
    })
  })

  test('a state that the log does not have, and one that the store lost, diverge', async () => {
    const { ledger, store } = await folded()
    await tamper(store, 'zz', { count: 0, notes: [] }, 2)
    await expect(compareProjections(ledger, [notes], store)).rejects.toMatchObject({ details: { partition: 'zz' } })
    const empty = new MemoryProjectionStore()
    const leaf = (await store.checkpoint('notes', 1)).leaf
    await empty.commit('notes', 1, { expected: { through: 0, leaf: null }, next: { through: 10, leaf }, changes: [] })
    await empty.activate('notes', 1)
    await expect(compareProjections(ledger, [notes], empty)).rejects.toMatchObject({ code: 'PROJECTION_DIVERGED' })
  })

  test('a digest that does not belong to its state diverges', async () => {
    const { ledger, store } = await folded()
    const kept = await store.load('notes', 1, 'a')
    await store.commit('notes', 1, {
      expected: { through: 10, leaf: null },
      next: { through: 10, leaf: null },
      changes: [{ ...kept!, partition: 'a', digest: 'ef'.repeat(32) }],
    })
    await expect(compareProjections(ledger, [notes], store)).rejects.toMatchObject({ details: { partition: 'a' } })
  })

  test('nothing to compare with is said, never taken for agreement', async () => {
    const { ledger, store } = await folded()
    const why = async (version: number, one: MemoryProjectionStore) =>
      (await compareProjections(ledger, [notesProjection(version)], one))[0]
    expect(await why(1, new MemoryProjectionStore())).toMatchObject({ partitions: 0, why: 'never-folded' })
    expect(await why(2, store)).toMatchObject({ partitions: 0, why: 'other-version' })
  })
})
