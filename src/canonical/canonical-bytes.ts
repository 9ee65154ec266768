import { ClyraError } from '../errors/index.js'
import { hasLoneSurrogate, utf8 } from './encoding.js'
import { isMemberName, MAX_DEPTH } from './json-value.js'

export interface CanonicalOptions {
  /** Accept any well-formed member name instead of the record grammar; for foreign JSON. Default false. */
  readonly anyNames?: boolean
}

/**
 * The RFC 8785 (JCS) form of a value, as UTF-8 bytes.
 *
 * Takes null, booleans, strings, integers within +-(2^53-1), arrays and plain objects; members are ordered by UTF-16
 * code units (RFC 8785, 3.2.3). Throws `JSON_NUMBER` (fraction, unsafe integer, -0, NaN, Infinity), `JSON_SURROGATE`,
 * `JSON_FORBIDDEN_NAME`, `JSON_TOO_DEEP` (also for a cycle), `JSON_SYNTAX` (undefined, function, bigint, symbol, an
 * object of a class: nothing is dropped or converted in silence).
 *
 * @example canonicalBytes({ b: 1, a: 'x' }) // the bytes of {"a":"x","b":1}
 */
export function canonicalBytes(value: unknown, options?: CanonicalOptions): Uint8Array {
  return utf8(canonicalString(value, options))
}

/** The same as a string; `canonicalBytes` is its UTF-8. */
export function canonicalString(value: unknown, options?: CanonicalOptions): string {
  return write('', value, 1, options?.anyNames === true)
}

/** `out` and then the value. One text grows from left to right: texts of parts, put together later, take twice as long. */
function write(out: string, value: unknown, depth: number, anyNames: boolean): string {
  if (depth > MAX_DEPTH) throw new ClyraError('JSON_TOO_DEEP', `a value lies deeper than ${MAX_DEPTH} levels`)
  switch (typeof value) {
    case 'string':
      return writeText(out, value)
    case 'number':
      return out + integer(value)
    case 'boolean':
      return value ? `${out}true` : `${out}false`
    case 'object':
      if (value === null) return `${out}null`
      return Array.isArray(value) ? writeArray(out, value, depth, anyNames) : writeObject(out, value, depth, anyNames)
    default:
      throw new ClyraError('JSON_SYNTAX', `a ${typeof value} is not a JSON value; leave the member out or use null`)
  }
}

function writeArray(out: string, values: readonly unknown[], depth: number, anyNames: boolean): string {
  let text = `${out}[`
  for (let i = 0; i < values.length; i++) text = write(i === 0 ? text : `${text},`, values[i], depth + 1, anyNames)
  return `${text}]`
}

function writeObject(out: string, value: object, depth: number, anyNames: boolean): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new ClyraError(
      'JSON_SYNTAX',
      'only plain objects are JSON values; convert class instances, Dates and Maps first',
    )
  }
  const names = inOrder(Object.keys(value))
  // A plain object indexed by its own keys; what the members are is checked by write().
  const members = value as Readonly<Record<string, unknown>>
  let text = `${out}{`
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!
    if (i > 0) text += ','
    if (anyNames) text = `${writeText(text, name)}:`
    else if (isMemberName(name)) text += `"${name}":`
    else throw forbiddenName(name)
    text = write(text, members[name], depth + 1, anyNames)
  }
  return `${text}}`
}

/** Sorts in place by UTF-16 code units. Insertion sort, because most objects are small or ordered already. */
function inOrder(names: string[]): string[] {
  if (names.length > 24) return names.sort()
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!
    let at = i
    while (at > 0 && names[at - 1]! > name) {
      names[at] = names[at - 1]!
      at--
    }
    names[at] = name
  }
  return names
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/

function writeText(out: string, text: string): string {
  if (PLAIN.test(text)) return `${out}"${text}"`
  if (hasLoneSurrogate(text)) throw new ClyraError('JSON_SURROGATE', 'a string holds a lone surrogate')
  // JSON.stringify escapes exactly what RFC 8785, 3.2.2.2 escapes, in the same spelling (ECMA-262, QuoteJSONString).
  return out + JSON.stringify(text)
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    throw new ClyraError(
      'JSON_NUMBER',
      `${Object.is(value, -0) ? '-0' : value} is not an integer within +-(2^53-1); write it as a decimal string`,
    )
  }
  return String(value)
}

function forbiddenName(name: string): ClyraError {
  return new ClyraError('JSON_FORBIDDEN_NAME', `the member name ${JSON.stringify(name.slice(0, 80))} is not allowed`, {
    details: { name },
  })
}
