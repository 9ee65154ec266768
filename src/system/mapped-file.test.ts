import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { open } from 'lmdb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mappedFileFault } from './mapped-file.js'

const PAGE_BYTES = 4096
const folder = mkdtempSync(join(tmpdir(), 'clyra-mapped-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A step of a writer: keys of one table that get a value of so many bytes, or are removed. */
type Step = readonly { readonly table: 'ids' | 'states'; readonly key: number; readonly bytes: number }[]

/** Runs the steps, each in a transaction of its own, and gives the path of the file. */
async function databaseOf(name: string, steps: readonly Step[]): Promise<string> {
  const path = join(folder, name)
  const root = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', maxDbs: 4 })
  const tables = {
    ids: root.openDB<Buffer, Buffer>({ name: 'ids', encoding: 'binary', keyEncoding: 'binary' }),
    states: root.openDB<Buffer, Buffer>({ name: 'states', encoding: 'binary', keyEncoding: 'binary' }),
  }
  for (const step of steps) {
    root.transactionSync(() => {
      for (const { table, key, bytes } of step) {
        if (bytes === 0) tables[table].removeSync(Buffer.from(`key-${key}`))
        else tables[table].putSync(Buffer.from(`key-${key}`), Buffer.alloc(bytes, key))
      }
    })
  }
  await root.flushed
  await root.close()
  return join(path, 'data.mdb')
}

const put = (table: 'ids' | 'states', from: number, count: number, bytes: number): Step =>
  Array.from({ length: count }, (_, i) => ({ table, key: from + i, bytes }))

describe('a database as LMDB left it', () => {
  test('has no fault, whatever was written to it and removed from it', async () => {
    let files = 0
    const step = fc.array(
      fc.record({
        table: fc.constantFrom('ids' as const, 'states' as const),
        key: fc.nat(400),
        bytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20_000 })),
      }),
      { maxLength: 120 },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        expect(mappedFileFault(await databaseOf(`any-${files++}`, steps))).toBeUndefined()
      }),
      { numRuns: 25 },
    )
  })

  test('has no fault while a writer goes on', async () => {
    const path = await databaseOf('busy', [put('ids', 0, 500, 900)])
    const root = open<Buffer, Buffer>({ path: join(folder, 'busy'), encoding: 'binary', keyEncoding: 'binary' })
    for (let round = 0; round < 50; round++) {
      root.transactionSync(() => {
        for (let key = 0; key < 20; key++) root.putSync(Buffer.from(`new-${key}`), Buffer.alloc(700 * (key + 1), round))
      })
      expect(mappedFileFault(path)).toBeUndefined()
    }
    await root.close()
  })
})

describe('a damaged database', () => {
  let path: string
  let intact: Buffer
  beforeAll(async () => {
    path = await databaseOf('damaged', [
      put('ids', 0, 300, 900),
      put('states', 0, 8, 30_000),
      put('ids', 50, 100, 0),
      put('states', 2, 2, 0),
      put('ids', 400, 60, 40),
    ])
    intact = readFileSync(path)
  })
  const faultOf = (bytes: Buffer) => {
    writeFileSync(path, bytes)
    return mappedFileFault(path)
  }

  test('is told from any file that is none', () => {
    expect(faultOf(Buffer.alloc(0))).toMatch(/ends within/)
    expect(faultOf(Buffer.from('not a database'))).toMatch(/ends within/)
    expect(faultOf(Buffer.alloc(3 * PAGE_BYTES))).toMatch(/is not a database/)
    expect(faultOf(Buffer.concat([Buffer.alloc(7), intact]))).toMatch(/is not a database/)
    expect(mappedFileFault(folder)).toMatch(/no regular file/)
  })

  test('is told wherever it was cut', () => {
    for (let length = intact.length - 1; length > 0; length -= 9_777) {
      writeFileSync(path, intact)
      truncateSync(path, length)
      expect(mappedFileFault(path), `cut to ${length}`).toBeDefined()
    }
  })

  test('is told where a page that is in use is another, of zeros, or of any bytes', () => {
    const blank = Buffer.alloc(PAGE_BYTES)
    const junk = Buffer.alloc(PAGE_BYTES, 'junk')
    const pages = Array.from({ length: intact.length / PAGE_BYTES - 2 }, (_, i) => i + 2)
    const told = pages.filter((page) => {
      const results = [blank, junk, intact.subarray(2 * PAGE_BYTES, 3 * PAGE_BYTES)].map((other) => {
        const bytes = Buffer.from(intact)
        other.copy(bytes, page * PAGE_BYTES)
        return faultOf(bytes) !== undefined
      })
      // Junk is told wherever zeros are: in a page that LMDB does not follow neither is.
      expect(results[0]).toBe(results[1])
      return results[0]
    })
    // Pages of overflowing values have no headers but the first one; a third of the others is free.
    expect(told.length).toBeGreaterThan(30)
  })

  test('is told where a page number, an offset, a length or a count leads astray', () => {
    const at = (page: number, offset: number) => page * PAGE_BYTES + offset
    const transaction = (meta: number) => intact.readBigUInt64LE(at(meta, 24 + 128))
    const newest = transaction(0) > transaction(1) ? 0 : 1
    const root = Number(intact.readBigUInt64LE(at(newest, 24 + 72 + 40)))
    const changes: [string, (bytes: Buffer) => void][] = [
      ['root', (bytes) => [0, 1].map((meta) => bytes.writeBigUInt64LE(1n << 40n, at(meta, 24 + 72 + 40)))],
      ['depth', (bytes) => [0, 1].map((meta) => bytes.writeUInt16LE(900, at(meta, 24 + 72 + 6)))],
      ['number of the page', (bytes) => bytes.writeUInt8(bytes.readUInt8(at(root, 0)) ^ 1, at(root, 0))],
      ['kind of the page', (bytes) => bytes.writeUInt16LE(4, at(root, 18))],
      ['transaction of the page', (bytes) => bytes.writeBigUInt64LE(1n << 50n, at(root, 8))],
      ['end of the offsets', (bytes) => bytes.writeUInt16LE(0x7ff0, at(root, 20))],
      ['offset of a node', (bytes) => bytes.writeUInt16LE(0xfff0, at(root, 24))],
    ]
    for (const [what, change] of changes) {
      const bytes = Buffer.from(intact)
      change(bytes)
      expect(faultOf(bytes), what).toBeDefined()
    }
  })
})
