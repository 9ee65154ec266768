import { strict as assert } from 'node:assert'
import { cp, mkdtemp, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ReaderWatch } from '../../src/stores/conformance/faults/reader-watch.js'
import { checkLedger } from '../../src/stores/conformance/index.js'
import { sampleId } from '../../src/stores/conformance/sample-events.js'
import * as product from '../../src/stores/index.js'
import { type FaultRow, reportFaults } from './report.js'
import { events, type Stores, withMutant } from './stores-under-test.js'

const { layoutOf } = product
const rows: FaultRow[] = []
const BATCHES = 12
const idsOf = (batch: number) => Array.from({ length: 30 }, (_, n) => sampleId(1000 * batch + n))

let root: string
/** A ledger, an index of it from when it had half of its records, and the index of another one. */
let whole: string
let half: string
let foreign: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'clyra-index-'))
  whole = join(root, 'whole')
  half = join(root, 'half')
  const common = { directory: whole, origin: 'index.example', headsEveryRecords: 100 }
  await (await product.createEmbeddedLedger(common)).close()
  for (const part of [0, 1]) {
    const ledger = await product.openEmbeddedLedger(common)
    for (let i = 0; i < BATCHES / 2; i++) await append(ledger, part * (BATCHES / 2) + i)
    await ledger.close()
    if (part === 0) await cp(layoutOf(whole).index, half, { recursive: true })
  }
  const other = await product.createEmbeddedLedger({ directory: join(root, 'other') })
  for (let i = 0; i < 2 * BATCHES; i++) await other.append('other-1', 'any', events(30))
  await other.close()
  foreign = layoutOf(join(root, 'other')).index
})

afterAll(async () => {
  await rm(root, { recursive: true, force: true })
  reportFaults('index', rows)
})

const append = (ledger: product.EmbeddedLedger, batch: number) =>
  ledger.append(`thing-${batch % 5}`, 'any', events(30, idsOf(batch)))

type Damage = (index: string) => Promise<void>

const putBack =
  (from: () => string): Damage =>
  async (index) => {
    await rm(index, { recursive: true })
    await cp(from(), index, { recursive: true })
  }

const cutTo =
  (part: number): Damage =>
  async (index) => {
    const path = join(index, 'lmdb', 'data.mdb')
    await truncate(path, Math.floor((await stat(path)).size * part))
  }

const DAMAGES: Readonly<Record<string, readonly Damage[]>> = {
  'deleted, all of it or in part': [
    (index) => rm(index, { recursive: true }),
    (index) => rm(join(index, 'lmdb'), { recursive: true }),
    (index) => rm(join(index, 'lmdb', 'data.mdb')),
    (index) => rm(join(index, 'offsets'), { recursive: true }),
  ],
  'stale: an old copy is put back': [putBack(() => half)],
  'of another ledger': [putBack(() => foreign)],
  'cut off': [cutTo(0), cutTo(0.1), cutTo(0.5), cutTo(0.9)],
}

/** Readers first, then a writer: everything is known as before, and every append so far is a repetition. */
async function useWith(damage: Damage, stores: Stores = product): Promise<void> {
  const directory = join(await mkdtemp(join(root, 'case-')), '.clyra')
  await cp(whole, directory, { recursive: true })
  await damage(layoutOf(directory).index)
  const watch = new ReaderWatch()
  const reader = await stores.openEmbeddedLedgerReader({ directory })
  try {
    await watch.look(reader)
    assert.deepEqual((await reader.positionsOf(idsOf(BATCHES - 1))).includes(undefined), false, 'a reader lost ids')
    const writer = await stores.openEmbeddedLedger({ directory })
    try {
      for (let batch = 0; batch < BATCHES; batch++)
        assert.equal((await append(writer, batch)).replayed, true, `batch ${batch} was forgotten`)
      assert.equal((await append(writer, BATCHES)).replayed, false)
      await watch.look(reader)
      await checkLedger(writer)
    } finally {
      await writer.close()
    }
    await watch.look(reader)
  } finally {
    await reader.close()
  }
  assert.deepEqual((await product.fsck({ directory, all: true })).findings, [])
}

for (const [name, damages] of Object.entries(DAMAGES)) {
  test(`an index ${name}: everything is known as before, to readers and to the writer`, async () => {
    for (const damage of damages) await useWith(damage)
    rows.push({
      fault: `index ${name}`,
      where: 'open',
      cases: damages.length,
      survived: damages.length,
      rule: 'readers and the writer know everything as before, every append so far is a repetition, fsck finds nothing',
      mutation: 'believe an index that is behind the log; believe one of another log',
    })
  })
}

test('a mutant that believes an index of another log fails', async () => {
  const mutation = {
    name: 'index of another log believed',
    file: 'ledger/ledger-core.js',
    changes: [['await index.reset();', '']],
  } as const
  await expect(
    withMutant(mutation, (stores) =>
      useWith(
        putBack(() => foreign),
        stores,
      ),
    ),
  ).rejects.toThrow(/a reader lost ids/)
})

test('a mutant that believes an index that is behind the log fails', async () => {
  const mutation = {
    name: 'index behind the log believed',
    file: 'ledger/index-feed.js',
    changes: [['through < head; through = await', 'false; through = await']],
  } as const
  await expect(
    withMutant(mutation, (stores) =>
      useWith(
        putBack(() => half),
        stores,
      ),
    ),
  ).rejects.toThrow(/a reader lost ids/)
})
