import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalBytes, utf8 } from '../src/bytes.js'
import { canonicalBytes } from '../src/canonical.js'
import { admit, type JsonValue } from '../src/json.js'
import { Refusal } from '../src/refusal.js'

const codeOf = (text: string | Uint8Array): string => {
  try {
    admit(typeof text === 'string' ? utf8(text) : text)
    return 'admitted'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Names of the grammar that are no member of Object.prototype to JavaScript's eyes only by luck. */
const name = fc.stringMatching(/^[A-Za-z0-9_.:/$@-]{1,12}$/).filter((text) => text !== '__proto__')
const value = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(name, fc.constantFrom('constructor', 'toString', 'hasOwnProperty')), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value

describe('admit', () => {
  it('gives back what RFC 8785 wrote, and our form is the reference form', () => {
    fc.assert(
      fc.property(value, (json) => {
        const reference = utf8(canonicalize(json) ?? '')
        expect(canonicalBytes(json)).toEqual(reference)
        expect(admit(reference)).toEqual(json)
      }),
    )
  })

  it('admits exactly the bytes that are the RFC 8785 form of their value, whatever one byte is changed to', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(255), (json, at, byte) => {
        const bytes = Uint8Array.from(canonicalBytes(json))
        bytes[at % bytes.length] = byte
        try {
          expect(equalBytes(canonicalBytes(admit(bytes)), bytes)).toBe(true)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('never fails with anything but a Refusal, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void codeOf(bytes)))
    const structural = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0123456789eE+-.tfn \n'), maxLength: 60 })
    fc.assert(
      fc.property(structural, (text) => void codeOf(text)),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['{"a":1,"a":1}', 'JSON_DUPLICATE_NAME'],
    ['{"b":1,"a":1,"b":1}', 'JSON_DUPLICATE_NAME'],
    ['{"__proto__":1}', 'JSON_FORBIDDEN_NAME'],
    ['{"":1}', 'JSON_FORBIDDEN_NAME'],
    ['{"constructor":1,"constructor":2}', 'JSON_DUPLICATE_NAME'],
    ['{"constructor":1}', 'admitted'],
    ['01', 'JSON_TRAILING'],
    ['-', 'JSON_SYNTAX'],
    ['1.', 'JSON_TRAILING'],
    ['-0', 'JSON_NUMBER'],
    ['9007199254740991', 'admitted'],
    ['9007199254740992', 'JSON_NUMBER'],
    ['1.5', 'JSON_NUMBER'],
    ['[1e21]', 'JSON_NUMBER'],
    ['1e2', 'JSON_NUMBER'],
    ['{"b":1,"a":2}', 'JSON_NOT_CANONICAL'],
    // An object lists these in the order of numbers, wherever they stood.
    ['{"9":0,"10":0}', 'JSON_NOT_CANONICAL'],
    ['{"10":0,"9":0}', 'admitted'],
    ['{"a":0,"1":0}', 'JSON_NOT_CANONICAL'],
    ['{"1":0,"a":0}', 'admitted'],
    ['"\\u000a"', 'JSON_NOT_CANONICAL'],
    ['"\\u001F"', 'JSON_NOT_CANONICAL'],
    ['"\\ud800"', 'JSON_SURROGATE'],
    ['"\\\\ud800"', 'admitted'],
    ['"\\u001f"', 'admitted'],
    ['"\\x"', 'JSON_SYNTAX'],
    ['"\u0001"', 'JSON_SYNTAX'],
    ['"\\ud83d\\ude00"', 'JSON_NOT_CANONICAL'],
    ['"\\ud83dx"', 'JSON_SURROGATE'],
    ['"unfinished', 'JSON_SYNTAX'],
    ['tru', 'JSON_SYNTAX'],
    ['', 'JSON_SYNTAX'],
    [' 1', 'JSON_NOT_CANONICAL'],
    ['[1,]', 'JSON_SYNTAX'],
    // Order by UTF-16 units puts the surrogate pair first, order by code points would put it last.
    ['"\u2028"', 'admitted'],
    [`${'['.repeat(32)}${']'.repeat(32)}`, 'admitted'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'JSON_TOO_DEEP'],
    ['['.repeat(1_000_000), 'JSON_TOO_DEEP'],
  ])('says of %j: %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })
})
