import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedLedger, fsck, openEmbeddedLedger } from '../../src/stores/index.js'

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'clyra-index-thread-')), '.clyra')
})

afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

const SIZE = 1_000

/** Ids as they are made of what is read from files: random, and the same again at every reading. */
function batch(n: number) {
  return Array.from({ length: SIZE }, (_, i) => {
    const hex = createHash('sha256').update(`${n} ${i}`).digest('hex')
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    return { id, time: '2026-01-02T03:04:05Z', type: 'com.example.thing.v1', source: '/t', data: { n, i } }
  })
}

test('a ledger whose index is stored by a thread knows every id again, while it is being stored and after it was opened again', async () => {
  const first = await createEmbeddedLedger({ directory })
  for (let n = 0; n < 30; n++) {
    await first.append(`thing-${n % 7}`, 'any', batch(n))
    // One that is surely in memory, and one that may be on its way to the disk.
    for (const old of [n, Math.max(0, n - 5)]) {
      expect(await first.append(`thing-${old % 7}`, 'any', batch(old))).toMatchObject({ replayed: true })
    }
  }
  await first.close()

  const second = await openEmbeddedLedger({ directory })
  for (let n = 0; n < 60; n++) {
    const result = await second.append(`thing-${n % 7}`, 'any', batch(n))
    expect(result.replayed).toBe(n < 30)
  }
  await expect(second.append('thing-3', 'any', [...batch(59), ...batch(60)])).rejects.toMatchObject({
    code: 'BATCH_PARTLY_KNOWN',
  })
  await expect(second.append('thing-1', 'any', batch(59))).rejects.toMatchObject({ code: 'EVENT_ID_REUSED' })
  for (const n of [0, 29, 30, 59]) {
    const positions = await second.positionsOf(batch(n).map(({ id }) => id))
    expect(positions.filter((position) => position === undefined)).toEqual([])
  }
  await second.close()
  expect((await fsck({ directory, all: true })).findings).toEqual([])
})

test('an index that was deleted is built again and knows every id', async () => {
  const first = await createEmbeddedLedger({ directory })
  for (let n = 0; n < 5; n++) await first.append('thing-1', 'any', batch(n))
  await first.close()
  await rm(join(directory, 'index'), { recursive: true, force: true })
  const second = await openEmbeddedLedger({ directory })
  for (let n = 0; n < 8; n++) {
    expect((await second.append('thing-1', 'any', batch(n))).replayed).toBe(n < 5)
  }
  await second.close()
})
