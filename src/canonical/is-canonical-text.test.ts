import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalString, endOfCanonical, type JsonValue, parseStrict, utf8 } from './index.js'
import { isCanonicalText } from './is-canonical-text.js'

/** By the book: the tokenizer takes the text, and writing its value gives the same text. */
const byTheBook = (text: string): boolean => {
  try {
    return canonicalString(parseStrict(utf8(text))) === text
  } catch {
    return false
  }
}

// JSON.parse returns JSON values and nothing else.
const decided = (text: string): boolean => isCanonicalText(text, JSON.parse(text) as JsonValue)

const spaces = fc.constantFrom('', '', '', '', '', ' ', '\n', '  ')

/** Every way to write an integer, most of them not canonical, some of them shorter than the canonical one. */
const numbers = fc.oneof(
  fc.integer({ min: -1200, max: 1200 }).map(String),
  fc.maxSafeInteger().map(String),
  fc.tuple(fc.integer({ min: -40, max: 40 }), fc.nat(16)).map(([digits, power]) => `${digits}e${power}`),
  fc.tuple(fc.integer({ min: 1, max: 999 }), fc.nat(3)).map(([digits, power]) => `${digits}00E-${power}`),
  fc.tuple(fc.nat(99), fc.nat(99)).map(([whole, part]) => `${whole}.${part}`),
  fc.constantFrom('-0', '0', '0.0', '0e9', '-0e1', '1e0', '100', '1e2', '1E2', '9007199254740992', '9007199254740993'),
)

const units = fc.constantFrom(
  ...['a', 'b', 'Z', '0', '€', '😀', '\\n', '\\\\', '\\"', '\\/', '\\u0061', '\\u000a', '\\u001f', '\\u001F'],
  ...['\\ud83d\\ude00', '\\ud83d', '\\u00e9', '\\b', '\\f', '\\r', '\\t'],
)
const plainUnits = fc.constantFrom('a', 'b', 'Z', '0', '€', '😀', ' ', ':', '{', '}', ',')
const strings = fc
  .oneof(fc.array(plainUnits, { maxLength: 6 }), fc.array(units, { maxLength: 4 }))
  .map((parts) => `"${parts.join('')}"`)
const names = fc.oneof(
  fc.constantFrom('"a"', '"b"', '"c"', '"a1"', '"_"', '"10"', '"9"', '"0a"', '"__proto__"', '""', '"é"', '"\\/"'),
  fc.stringMatching(/^[A-Za-z0-9_.:/$@-]{1,3}$/).map((name) => `"${name}"`),
)

/** Texts that JSON.parse takes, spelled in any way that JSON allows. */
const texts = fc.letrec<{ value: string; spaced: string }>((tie) => ({
  spaced: fc.tuple(spaces, tie('value'), spaces).map((parts) => parts.join('')),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    numbers,
    strings,
    fc.constantFrom('true', 'false', 'null', '{}', '[]', '{ }'),
    fc.array(tie('spaced'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(spaces, names, spaces, tie('spaced')), { maxLength: 5 })
        .map((members) => `{${members.map(([a, name, b, value]) => `${a}${name}${b}:${value}`).join(',')}}`),
    },
  ),
})).spaced

/** What ordinary records hold: then the question is decided here, and nothing is written again. */
const ordinary = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().filter((n) => n === 0 || n % 100 !== 0),
    fc.stringMatching(/^[ -~\n\t]{0,12}$/),
    fc.string({ unit: 'grapheme', maxLength: 6 }).filter((s) => !/[\u0000-\u001f]/.test(s)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[A-Za-z_.:/$@-][A-Za-z0-9_.:/$@-]{0,9}$/), tie('value'), { maxKeys: 6 }),
  ),
})).value

