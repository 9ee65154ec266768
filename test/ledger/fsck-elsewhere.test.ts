import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClyraError } from '../../src/errors/index.js'
import { fsckLedger, openLedger } from '../../src/ledger/index.js'
import type { LedgerIndex } from '../../src/ports/index.js'
import { elsewhere } from '../../src/stores/conformance/index-elsewhere.test.support.js'
import { readerPorts, writerPorts } from '../../src/stores/embedded/open.js'
import { createEmbeddedLedger, fsck, layoutOf, openEmbeddedLedger } from '../../src/stores/index.js'
import { verifyLedger } from './verify-ledger.js'

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'clyra-elsewhere-')), '.clyra')
  const ledger = await createEmbeddedLedger({ directory, origin: 'elsewhere.example' })
  await ledger.append('thing-1', 'any', events(20))
  await ledger.close()
})

afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

const events = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ type: 'com.example.thing.v1', source: '/t', data: { n } }))

/** Checks the ledger as it lies, but for its index. */
async function fsckWith(change: (index: LedgerIndex) => LedgerIndex) {
  const ports = await readerPorts({ directory })
  const { store } = ports
  async function* records() {
    for (let next = 0; next < (await store.head()); ) {
      const read = await store.read({ from: next, limit: 1000 })
      next += read.length
      yield* read
    }
  }
  try {
    return await fsckLedger({ ...ports, index: change(ports.index), records }, true)
  } finally {
    await ports.index.close()
    await store.close()
  }
}

test('a ledger whose index answers by promises is checked but for its index, which a note says', async () => {
  const ports = await writerPorts({ directory }, () => 'elsewhere.example')
  // Holds: the index of a ledger in a directory answers at once.
  const ledger = await openLedger({ ...ports, index: elsewhere(ports.index as Parameters<typeof elsewhere>[0]) })
  await ledger.append('thing-2', 'any', events(300))
  await ledger.heads()
  await ledger.append('thing-1', 'any', events(5))
  await ledger.close()

  const { counts, findings, notes } = await fsckWith((index) => elsewhere(index as Parameters<typeof elsewhere>[0]))
  expect(findings).toEqual([])
  expect(notes).toEqual(['the index does not lie in this process; it is derived, and was not compared'])
  expect(counts.indexed).toBe(0)
  // What was stored by promises is what is stored at once.
  const here = await verifyLedger(directory)
  expect(counts).toMatchObject({ records: here.counts.records, streams: here.counts.streams })
})

test('an index that gives no answer, at once or by a promise, is a finding, and everything else is checked', async () => {
  const refused = () => {
    throw new ClyraError('IO_FAILED', 'the database is gone')
  }
  for (const through of [refused, async () => refused()]) {
    const { counts, findings } = await fsckWith((index) => Object.assign(Object.create(index), { through }))
    expect(findings.map(({ where, message }) => [where, message])).toEqual([
      ['the index', expect.stringContaining('the database is gone')],
    ])
    expect(counts.records).toBeGreaterThan(20)
  }
})

test('what a writer without the key appended is sound before it is sealed, beside that writer and after it, and once it is sealed', async () => {
  const key = join(layoutOf(directory).keys, 'ledger.key')
  const away = join(directory, '..', 'ledger.key')
  await rename(key, away)
  const sealedSize = (await fsck({ directory, all: true })).counts.records
  const writer = await openEmbeddedLedger({ directory, sealing: 'elsewhere' })
  await writer.append('thing-2', 'any', events(3000))
  const keyless = expect.stringContaining("the ledger's private key is not in")
  for (const end of [async () => undefined, () => writer.close()]) {
    await end()
    const { findings, notes, counts } = await fsck({ directory, all: true })
    expect(findings).toEqual([])
    expect(notes).toEqual([keyless])
    expect(counts.records).toBe(sealedSize + 3000)
  }
  await rename(away, key)
  const sealer = await openEmbeddedLedger({ directory })
  expect((await sealer.sealed(BigInt(sealedSize + 2999))).size).toBeGreaterThanOrEqual(BigInt(sealedSize + 3000))
  await sealer.close()
  const { notes } = await verifyLedger(directory)
  expect(notes).toEqual([])
})
