import { ClyraError } from '../errors/index.js'
import { canonicalString } from './canonical-bytes.js'
import { isCanonicalText } from './is-canonical-text.js'
import type { JsonValue } from './json-value.js'
import { decodeUtf8, parseStrict } from './parse-strict.js'

/**
 * The admission rule for every record, the same when it is written and when it is verified: the bytes are one strict
 * JSON value (see `parseStrict`) and `bytes === JCS(parse(bytes))`. Returns the value.
 *
 * Throws what `parseStrict` throws, and `JSON_NOT_CANONICAL` for JSON in another form: white space, member order,
 * escapes that RFC 8785 does not use.
 */
export function admit(bytes: Uint8Array): JsonValue {
  const text = decodeUtf8(bytes)
  const value = canonicalValue(text)
  if (value !== undefined) return value
  // Whatever failed, the tokenizer knows its name; what it has nothing against is JSON in another form.
  parseStrict(bytes)
  throw new ClyraError('JSON_NOT_CANONICAL', 'the bytes are JSON, but not in RFC 8785 form')
}

/**
 * The value of a text that is its own RFC 8785 form, else undefined.
 *
 * The platform's parser is lenient only in what cannot survive the way back: it drops repeated names, rounds numbers
 * and takes lone surrogates, but then `canonicalString` gives another text or throws. Most texts are shown to be
 * canonical without writing them again, in a third of the time (`isCanonicalText`); what that leaves open is written
 * again and compared. Property tests hold all three to the tokenizer and to another library's canonical form.
 */
export function canonicalValue(text: string): JsonValue | undefined {
  try {
    // JSON.parse returns JSON values and nothing else.
    const value = JSON.parse(text) as JsonValue
    return isCanonicalText(text, value) || canonicalString(value) === text ? value : undefined
  } catch {
    return undefined
  }
}
