import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IdFilter } from './id-filter.js'

const id = fc.uint8Array({ minLength: 16, maxLength: 16 })

test('the filter never says of an id that was added that it is new', () => {
  fc.assert(
    fc.property(fc.array(id), fc.array(id), (some, others) => {
      const filter = new IdFilter(10)
      for (const one of some) filter.addBytes(one, 0)
      for (const one of others) filter.addBytes(Uint8Array.of(1, 2, ...one), 2)
      for (const one of [...some, ...others]) {
        expect(filter.mayHaveBytes(one, 0)).toBe(true)
        expect(filter.mayHaveBytes(Uint8Array.of(1, 2, ...one), 2)).toBe(true)
      }
    }),
  )
})

test('a filter that holds as many ids as it is made for has to look up few new ones, also of ids that begin with the time', () => {
  const filter = new IdFilter(0)
  const timed = (n: number, salt: number) => {
    const bytes = new Uint8Array(16)
    const view = new DataView(bytes.buffer)
    view.setUint32(2, Math.floor(n / 100))
    view.setUint32(8, n * 2654435761 + salt)
    view.setUint32(12, n)
    return bytes
  }
  for (let n = 0; n < filter.capacity; n++) filter.addBytes(timed(n, 0), 0)
  let maybe = 0
  for (let n = 0; n < 20_000; n++) if (filter.mayHaveBytes(timed(filter.capacity + n, 7), 0)) maybe++
  expect(maybe / 20_000).toBeLessThan(0.01)
})
