import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isRecordedAt } from './grammar/index.js'
import { assertPlausible, instantOf } from './instant.js'

const year = (y: number) => Date.UTC(y, 5, 1)
const iso = (y: number) => new Date(year(y)).toISOString()

it('gives an instant that a reader admits, or CLOCK_INVALID, for whatever a clock returns', () => {
  const returned = fc.oneof(
    fc.double(),
    fc.maxSafeInteger(),
    fc.integer(),
    fc.bigInt(),
    fc.string(),
    fc.constant(undefined),
  )
  fc.assert(
    fc.property(returned, (value) => {
      try {
        // A library is called without types too.
        expect(isRecordedAt(instantOf(() => value as number))).toBe(true)
      } catch (error) {
        expect(error).toMatchObject({ code: 'CLOCK_INVALID' })
      }
    }),
  )
})

it('admits the years 0000 to 9999 to the millisecond, and a fraction of one', () => {
  const [first, last] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')]
  expect(instantOf(() => first)).toBe('0000-01-01T00:00:00.000Z')
  expect(instantOf(() => last)).toBe('9999-12-31T23:59:59.999Z')
  expect(instantOf(() => year(2026) + 0.5)).toBe(iso(2026))
  for (const outside of [first - 1, last + 1, year(2026) * 1000, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1])
    expect(() => instantOf(() => outside)).toThrow(expect.objectContaining({ code: 'CLOCK_INVALID' }))
})

it('names the clock where it throws', () => {
  const broken = () => {
    throw new Error('no such device')
  }
  expect(() => instantOf(broken)).toThrow('the clock failed: no such device')
})

it('admits a pause of decades, a clock that was set back, and one that was unset when the ledger began', () => {
  for (const [now, newest] of [
    [2075, 2026],
    [1970, 2026],
    [2026, 1970],
    [2070, 1970],
    [2200, 2151],
  ] as const)
    assertPlausible(iso(now), iso(newest))
  assertPlausible(iso(2026), '')
})

it('refuses an instant more than fifty years after the newest record', () => {
  for (const [now, newest] of [
    [2077, 2026],
    [9998, 2026],
    [2077, 1970],
    [2202, 2151],
  ] as const)
    expect(() => assertPlausible(iso(now), iso(newest))).toThrow(expect.objectContaining({ code: 'CLOCK_INVALID' }))
  expect(() => assertPlausible(iso(2077), '')).toThrow(expect.objectContaining({ code: 'CLOCK_INVALID' }))
})
