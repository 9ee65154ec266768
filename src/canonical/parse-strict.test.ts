import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import {
  admit,
  canonicalBytes,
  canonicalString,
  decodeUtf8,
  type JsonValue,
  type ParseOptions,
  parseStrict,
  utf8,
} from './index.js'

const outcome = (act: () => JsonValue): string => {
  try {
    return `ok ${JSON.stringify(act())}`
  } catch (error) {
    if (isClyraError(error)) return error.code
    throw error
  }
}
const strict = (text: string | Uint8Array, options?: ParseOptions): string =>
  outcome(() => parseStrict(typeof text === 'string' ? utf8(text) : text, options))
const admitted = (text: string | Uint8Array): string =>
  outcome(() => admit(typeof text === 'string' ? utf8(text) : text))

/** The rule as it is written down, tokenizer first: what `admit` must be equal to. */
const admitByTheBook = (bytes: Uint8Array): JsonValue => {
  const value = parseStrict(bytes)
  if (canonicalString(value) !== decodeUtf8(bytes)) throw new Error('not canonical')
  return value
}

describe('strict JSON', () => {
  it.each<[string, string, string]>([
    ['a name twice', '{"a":1,"a":1}', 'JSON_DUPLICATE_NAME'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}', 'JSON_DUPLICATE_NAME'],
    ['a name twice deep down', '[{"x":{"b":1,"c":2,"b":3}}]', 'JSON_DUPLICATE_NAME'],
    ['a lone high surrogate', '"\\ud800"', 'JSON_SURROGATE'],
    ['a lone low surrogate', '"\\udc00\\ud800"', 'JSON_SURROGATE'],
    ['__proto__', '{"__proto__":1}', 'JSON_FORBIDDEN_NAME'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}', 'JSON_FORBIDDEN_NAME'],
    ['an empty name', '{"":1}', 'JSON_FORBIDDEN_NAME'],
    ['a name outside the grammar', '{"a b":1}', 'JSON_FORBIDDEN_NAME'],
    ['a name of 129 characters', `{"${'a'.repeat(129)}":1}`, 'JSON_FORBIDDEN_NAME'],
    ['minus zero', '-0', 'JSON_NUMBER'],
    ['a fraction', '[1.5]', 'JSON_NUMBER'],
    ['a fraction that is whole', '[1.0]', 'JSON_NUMBER'],
    ['an exponent', '[1e2]', 'JSON_NUMBER'],
    ['2^53', '9007199254740992', 'JSON_NUMBER'],
    ['2^53 + 1', '9007199254740993', 'JSON_NUMBER'],
    ['-2^53', '-9007199254740992', 'JSON_NUMBER'],
    ['a leading zero', '[01]', 'JSON_SYNTAX'],
    ['a zero with a digit behind it', '01', 'JSON_TRAILING'],
    ['a zero with a sign and a digit behind it', '-01', 'JSON_NUMBER'],
    ['a number with a bare exponent behind it', '1e', 'JSON_TRAILING'],
    ['a fraction with a bare exponent behind it', '1.5e', 'JSON_NUMBER'],
    ['a number with a bare point behind it', '1.', 'JSON_TRAILING'],
    ['a high surrogate in a string that does not end', '"\\ud800', 'JSON_SURROGATE'],
    ['a low surrogate in a string that does not end', '"\\udc00', 'JSON_SURROGATE'],
    ['a high surrogate before a broken escape', '"\\ud83d\\uzz"', 'JSON_SURROGATE'],
    ['a high surrogate before a control character', '"\\ud83d\u0001"', 'JSON_SURROGATE'],
    ['a leading plus', '+1', 'JSON_SYNTAX'],
    ['a bare point', '[1.]', 'JSON_SYNTAX'],
    ['a bare exponent', '[1e]', 'JSON_SYNTAX'],
    ['a bare minus', '-', 'JSON_SYNTAX'],
    ['minus minus', '--1', 'JSON_SYNTAX'],
    ['NaN', 'NaN', 'JSON_SYNTAX'],
    ['nothing', '', 'JSON_SYNTAX'],
    ['only space', ' ', 'JSON_SYNTAX'],
    ['a comma too many in an array', '[1,]', 'JSON_SYNTAX'],
    ['a comma too many in an object', '{"a":1,}', 'JSON_SYNTAX'],
    ['a missing comma', '[1 2]', 'JSON_SYNTAX'],
    ['a missing colon', '{"a"1}', 'JSON_SYNTAX'],
    ['a bare name', '{a:1}', 'JSON_SYNTAX'],
    ['single quotes', "'a'", 'JSON_SYNTAX'],
    ['an open string', '"a', 'JSON_SYNTAX'],
    ['an open string at an escape', '"a\\', 'JSON_SYNTAX'],
    ['an open array', '[1', 'JSON_SYNTAX'],
    ['an open object', '{"a":1', 'JSON_SYNTAX'],
    ['a raw control character', '"a\u0001"', 'JSON_SYNTAX'],
    ['a raw newline after an escape', '"\\n\n"', 'JSON_SYNTAX'],
    ['an unknown escape', '"\\x41"', 'JSON_SYNTAX'],
    ['a short unicode escape', '"\\u00g0"', 'JSON_SYNTAX'],
    ['a broken word', 'nul', 'JSON_SYNTAX'],
    ['a comment', '/* */1', 'JSON_SYNTAX'],
    ['a vertical tab as space', '\u000b1', 'JSON_SYNTAX'],
    ['a no-break space', '\u00a01', 'JSON_SYNTAX'],
    ['a word that goes on', 'nullx', 'JSON_TRAILING'],
    ['a second value', '{}{}', 'JSON_TRAILING'],
    ['a zero byte after the value', '1\u0000', 'JSON_TRAILING'],
    ['a scalar at depth 33', `${'['.repeat(32)}1${']'.repeat(32)}`, 'JSON_TOO_DEEP'],
    ['an array at depth 33', `${'['.repeat(33)}${']'.repeat(33)}`, 'JSON_TOO_DEEP'],
    ['a depth bomb', '['.repeat(200_000), 'JSON_TOO_DEEP'],
    ['a depth bomb of objects', '{"a":'.repeat(200_000), 'JSON_TOO_DEEP'],
  ])('refuses %s', (_, text, code) => {
    expect(strict(text)).toBe(code)
    expect(admitted(text)).toBe(code)
  })

  it.each<[string, number[], string]>([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x31], 'JSON_BOM'],
    ['UTF-16', [0xff, 0xfe, 0x31, 0x00], 'JSON_BAD_UTF8'],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 'JSON_BAD_UTF8'],
    ['an overlong NUL of three bytes', [0x22, 0xe0, 0x80, 0x80, 0x22], 'JSON_BAD_UTF8'],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22], 'JSON_BAD_UTF8'],
    ['an encoded surrogate pair (CESU-8)', [0x22, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80, 0x22], 'JSON_BAD_UTF8'],
    ['a code point above U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 'JSON_BAD_UTF8'],
    ['five-byte UTF-8', [0x22, 0xf8, 0x88, 0x80, 0x80, 0x80, 0x22], 'JSON_BAD_UTF8'],
    ['a cut sequence', [0x22, 0xe2, 0x82, 0x22], 'JSON_BAD_UTF8'],
    ['a continuation byte alone', [0x22, 0x80, 0x22], 'JSON_BAD_UTF8'],
    ['Latin-1', [0x22, 0xe9, 0x22], 'JSON_BAD_UTF8'],
  ])('refuses %s', (_, bytes, code) => {
    expect(strict(Uint8Array.from(bytes))).toBe(code)
    expect(admitted(Uint8Array.from(bytes))).toBe(code)
  })

  it('takes 32 levels, the safe integers and a surrogate pair, escaped or not', () => {
    expect(strict(`${'['.repeat(32)}${']'.repeat(32)}`)).toMatch(/^ok/)
    expect(strict('[9007199254740991,-9007199254740991,0]')).toBe('ok [9007199254740991,-9007199254740991,0]')
    expect(strict('"\\ud83d\\ude00"')).toBe(strict('"😀"'))
    expect(strict(' { "a" : [ 1 , true , false , null , "\\/\\b\\f\\n\\r\\t\\"\\\\" ] } \r\n\t')).toMatch(
      /^ok \{"a":\[1,/,
    )
  })

  it('says at which byte it stopped', () => {
    try {
      parseStrict(utf8('{"a":"€","a":1}'))
      expect.unreachable()
    } catch (error) {
      expect(isClyraError(error) && error.details).toEqual({ offset: 11 })
    }
  })

  it('reads foreign JSON as JSON.parse does, where it reads it', () => {
    const names = fc.string({ unit: 'binary', maxLength: 4 })
    const scalars = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(fc.dictionary(names, scalars)), (value) => {
        const text = JSON.stringify(value)
        expect(parseStrict(utf8(text), { floats: true, anyNames: true })).toEqual(JSON.parse(text))
      }),
    )
    expect(strict('[1e400]', { floats: true })).toBe('JSON_NUMBER')
    expect(strict('{"a":1,"a":2}', { floats: true, anyNames: true })).toBe('JSON_DUPLICATE_NAME')
    expect(strict('[[[1]]]', { maxDepth: 2 })).toBe('JSON_TOO_DEEP')
  })

  it('keeps __proto__ of foreign JSON as a member, and no prototype changes', () => {
    const value = parseStrict(utf8('{"__proto__":{"polluted":1},"__proto":2}'), { anyNames: true })
    expect(Object.keys(value ?? {})).toEqual(['__proto__', '__proto'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
    expect(strict('{"__proto__":1,"__proto__":2}', { anyNames: true })).toBe('JSON_DUPLICATE_NAME')
  })
})

