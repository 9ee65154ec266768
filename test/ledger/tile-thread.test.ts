import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEmbeddedLedger, FileTileStore, fsck, openEmbeddedLedger } from '../../src/stores/index.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clyra-tiles-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const tilesOf = (count: number, salt: number) =>
  Array.from({ length: count }, (_, i) => ({
    path: `tile/0/${String(i).padStart(3, '0')}`,
    bytes: new Uint8Array(8192).fill(i + salt),
  }))

const threads = () => readdirSync('/proc/self/task').length

test('a thread writes many tiles whole, says why where it cannot, and goes on afterwards', async () => {
  const tiles = new FileTileStore(directory, { threadFrom: 8 })
  await tiles.write(tilesOf(40, 0))
  for (const { path, bytes } of tilesOf(40, 0)) expect(readFileSync(join(directory, path))).toEqual(Buffer.from(bytes))

  mkdirSync(join(directory, 'tile', '1', '000'), { recursive: true })
  const inTheWay = { path: 'tile/1/000', bytes: new Uint8Array(32) }
  await expect(tiles.write([...tilesOf(9, 1), inTheWay, ...tilesOf(20, 1).slice(9)])).rejects.toMatchObject({
    code: 'IO_FAILED',
    message: expect.stringContaining(join('tile', '1', '000')),
  })
  expect(readFileSync(join(directory, 'tile', '0', '008'))[0]).toBe(9)
  expect(readFileSync(join(directory, 'tile', '0', '009'))[0]).toBe(9)

  await tiles.write(tilesOf(12, 2))
  expect(readFileSync(join(directory, 'tile', '0', '011'))[0]).toBe(13)
  await tiles.close()
  await tiles.close()
  await tiles.write(tilesOf(12, 3))
  expect(readFileSync(join(directory, 'tile', '0', '011'))[0]).toBe(14)
  await tiles.close()
})

test('a ledger that seals thousands of records at once has every tile, one of each, and leaves no thread', async () => {
  const state = join(directory, '.clyra')
  const events = (n: number) =>
    Array.from({ length: 2500 }, (_, i) => ({ type: 'com.example.thing.v1', source: '/t', data: { n, i } }))
  const ledger = await createEmbeddedLedger({ directory: state })
  for (let n = 0; n < 5; n++) await ledger.append('thing-1', 'any', events(n))
  await ledger.close()
  const before = threads()
  const again = await openEmbeddedLedger({ directory: state })
  await again.append('thing-1', 'any', events(5))
  await again.close()
  expect((await fsck({ directory: state, all: true })).findings).toEqual([])
  const names = readdirSync(join(state, 'tiles', 'tile', '0')).filter((name) => name.endsWith('.p'))
  // Only the newest tile is unfinished; what it replaced is gone.
  expect(names).toEqual(['058.p'])
  expect(threads()).toBe(before)
})
