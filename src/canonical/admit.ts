import { ClyraError } from '../errors/index.js'
import { canonicalString } from './canonical-bytes.js'
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
  const value = parseStrict(bytes)
  if (canonicalString(value) !== decodeUtf8(bytes)) {
    throw new ClyraError('JSON_NOT_CANONICAL', 'the bytes are JSON, but not in RFC 8785 form')
  }
  return value
}
