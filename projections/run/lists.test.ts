import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AppendList, append, lengthOf } from './append-list.js'
import { Fresh } from './fresh.js'
import { type SortedList, upsert, valuesOf } from './sorted-list.js'

test('an append list holds what was appended, in order, and knows its length', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 1_000 }), (items) => {
      const list = items.reduce<AppendList<number>>((now, item) => append(now, item, new Fresh()), [])
      expect(list.flat()).toEqual(items)
      expect(lengthOf(list)).toBe(items.length)
    }),
  )
})

test('a sorted list is a map in the order of its keys', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.integer()), { maxLength: 1_500 }), (entries) => {
      const list = entries.reduce<SortedList<number>>(
        (now, [key, value]) => upsert(now, key, new Fresh(), () => value),
        [],
      )
      const model = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1))
      expect(valuesOf(list)).toEqual(model.map(([, value]) => value))
    }),
    { numRuns: 60 },
  )
})

test('an update sees the value so far', () => {
  const count = (list: SortedList<number>, key: string) => upsert(list, key, new Fresh(), (value) => (value ?? 0) + 1)
  expect(['b', 'a', 'b', '__proto__'].reduce<SortedList<number>>(count, []).flat()).toEqual([
    ['__proto__', 1],
    ['a', 1],
    ['b', 2],
  ])
})

test('what was there before folding began is never changed, and what it leads to does not depend on where that was', () => {
  const entries = fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.integer()), { maxLength: 400 })
  fc.assert(
    fc.property(entries, fc.array(fc.nat(400), { maxLength: 5 }), (all, cuts) => {
      let appended: AppendList<number> = []
      let sorted: SortedList<number> = []
      let fresh = new Fresh()
      const before: [lists: unknown, text: string][] = []
      for (const [i, [key, value]] of all.entries()) {
        if (cuts.includes(i)) {
          before.push([[appended, sorted], JSON.stringify([appended, sorted])])
          fresh = new Fresh()
        }
        appended = append(appended, value, fresh)
        sorted = upsert(sorted, key, fresh, () => value)
      }
      for (const [lists, text] of before) expect(JSON.stringify(lists)).toBe(text)
      const one = (now: AppendList<number>, [, value]: [string, number]) => append(now, value, new Fresh())
      expect(appended).toEqual(all.reduce<AppendList<number>>(one, []))
      const set = (now: SortedList<number>, [key, value]: [string, number]) =>
        upsert(now, key, new Fresh(), () => value)
      expect(sorted).toEqual(all.reduce<SortedList<number>>(set, []))
    }),
    { numRuns: 60 },
  )
})