describe('the canonical form by its length', () => {
  it('is only ever said of a text that is canonical by the book, however the text is spelled', () => {
    let said = 0
    fc.assert(
      fc.property(texts, (text) => {
        if (!decided(text)) return
        said++
        expect(byTheBook(text)).toBe(true)
      }),
      { numRuns: 20_000 },
    )
    // The law would hold of a function that never says so.
    expect(said).toBeGreaterThan(1_000)
  })

  it('is said of every ordinary record value, written canonically', () => {
    fc.assert(
      fc.property(ordinary, (value) => {
        expect(decided(canonicalString(value))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['an exponent that makes up for white space', '[1e5 ,1 ]'],
    ['an exponent of the same length', '1e2'],
    ['a hex digit in upper case', '"\\u001F"'],
    ['a lone surrogate, escaped', '"\\ud800"'],
    ['members out of order', '{"b":1,"a":2}'],
    ['array indices out of the order of the text', '{"a":1,"5":2}'],
    ['array indices in the order of numbers', '{"9":1,"10":2}'],
    ['a member twice', '{"a":1,"a":1}'],
    ['minus zero', '-0'],
    ['minus zero beside white space', '[-0]'],
    ['the prototype as a member', '{"__proto__":1}'],
    ['an integer that is rounded', '9007199254740993'],
    ['a value below 32 levels', `${'['.repeat(32)}1${']'.repeat(32)}`],
    ['a name of 129 characters', `{"${'a'.repeat(129)}":1}`],
  ])('is not said of %s', (_, text) => {
    expect(decided(text)).toBe(false)
  })

  it('is said of 32 levels and a name of 128 characters', () => {
    expect(decided(`${'['.repeat(31)}1${']'.repeat(31)}`)).toBe(true)
    expect(decided(`${'{"a":'.repeat(31)}"x"${'}'.repeat(31)}`)).toBe(true)
    expect(decided(`${'{"a":'.repeat(32)}"x"${'}'.repeat(32)}`)).toBe(false)
    expect(decided(`{"${'a'.repeat(128)}":1}`)).toBe(true)
  })
})

describe('the end of a canonical value', () => {
  const isWhole = (text: string) => endOfCanonical(utf8(text), 0, 1) === utf8(text).length

  it('is only ever given for a text that is canonical by the book, however the text is spelled', () => {
    let said = 0
    fc.assert(
      fc.property(texts, (text) => {
        if (!isWhole(text)) return
        said++
        expect(byTheBook(text)).toBe(true)
      }),
      { numRuns: 20_000 },
    )
    expect(said).toBeGreaterThan(1_000)
  })

  it('is only ever given for bytes that are canonical by the book, whichever byte of a canonical text is another', () => {
    fc.assert(
      fc.property(ordinary, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = utf8(canonicalString(value))
        bytes[at % bytes.length] = byte
        const end = endOfCanonical(bytes, 0, 1)
        if (end < 0) return
        const read = parseStrict(bytes.subarray(0, end))
        expect(canonicalString(read)).toBe(new TextDecoder().decode(bytes.subarray(0, end)))
      }),
      { numRuns: 5_000 },
    )
  })

  it('is found for values of ASCII without escapes, wherever they stand and whatever follows', () => {
    const plain = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, false),
        fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }),
        fc.stringMatching(/^[ !#-[\]-~]{0,12}$/),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[A-Za-z0-9.:/$@-][A-Za-z0-9_.:/$@-]{0,9}$/), tie('value'), { maxKeys: 6 }),
      ),
    })).value
    fc.assert(
      fc.property(
        plain,
        fc.stringMatching(/^[ -~]{0,5}$/),
        fc.constantFrom(',', '}', ']', ''),
        (value, before, after) => {
          const text = canonicalString(value)
          const end = endOfCanonical(utf8(before + text + after), before.length, 1)
          expect(end).toBe(before.length + text.length)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['members out of order', '{"b":1,"a":2}'],
    ['a longer name before its beginning', '{"ab":1,"a":2}'],
    ['a member twice', '{"a":1,"a":1}'],
    ['minus zero', '-0'],
    ['a leading zero', '[01]'],
    ['an integer of 16 digits', '9007199254740993'],
    ['an exponent', '1e2'],
    ['a point', '[1.5]'],
    ['an escape', '"\\n"'],
    ['a control character', '"\u0007"'],
    ['a character outside ASCII', '"\u00e9"'],
    ['the prototype as a member', '{"__proto__":1}'],
    ['a name outside the grammar', '{"a b":1}'],
    ['an empty name', '{"":1}'],
    ['a name of 129 characters', `{"${'a'.repeat(129)}":1}`],
    ['a value below 32 levels', `${'['.repeat(32)}1${']'.repeat(32)}`],
    ['a comma before the end', '[1,]'],
    ['white space', '[1, 2]'],
    ['a word that is none', 'trux'],
    ['a text that is cut off', '{"a":"b'],
    ['nothing', ''],
  ])('is not given for %s', (_, text) => {
    expect(isWhole(text)).toBe(false)
  })

  it('is given for 32 levels and a name of 128 characters', () => {
    expect(isWhole(`${'['.repeat(31)}1${']'.repeat(31)}`)).toBe(true)
    expect(isWhole(`${'{"a":'.repeat(31)}"x"${'}'.repeat(31)}`)).toBe(true)
    expect(isWhole(`{"${'a'.repeat(128)}":1}`)).toBe(true)
  })
})
