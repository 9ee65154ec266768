import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64, concatBytes, decimal, equalBytes, fromBase64, fromHex, hex, parseDecimal, utf8 } from './index.js'

const bytes = fc.uint8Array({ maxLength: 70 })
const refusedAs = (code: string) => expect.objectContaining({ code })

describe('encodings', () => {
  it('hex and base64 are read back to the same bytes', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(hex(value))).toEqual(value)
        expect(fromBase64(base64(value))).toEqual(value)
      }),
    )
  })

  it.each(['A', 'AB', 'aB', 'abc', 'zz', '0x', 'ab ', 'ab\n'])('refuses %j as hex', (text) => {
    expect(() => fromHex(text)).toThrow(refusedAs('ENCODING_INVALID'))
  })

  it.each(['A', 'AA', 'AA=', 'AB==', 'AAA', 'AA==\n', ' AA==', 'A-__', 'AAAA====', '=', 'AA==AA=='])(
    'refuses %j as base64',
    (text) => {
      expect(() => fromBase64(text)).toThrow(refusedAs('ENCODING_INVALID'))
    },
  )

  it('decimals are read back, and only one spelling is read', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(parseDecimal(decimal(n))).toBe(n)
      }),
    )
    expect(parseDecimal('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    for (const text of ['', '00', '01', '-0', '-1', '+1', '1.0', '1e3', ' 1', '1\n', '9007199254740992', '١', '0x1']) {
      expect(() => parseDecimal(text), text).toThrow(refusedAs('INVALID_POSITION'))
    }
    for (const n of [-1, -0, 0.5, 2 ** 53, Number.NaN]) {
      expect(() => decimal(n), String(n)).toThrow(refusedAs('INVALID_POSITION'))
    }
  })

  it('UTF-8 refuses what has no form in it', () => {
    expect(hex(utf8('a€😀'))).toBe('61e282acf09f9880')
    expect(() => utf8('\ud800')).toThrow(refusedAs('JSON_SURROGATE'))
  })

  it('bytes are joined and compared by content', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect([...concatBytes(a, b)]).toEqual([...a, ...b])
        expect(equalBytes(a, b)).toBe(hex(a) === hex(b))
      }),
    )
  })
})