describe('admission', () => {
  it.each([
    ['space', '{"a": 1}'],
    ['a final newline', '{"a":1}\n'],
    ['another member order', '{"b":1,"a":2}'],
    ['an escaped letter', '["\\u0041"]'],
    ['an escape that is not needed', '"\\/"'],
    ['an upper-case unicode escape', '"\\u001F"'],
    ['a unicode escape with a short form', '"\\u000a"'],
    ['an escaped non-ASCII character', '"\\u20ac"'],
  ])('refuses JSON with %s', (_, text) => {
    expect(strict(text)).toMatch(/^ok/)
    expect(admitted(text)).toBe('JSON_NOT_CANONICAL')
  })

  const record = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,6}$/),
    fc.oneof(
      fc.integer(),
      fc.string({ unit: 'binary' }).filter((s) => !/\p{Surrogate}/u.test(s)),
      fc.array(fc.boolean()),
    ),
  )

  it('admits the canonical bytes of any record value', () => {
    fc.assert(
      fc.property(record, (value) => {
        expect(admit(canonicalBytes(value))).toEqual(value)
      }),
    )
  })

  it('is the written rule, for canonical bytes with any bytes changed, added or dropped', () => {
    const hostile = fc.constantFrom(
      ...'{}[]":,\\u0-.eE 1a_\n'.split('').map((c) => c.charCodeAt(0)),
      0x80,
      0xc0,
      0xed,
      0xff,
    )
    const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'add', 'drop'), hostile), { maxLength: 3 })
    fc.assert(
      fc.property(record, edits, (value, changes) => {
        const bytes = [...canonicalBytes(value)]
        for (const [at, kind, byte] of changes) {
          const place = at % (bytes.length + 1)
          if (kind === 'add') bytes.splice(place, 0, byte)
          else if (kind === 'drop') bytes.splice(place, 1)
          else bytes[place] = byte
        }
        const input = Uint8Array.from(bytes)
        let expected: JsonValue | undefined
        try {
          expected = admitByTheBook(input)
        } catch {
          expect(admitted(input)).toMatch(/^JSON_/)
          return
        }
        expect(admit(input)).toEqual(expected)
      }),
      { numRuns: 3000 },
    )
  })

  it('is the written rule for arbitrary short texts', () => {
    const text = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', 'a', ':', ',', '0', '1', '-', '.', 'e', '\\u0061', 'true', ' '),
      {
        maxLength: 9,
      },
    )
    fc.assert(
      fc.property(text, (parts) => {
        const input = utf8(parts.join(''))
        let expected: string
        try {
          expected = `ok ${JSON.stringify(admitByTheBook(input))}`
        } catch {
          expected = 'refused'
        }
        expect(admitted(input).replace(/^JSON_.*/, 'refused')).toBe(expected)
      }),
      { numRuns: 5000 },
    )
  })
})
