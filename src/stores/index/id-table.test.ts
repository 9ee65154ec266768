import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ID_BYTES } from './id-run.js'
import { IdTable } from './id-table.js'

/** Few different bytes, so that ids share beginnings and ends. */
const id = fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES, max: 2 })
const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('finds every id under its last number, and no other', () => {
  fc.assert(
    fc.property(fc.array(id, { maxLength: 80 }), fc.array(id), (ids, others) => {
      const table = new IdTable()
      const expected = new Map(ids.map((bytes, n) => [key(bytes), n]))
      for (const bytes of ids) table.add(bytes, 0)
      for (const bytes of [...ids, ...others]) expect(table.find(bytes, 0)).toBe(expected.get(key(bytes)))
      expect(key(table.ids.subarray(0, ID_BYTES * ids.length))).toBe(ids.map(key).join(''))
    }),
  )
})

test('grows with what it holds', () => {
  const table = new IdTable()
  const numbered = (n: number) => {
    const bytes = new Uint8Array(2 + ID_BYTES)
    new DataView(bytes.buffer).setUint32(6, n)
    return bytes
  }
  for (let n = 0; n < 10_000; n++) table.add(numbered(n), 2)
  for (let n = 0; n < 10_000; n++) expect(table.find(numbered(n), 2)).toBe(n)
  expect(table.find(numbered(10_000), 2)).toBe(undefined)
})
