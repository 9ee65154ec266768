import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AppendList, append, lengthOf } from './append-list.js'
import { type SortedList, upsert, valuesOf } from './sorted-list.js'

test('an append list holds what was appended, in order, and knows its length', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 1_000 }), (items) => {
      const list = items.reduce<AppendList<number>>(append, [])
      expect(list.flat()).toEqual(items)
      expect(lengthOf(list)).toBe(items.length)
    }),
  )
})

test('a sorted list is a map in the order of its keys', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.integer()), { maxLength: 1_500 }), (entries) => {
      const list = entries.reduce<SortedList<number>>((now, [key, value]) => upsert(now, key, () => value), [])
      const model = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1))
      expect(valuesOf(list)).toEqual(model.map(([, value]) => value))
    }),
    { numRuns: 60 },
  )
})

test('an update sees the value so far', () => {
  const count = (list: SortedList<number>, key: string) => upsert(list, key, (value) => (value ?? 0) + 1)
  expect(['b', 'a', 'b', '__proto__'].reduce<SortedList<number>>(count, []).flat()).toEqual([
    ['__proto__', 1],
    ['a', 1],
    ['b', 2],
  ])
})
