import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createEmbeddedLedger,
  fsck,
  layoutOf,
  openEmbeddedLedger,
  openEmbeddedLedgerReader,
} from '../../src/stores/index.js'
import { verifyLedger } from './verify-ledger.js'

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'clyra-index-')), '.clyra')
  const ledger = await createEmbeddedLedger({ directory })
  const events = Array.from({ length: 300 }, (_, n) => ({ type: 'com.example.thing.v1', source: '/t', data: { n } }))
  await ledger.append('thing-1', 'any', events)
  await ledger.close()
})

afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

test('a wrong offset table is found by fsck; without it everything is as before', async () => {
  const { offsets } = layoutOf(directory)
  const [table] = await readdir(offsets)
  const path = join(offsets, table!)
  const bytes = await readFile(path)
  const at = 64 + 4 * 7
  bytes.writeUInt32LE(bytes.readUInt32LE(at) + 8, at)
  bytes.writeUInt32LE(crc32c(bytes.subarray(12)), 8)
  await writeFile(path, bytes)
  expect((await fsck({ directory })).findings[0]).toMatchObject({ code: 'INDEX_CORRUPT', position: 7 })
  await rm(path)
  await verifyLedger(directory)
})

test('an index file that is no index is built again by the writer, and left out by a reader', async () => {
  await writeFile(join(layoutOf(directory).lmdb, 'data.mdb'), 'not an index at all')
  const warnings: string[] = []
  const reader = await openEmbeddedLedgerReader({ directory, onWarning: (w) => warnings.push(w) })
  expect((await reader.streamHead('thing-1'))?.revision).toBe(299n)
  await reader.close()
  expect(warnings.length).toBe(1)
  const writer = await openEmbeddedLedger({ directory, onWarning: (w) => warnings.push(w) })
  expect((await writer.streamHead('thing-1'))?.revision).toBe(299n)
  await writer.close()
  expect(warnings.length).toBe(2)
  await verifyLedger(directory)
})

test('a reader that finds the index of another ledger does without, and leaves it as it is', async () => {
  const index = layoutOf(directory).lmdb
  const other = join(directory, '..', 'other')
  const ledger = await createEmbeddedLedger({ directory: other })
  await ledger.append('thing-2', 'any', [{ type: 'com.example.thing.v1', source: '/t', data: {} }])
  await ledger.close()
  await rm(index, { recursive: true })
  await cp(layoutOf(other).lmdb, index, { recursive: true })
  const stored = async () =>
    Promise.all((await readdir(index)).filter((name) => name !== 'lock.mdb').map((name) => readFile(join(index, name))))
  const before = await stored()
  const warnings: string[] = []
  const reader = await openEmbeddedLedgerReader({ directory, onWarning: (w) => warnings.push(w) })
  expect((await reader.streamHead('thing-1'))?.revision).toBe(299n)
  await reader.close()
  expect(warnings).toEqual([expect.stringContaining('does not belong to this log')])
  expect(await stored()).toEqual(before)
})

test.each([
  ['cut in the middle', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['cut by one page', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4096)],
  ['cut after its first page', (bytes: Buffer) => bytes.subarray(0, 4096)],
  ['of which the second half of the meta pages is gone', (bytes: Buffer) => Buffer.from(bytes).fill(0, 4096, 8192)],
  ['of zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
])('an index file %s is built again, and does not end the process that opens it', async (_, damage) => {
  const path = join(layoutOf(directory).lmdb, 'data.mdb')
  await writeFile(path, damage(await readFile(path)))
  const warnings: string[] = []
  const reader = await openEmbeddedLedgerReader({ directory, onWarning: (w) => warnings.push(w) })
  expect((await reader.streamHead('thing-1'))?.revision).toBe(299n)
  await reader.close()
  const writer = await openEmbeddedLedger({ directory, onWarning: (w) => warnings.push(w) })
  expect((await writer.streamHead('thing-1'))?.revision).toBe(299n)
  await writer.close()
  expect(warnings.length).toBe(2)
  await verifyLedger(directory)
})

test('an index whose lock file is a directory is built again', async () => {
  const { lmdb } = layoutOf(directory)
  await rm(join(lmdb, 'lock.mdb'))
  await mkdir(join(lmdb, 'lock.mdb'))
  const warnings: string[] = []
  const writer = await openEmbeddedLedger({ directory, onWarning: (w) => warnings.push(w) })
  expect((await writer.streamHead('thing-1'))?.revision).toBe(299n)
  await writer.close()
  expect(warnings).toEqual([expect.stringMatching(/no regular file, or its lock is none.*built again/)])
  await verifyLedger(directory)
})

test.each([
  ['zeros', (page: Buffer) => page.fill(0)],
  ['other bytes', (page: Buffer) => page.fill('other bytes')],
  ['the page before it', (page: Buffer, before: Buffer) => before.copy(page)],
])(
  'an index of which a page is %s is not followed: a reader builds its own, and answers as before',
  async (_, damage) => {
    const { lmdb } = layoutOf(directory)
    const path = join(lmdb, 'data.mdb')
    const intact = await readFile(path)
    let told = 0
    for (let at = 8192; at < intact.length; at += 4096) {
      const bytes = Buffer.from(intact)
      damage(bytes.subarray(at, at + 4096), intact.subarray(at - 4096, at))
      await writeFile(path, bytes)
      const reader = await openEmbeddedLedgerReader({ directory, onWarning: () => told++ })
      expect((await reader.streamHead('thing-1'))?.revision, `page at ${at}`).toBe(299n)
      await reader.close()
    }
    expect(told).toBeGreaterThan(0)
    const writer = await openEmbeddedLedger({ directory })
    await writer.close()
    await verifyLedger(directory)
  },
)
