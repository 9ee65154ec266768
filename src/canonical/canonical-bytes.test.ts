import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClyraError } from '../errors/index.js'
import { canonicalBytes, canonicalString, decodeUtf8, isMemberName, parseStrict } from './index.js'

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof ClyraError) return error.code
    throw error
  }
  return 'accepted'
}

const integers = fc.maxSafeInteger().map((n) => n + 0)
const wellFormed = fc.string({ unit: 'grapheme', maxLength: 12 })
const recordNames = fc.stringMatching(/^[A-Za-z0-9_.:/$@-]{1,12}$/).filter((name) => name !== '__proto__')
const valuesOver = (names: fc.Arbitrary<string>) =>
  fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      fc.constant(null),
      fc.boolean(),
      integers,
      wellFormed,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(names, tie('value'), { maxKeys: 30 }),
    ),
  })).value

describe('canonical form', () => {
  it('is byte-equal to the canonicalize package for every record value', () => {
    fc.assert(
      fc.property(valuesOver(recordNames), (value) => {
        expect(canonicalString(value)).toBe(canonicalize(value))
      }),
      { numRuns: 500 },
    )
  })

  it('is byte-equal to it for foreign member names too', () => {
    fc.assert(
      fc.property(valuesOver(fc.string({ unit: 'binary', maxLength: 6 }).filter((n) => n !== '__proto__')), (value) => {
        expect(canonicalString(value, { anyNames: true })).toBe(canonicalize(value))
      }),
      { numRuns: 300 },
    )
  })

  it('gives one text for members in any order, small objects and large', () => {
    const names = fc.uniqueArray(recordNames, { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.nat()), (list, stream) => {
        const random = [...stream.take(list.length)]
        const shuffled = list.map((name, i) => ({ name, at: random[i] ?? 0 })).sort((a, b) => a.at - b.at)
        const one = Object.fromEntries(list.map((name) => [name, 1]))
        const other = Object.fromEntries(shuffled.map(({ name }) => [name, 1]))
        expect(canonicalString(other)).toBe(canonicalString(one))
      }),
    )
  })

  it('orders names as RFC 8785, 3.2.3 shows, by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    const order = [...canonicalString(value, { anyNames: true }).matchAll(/:"([^"]*)"/g)].map((match) => match[1])
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('writes strings and literals as RFC 8785, 3.2.2 and 3.2.4 show', () => {
    // The sample of section 3.2.2 without its fractional numbers, which no record may hold.
    const value = { string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"\u002f', literals: [null, true, false] }
    expect(canonicalString(value)).toBe('{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}')
    expect(Buffer.from(canonicalBytes({ string: '€$\u000f' })).toString('hex')).toBe(
      '7b22737472696e67223a22e282ac245c7530303066227d',
    )
  })

  it('writes each control character in the spelling of RFC 8785, 3.2.2.2, and nothing else escaped', () => {
    expect(canonicalString('\b\t\n\f\r\u0000\u001f\u007f\u2028\u2029/')).toBe(
      '"\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\u2028\u2029/"',
    )
  })

  it('writes the integers of RFC 8785, appendix B that a record may hold', () => {
    expect(canonicalString([0, 9007199254740991, -9007199254740991])).toBe('[0,9007199254740991,-9007199254740991]')
  })

  it.each([
    ['minus zero', -0],
    ['2^53', 9007199254740992],
    ['-2^53', -9007199254740992],
    ['a fraction', 0.1],
    ['the smallest double', 5e-324],
    ['the largest double', 1.7976931348623157e308],
    ['1e21', 1e21],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
  ])('refuses the number %s', (_, value) => {
    expect(codeOf(() => canonicalString({ a: [value] }))).toBe('JSON_NUMBER')
  })

  it.each([
    ['an undefined member', { a: undefined }],
    ['a hole in an array', new Array(1)],
    ['a function', { a: () => 1 }],
    ['a bigint', { a: 1n }],
    ['a symbol', { a: Symbol('s') }],
    ['a Date', { a: new Date(0) }],
    ['a Map', { a: new Map() }],
    ['a boxed string', Object('x')],
    ['bytes', new Uint8Array(2)],
  ])('refuses %s instead of dropping or converting it', (_, value) => {
    expect(codeOf(() => canonicalString(value))).toBe('JSON_SYNTAX')
  })

  it.each(['\ud800', 'a\udc00', '\ude00\ud83d', 'ok \ud83d'])('refuses the lone surrogate in %j', (text) => {
    expect(codeOf(() => canonicalString({ a: text }))).toBe('JSON_SURROGATE')
    expect(codeOf(() => canonicalString({ [text]: 1 }, { anyNames: true }))).toBe('JSON_SURROGATE')
  })

  it('takes names of the grammar and refuses all others', () => {
    expect(canonicalString({ 'aZ09_.:/$@-': 1, constructor: 2 })).toBe('{"aZ09_.:/$@-":1,"constructor":2}')
    for (const name of ['', 'a b', 'ä', 'a\n', '"', '__proto__', 'x'.repeat(129)]) {
      const value = Object.defineProperty({}, name, { value: 1, enumerable: true })
      expect(
        codeOf(() => canonicalString(value)),
        name,
      ).toBe('JSON_FORBIDDEN_NAME')
      expect(isMemberName(name)).toBe(false)
    }
    expect(isMemberName('x'.repeat(128))).toBe(true)
  })

  it('takes a value at depth 32, refuses one at depth 33, and a cycle', () => {
    const nest = (levels: number): unknown => (levels === 1 ? 1 : [nest(levels - 1)])
    expect(canonicalString(nest(32))).toHaveLength(63)
    expect(codeOf(() => canonicalString(nest(33)))).toBe('JSON_TOO_DEEP')
    const cycle: Record<string, unknown> = {}
    cycle['a'] = cycle
    expect(codeOf(() => canonicalString(cycle))).toBe('JSON_TOO_DEEP')
  })

  it('is read back to the same value', () => {
    fc.assert(
      fc.property(valuesOver(recordNames), (value) => {
        const bytes = canonicalBytes(value)
        expect(canonicalString(parseStrict(bytes))).toBe(decodeUtf8(bytes))
      }),
    )
  })
})
