import assert from 'node:assert/strict'
import type { Ledger } from '../../../ledger/index.js'
import { checkLedger } from '../check-ledger.js'
import type { LedgerBench } from '../ledger-bench.js'
import { sampleEvent, sampleEvents } from '../sample-events.js'
import { type Case, isCannot } from '../test-functions.js'

/** The derived index is deletable and may lag: a ledger is the same without it. */
export const INDEX_LOST: readonly Case<LedgerBench>[] = [
  {
    name: 'a deleted index is built again: everything is known as before',
    async run(bench) {
      await grow(await bench.create({ headsEveryRecords: 60 }), 0)
      await bench.closeAll()
      const { deleteIndex } = bench.fixture
      if (isCannot(deleteIndex, 'a deleted index')) return
      await deleteIndex()
      await assertKnows(bench, 1)
      await bench.closeAll()
      await deleteIndex()
      const reader = await bench.reader()
      await checkLedger(reader)
    },
  },
  {
    name: 'an old copy of the index is caught up: what came since is known',
    async run(bench) {
      const { keepIndex } = bench.fixture
      await grow(await bench.create({ headsEveryRecords: 60 }), 0)
      await bench.closeAll()
      if (isCannot(keepIndex, 'an old index')) return
      const putBack = await keepIndex()
      await grow(await bench.reopen({ headsEveryRecords: 60 }), 1)
      await bench.closeAll()
      await putBack()
      const reader = await bench.reader()
      await checkLedger(reader)
      await assertKnows(bench, 2)
    },
  },
  {
    name: 'the index of another ledger is noticed and built again',
    async run(bench) {
      await grow(await bench.create({ headsEveryRecords: 60 }), 0)
      await bench.closeAll()
      const { plantForeignIndex } = bench.fixture
      if (isCannot(plantForeignIndex, 'the index of another ledger')) return
      await plantForeignIndex()
      const reader = await bench.reader()
      await checkLedger(reader)
      await assertKnows(bench, 1)
    },
  },
]

async function grow(ledger: Ledger, part: number): Promise<void> {
  for (let i = 0; i < 40; i++) {
    await ledger.append(`sample-${i % 7}`, 'any', sampleEvents(10_000 * part + 10 * i, 1 + (i % 5)))
  }
}

/** Opens for writing: every append so far is a repetition, and the next one is not. */
async function assertKnows(bench: LedgerBench, parts: number): Promise<void> {
  const ledger = await bench.reopen()
  await checkLedger(ledger)
  for (let part = 0; part < parts; part++) {
    for (let i = 0; i < 40; i++) {
      const { replayed } = await ledger.append(
        `sample-${i % 7}`,
        'any',
        sampleEvents(10_000 * part + 10 * i, 1 + (i % 5)),
      )
      assert.equal(replayed, true, 'an append was forgotten with the index')
    }
  }
  const { replayed } = await ledger.append('sample-new', 'no-stream', [sampleEvent(990_000 + parts)])
  assert.equal(replayed, false)
}
