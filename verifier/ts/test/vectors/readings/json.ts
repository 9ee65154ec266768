import { concatBytes, utf8 } from '../../../src/bytes.js'
import type { FaultCode } from '../../../src/spec.generated.js'
import { editFile, replaceText } from '../../edit-json.js'
import { closed, other, RUN, sampleLedger, started } from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'

/** A run whose second record has other bytes, in a ledger that hashed, chained and signed them. */
const bytesOf = (bytes: (honest: Uint8Array) => Uint8Array) =>
  sampleLedger([started(), { ...other(`run-${RUN}`), data: { n: 1 }, bytes }, closed()])

/** The record's one number replaced by other text. */
const value = (name: string, code: FaultCode, shows: string, text: string) =>
  bad('negative', name, code, shows, { ledger: bytesOf(replaceText('"n":1', `"n":${text}`)) })
const taken = (name: string, shows: string, text: string) =>
  good(name, shows, bytesOf(replaceText('"n":1', `"n":${text}`)))

/** Log, section 1: which offence is met first. */
export function jsonReadings(): Vector[] {
  const nested = (levels: number, inner = '') => `${'['.repeat(levels)}${inner}${']'.repeat(levels)}`
  const proof = (name: string, code: FaultCode, shows: string, change: (bytes: Uint8Array) => Uint8Array) =>
    bad('negative', name, code, shows, { lies: { listed: editFile('proof.json', change) } })
  const surrogate = ['json.ts', '!LOW_SURROGATE.test(this.#text)', "!this.#text.startsWith('\\\\u', this.#at)"] as const
  return [
    against(
      ...surrogate,
      value(
        'json-surrogate-then-bad-escape',
        'JSON_SURROGATE',
        'A high surrogate before a broken escape: the first offence is the missing partner.',
        '"\\ud83d\\uzz"',
      ),
    ),
    value('json-surrogate-then-escape', 'JSON_SURROGATE', 'A high surrogate before another escape.', '"\\ud83d\\n"'),
    proof('json-surrogate-unterminated', 'JSON_SURROGATE', 'A document that ends behind a high surrogate.', () =>
      utf8('"\\ud83d'),
    ),
    value('json-broken-escape', 'JSON_SYNTAX', 'A broken escape that might have become a surrogate.', '"\\ud8zz"'),
    against(
      'json.ts',
      'return String.fromCharCode(unit, this.#unicodeEscape())',
      'return String.fromCharCode(unit)',
      value(
        'json-surrogate-pair',
        'JSON_NOT_CANONICAL',
        'Two escapes of a whole pair: a character that is written as it is.',
        '"\\ud83d\\ude00"',
      ),
    ),
    value('json-escape-three-digits', 'JSON_SYNTAX', 'An escape with three digits and another letter.', '"\\u00e_"'),
    proof('json-escape-cut', 'JSON_SYNTAX', 'A document that ends within an escape.', () => utf8('"\\u00')),
    value('json-name-without-colon', 'JSON_SYNTAX', 'A new name of the grammar, and no colon.', '1,"o"}}'),
    value('json-number-leading-zero', 'JSON_SYNTAX', 'The number 0 with something behind it.', '01'),
    value('json-number-open-exponent', 'JSON_SYNTAX', 'The number 1 with something behind it.', '1e'),
    value('json-number-open-fraction', 'JSON_SYNTAX', 'The number 1 with a point behind it.', '1.'),
    value('json-number-minus', 'JSON_SYNTAX', 'A minus alone.', '-'),
    value('json-number-plus', 'JSON_SYNTAX', 'A plus before a number.', '+1'),
    value('json-number-minus-zero-one', 'JSON_NUMBER', 'Minus zero with something behind it.', '-01'),
    value('json-number-fraction-open-exponent', 'JSON_NUMBER', 'A fraction with something behind it.', '1.5e'),
    value('json-number-zero-exponent', 'JSON_NUMBER', 'An integer written with an exponent.', '0e0'),
    value('json-number-2-53', 'JSON_NUMBER', '2^53.', '9007199254740992'),
    value('json-number-minus-2-53', 'JSON_NUMBER', '-2^53.', '-9007199254740992'),
    taken('json-number-bounds', 'The greatest and the smallest number.', '[-9007199254740991,9007199254740991]'),
    proof('json-number-outside', 'JSON_TRAILING', 'A document 01: a number and bytes behind it.', () => utf8('01')),
    against(
      'spec.generated.ts',
      '"jsonDepth": 32',
      '"jsonDepth": 31',
      taken('json-depth-32', 'Thirty-two levels: record, data, thirty arrays.', nested(30)),
    ),
    against(
      'json.ts',
      'if (depth > SPEC.limits.jsonDepth)\n      throw',
      'if (depth > SPEC.limits.jsonDepth + 1)\n      throw',
      value('json-depth-scalar', 'JSON_TOO_DEEP', 'A number within thirty-two levels is a level.', nested(30, '1')),
    ),
    value(
      'json-depth-before-syntax',
      'JSON_TOO_DEEP',
      'Where a value is due too deep, nobody looks what stands there.',
      `${'['.repeat(30)}x`,
    ),
    against(
      'json.ts',
      'if (depth > SPEC.limits.jsonDepth)\n      throw',
      'if (depth > SPEC.limits.jsonDepth && this.#at < this.#text.length)\n      throw',
      proof('json-depth-before-end', 'JSON_TOO_DEEP', 'Where a value is due too deep the document may end too.', () =>
        utf8('['.repeat(32)),
      ),
    ),
    value(
      'json-duplicate-before-colon',
      'JSON_DUPLICATE_NAME',
      'A name is judged at its closing quote, before the missing colon.',
      '1,"n"}}',
    ),
    value('json-name-empty', 'JSON_FORBIDDEN_NAME', 'An empty name.', '{"":1}'),
    value('json-name-of-129', 'JSON_FORBIDDEN_NAME', 'A name of 129 characters.', `{"${'a'.repeat(129)}":1}`),
    taken(
      'json-name-of-128',
      'A name of 128 characters, and one of all other kinds.',
      `{"$@-_.:/Z9":1,"${'a'.repeat(128)}":1}`,
    ),
    value('json-nul', 'JSON_SYNTAX', 'A NUL in a string.', '"\u0000"'),
    value('json-word-cut', 'JSON_SYNTAX', 'A word that is none.', 'nul'),
    value('json-word-upper', 'JSON_SYNTAX', 'A word in upper case.', 'True'),
    value('json-backspace-long', 'JSON_NOT_CANONICAL', 'An escape that has a short form.', '"\\u0008"'),
    value('json-delete-escaped', 'JSON_NOT_CANONICAL', 'U+007F is written as it is.', '"\\u007f"'),
    value('json-vertical-tab', 'JSON_SYNTAX', 'U+000B is no white space.', '\u000b1'),
    value('json-no-break-space', 'JSON_SYNTAX', 'U+00A0 is no white space.', '\u00a01'),
    taken('json-controls', 'Every control character in its one form, and what needs no escape.', CONTROLS),
    taken(
      'json-noncharacters',
      'Noncharacters in data are characters like others.',
      '"\ufdd0\ufffe\uffff\u{1ffff}\u{10ffff}"',
    ),
    proof('json-bom-and-bad-utf8', 'JSON_BOM', 'A byte order mark before bytes that are not UTF-8.', () =>
      Uint8Array.of(0xef, 0xbb, 0xbf, 0xff),
    ),
    proof('json-bom-of-utf-16', 'JSON_BAD_UTF8', 'The byte order mark of UTF-16 is no UTF-8.', (bytes) =>
      concatBytes(Uint8Array.of(0xff, 0xfe), bytes),
    ),
    proof('json-utf8-too-high', 'JSON_BAD_UTF8', 'A code point above U+10FFFF.', () =>
      Uint8Array.of(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22),
    ),
    proof(
      'json-bad-utf8-behind-syntax',
      'JSON_BAD_UTF8',
      'The whole document is UTF-8 before its syntax is asked.',
      () => Uint8Array.of(0x78, 0xff),
    ),
    proof('json-nothing', 'JSON_SYNTAX', 'No bytes at all.', () => new Uint8Array(0)),
    proof('json-space-alone', 'JSON_SYNTAX', 'White space alone.', () => utf8(' \n')),
  ]
}

/** All 32 control characters, the quote and the backslash as RFC 8785 writes them, and a solidus and U+007F as they are. */
const CONTROLS = JSON.stringify(
  `${Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')}"\\/\u007f\u2028\u2029`,
)
