import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedLedger, fsck, layoutOf, openEmbeddedLedger } from '../../src/stores/index.js'
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
  const reader = await openEmbeddedLedger({ directory, readOnly: true, onWarning: (w) => warnings.push(w) })
  expect((await reader.streamHead('thing-1'))?.revision).toBe(299n)
  await reader.close()
  expect(warnings.length).toBe(1)
  const writer = await openEmbeddedLedger({ directory, onWarning: (w) => warnings.push(w) })
  expect((await writer.streamHead('thing-1'))?.revision).toBe(299n)
  await writer.close()
  expect(warnings.length).toBe(2)
  await verifyLedger(directory)
})
