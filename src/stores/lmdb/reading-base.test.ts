import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IndexedRecord } from '../../ports/index.js'
import { LayeredIndex, packLayer } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

let directory: string
let base: LmdbBase
let writer: LayeredIndex
let reader: LayeredIndex

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clyra-base-'))
  base = LmdbBase.open(directory, false)
  writer = new LayeredIndex({ base, write: async (layer, state) => base.write(packLayer(layer, state)) })
  await store(recordOf(0, 'a', 0), recordOf(1, 'b', 0))
  reader = new LayeredIndex({ base })
})

afterEach(async () => {
  await base.close()
  await rm(directory, { recursive: true, force: true })
})

function recordOf(position: number, stream: string, revision: number): IndexedRecord {
  const id = `019506a0-0000-7000-8000-${String(position).padStart(12, '0')}`
  return { position, id, stream, revision, leaf: new Uint8Array(32).fill(position) }
}

async function store(...records: IndexedRecord[]): Promise<void> {
  await writer.apply(records)
  await writer.flush()
  base.reread()
}

test('the last record is one of one moment, wherever the writer is by now', async () => {
  expect(reader.last()).toEqual({ position: 1, leaf: recordOf(1, 'b', 0).leaf })
  await reader.apply([recordOf(2, 'a', 1)])
  expect(reader.last()).toEqual({ position: 2, leaf: recordOf(2, 'a', 1).leaf })
  await store(recordOf(2, 'a', 1), recordOf(3, 'b', 1))
  expect(reader.last()).toEqual({ position: 3, leaf: recordOf(3, 'b', 1).leaf })
})

test('what is in memory counts no more where the writer has forgotten what it lies on', async () => {
  await reader.apply([recordOf(2, 'a', 1)])
  await base.reset()
  base.reread()
  expect([reader.through(), reader.last(), reader.head('a')]).toEqual([0, undefined, undefined])
  await reader.apply([recordOf(0, 'c', 0)])
  expect([reader.through(), reader.head('c')?.position]).toEqual([1, 0])
})

test('a map of heads proves nothing any more once the writer has stored the next one', async () => {
  const heads = (position: number, revision: number) => ({
    ...recordOf(position, 'ledger-heads', revision),
    headsRoot: writer.headsRoot(),
  })
  await store(heads(2, 0))
  const map = reader.headsMap()
  expect([map?.position, map?.prove('a')]).toEqual([2, expect.anything()])
  await store(recordOf(3, 'a', 1))
  expect(map?.prove('a')).toBeDefined()
  await store(heads(4, 1))
  expect([map?.prove('a'), reader.headsMap()?.position]).toEqual([undefined, 4])
})
