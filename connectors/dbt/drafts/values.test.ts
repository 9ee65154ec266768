import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { count, fraction, nanosAsSeconds } from './numbers.js'
import { label } from './text.js'
import { later, nanosOf, timestampOfNanos, utc } from './times.js'

const FRACTION = /^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,12})?$/

describe('numbers of dbt', () => {
  it('keeps the digits that stand in the file', () => {
    expect(fraction(JSON.parse('0.18693757057189941'))).toBe('0.186937570571')
    expect(fraction(JSON.parse('5.0067901611328125e-06'))).toBe('0.00000500679')
    expect(fraction(JSON.parse('1.5e+21'))).toBeNull()
    expect(fraction(3)).toBe('3')
    expect(fraction(-0)).toBe('0')
    expect(fraction(Number.NaN)).toBeNull()
    expect(fraction('1.5')).toBeNull()
  })

  it('writes every finite fraction as a decimal without exponent that is a prefix of its exact text', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        const text = fraction(value)
        expect(text).toMatch(FRACTION)
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(1e-12)
      }),
    )
  })

  it('takes counts as integers, as floats with an empty fraction and as strings, and -1 as unknown', () => {
    expect([count(3), count(3.0), count('3'), count(0)]).toEqual(['3', '3', '3', '0'])
    expect([count(-1), count(1.5), count('03'), count(null), count(undefined)]).toEqual([null, null, null, null, null])
    expect(Object.is(count(-0), '0')).toBe(true)
  })

  it('turns nanoseconds into exact seconds', () => {
    expect(nanosAsSeconds(472342n)).toBe('0.000472342')
    expect(nanosAsSeconds(3_900_000_000n)).toBe('3.9')
    expect(nanosAsSeconds(0n)).toBe('0')
    expect(nanosAsSeconds(-1n)).toBeNull()
  })
})

describe('times of dbt', () => {
  it('reads UTC with Z, with an offset and without either', () => {
    expect(utc('2026-11-21T05:28:24.150879')).toBe('2026-11-21T05:28:24.150879Z')
    expect(utc('2026-11-21T05:39:19.962737503Z')).toBe('2026-11-21T05:39:19.962737503Z')
    expect(utc('2026-11-21T05:39:19.779472465+00:00')).toBe('2026-11-21T05:39:19.779472465Z')
    expect(utc('2026-11-21T01:30:00.5+02:00')).toBe('2026-11-20T23:30:00.5Z')
    expect(utc('2026-11-21T05:39:19.1234567891Z')).toBe('2026-11-21T05:39:19.123456789Z')
  })

  it('refuses what is no instant', () => {
    for (const text of ['', 'now', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', 12, null])
      expect(utc(text)).toBeNull()
  })

  it('orders instants of different precision', () => {
    expect(later('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000001Z')).toBe('2026-01-01T00:00:00.000000001Z')
    expect(later(null, '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:00:00Z')
    expect(timestampOfNanos('1795239559779472465')).toBe('2026-11-21T05:39:19.779472465Z')
    expect(nanosOf('2026-11-21T05:39:19.779472465Z')).toBe(1795239559779472465n)
    expect(timestampOfNanos('99999999999999999999')).toBeNull()
  })
})

describe('labels', () => {
  it('keeps long names apart and replaces lone surrogates', () => {
    const long = 'x'.repeat(600)
    expect(label(long)).toHaveLength(493)
    expect(label(long)).not.toBe(label(`${long}y`))
    expect(label('a\ud800b')).toBe('a\ufffdb')
    expect([label(''), label(undefined), label(5)]).toEqual([null, null, null])
  })
})
