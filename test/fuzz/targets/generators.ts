import * as fc from 'fast-check'

/** Parts that several targets make their inputs of. */

/** Bytes of a text, lone surrogates as U+FFFD. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'))

export const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

export const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

export const showHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Rarely `broken`, mostly `honest`: one field in a structure is wrong at a time, or a few. */
export function mostly<T>(honest: fc.Arbitrary<T>, broken: fc.Arbitrary<T>, weight = 12): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: honest }, { weight: 1, arbitrary: broken })
}

/** JSON text from the grammar: honest productions with, here and there, what the grammar or the admission forbids. */
export const jsonText: fc.Arbitrary<string> = (() => {
  const space = fc.oneof(
    { weight: 20, arbitrary: fc.constant('') },
    fc.constantFrom(' ', '\n', '\t\r', '\u00a0', '\ufeff'),
  )
  const number = fc.oneof(
    { weight: 6, arbitrary: fc.maxSafeInteger().map((n) => String(Object.is(n, -0) ? 0 : n)) },
    { weight: 3, arbitrary: fc.nat(20).map(String) },
    fc.constantFrom(
      '-0',
      '0',
      '01',
      '-01',
      '1.0',
      '1.5',
      '1e2',
      '1E+2',
      '1e',
      '1.',
      '.5',
      '+1',
      '--1',
      '-',
      'NaN',
      'Infinity',
      '0x10',
      '9007199254740991',
      '-9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '1e400',
      '1e-400',
      '0.1',
      '123456789012345678901234567890',
    ),
  )
  const escaped = fc.oneof(
    fc.constantFrom(
      '\\"',
      '\\\\',
      '\\/',
      '\\b',
      '\\f',
      '\\n',
      '\\r',
      '\\t',
      '\\u0000',
      '\\u001f',
      '\\u001F',
      '\\u0061',
    ),
    fc.constantFrom(
      '\\u2028',
      '\\u000a',
      '\\ud83d\\ude00',
      '\\uD83D',
      '\\ude00',
      '\\ud83d\\u0061',
      '\\x41',
      '\\u12',
      '\\',
      '\\U0041',
    ),
  )
  const unit = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...'abcxyz019_.:/$@- é€😀') },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }) },
    { weight: 2, arbitrary: escaped },
    fc.constantFrom('\u007f', '\u0080', '\u2028', '\ufffd', '\uffff', '\u0001', '\n'),
  )
  const string = fc.array(unit, { maxLength: 6 }).map((units) => `"${units.join('')}"`)
  const name = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom('"a"', '"b"', '"c"', '"B"', '"1"', '"10"', '"aa"', '"id"', '"constructor"'),
    },
    fc.constantFrom(
      '"__proto__"',
      '"\\u005f_proto__"',
      '"\\u0061"',
      '""',
      `"${'n'.repeat(128)}"`,
      `"${'n'.repeat(129)}"`,
      'a',
      "'a'",
    ),
    string,
  )
  const value = fc.letrec<{ value: string }>((tie) => {
    const wrapped = fc.tuple(space, tie('value'), space).map((parts) => parts.join(''))
    const comma = mostly(fc.constant(','), fc.constantFrom(',,', '', ';', ', '), 40)
    const list = (item: fc.Arbitrary<string>, open: string, close: string) =>
      fc
        .tuple(
          fc.array(item, { maxLength: 5 }),
          comma,
          mostly(fc.constant(''), fc.constantFrom(',', ' ,'), 30),
          mostly(fc.constant(close), fc.constantFrom('', '}', ']', `${close}${close}`), 40),
        )
        .map(([items, between, last, end]) => `${open}${items.join(between)}${last}${end}`)
    const member = fc
      .tuple(name, mostly(fc.constant(':'), fc.constantFrom('', '=', ' : ', '::'), 40), wrapped)
      .map((parts) => parts.join(''))
    return {
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        fc.constantFrom('null', 'true', 'false', 'nul', 'True', 'undefined'),
        number,
        string,
        list(wrapped, '[', ']'),
        list(member, '{', '}'),
      ),
    }
  }).value
  const deep = fc
    .tuple(fc.integer({ min: 28, max: 36 }), fc.constantFrom('', '1', '"a"', '{}', '{"a":1}', 'x'), fc.boolean())
    .map(([levels, inner, objects]) =>
      objects
        ? `${'{"a":'.repeat(levels)}${inner === '' ? '0' : inner}${'}'.repeat(levels)}`
        : `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`,
    )
  return fc
    .tuple(
      space,
      fc.oneof({ weight: 20, arbitrary: value }, deep),
      mostly(fc.constant(''), fc.constantFrom('x', '{}', '\u0000', ' ', ','), 20),
    )
    .map((parts) => parts.join(''))
})()

/** RFC 8785 text of a random admitted value: what should be accepted. */
export const admittedValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.stringMatching(/^[A-Za-z0-9_.:/$@-]{1,6}$/), tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value
