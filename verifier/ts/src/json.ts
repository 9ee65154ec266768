import { Refusal, type Where } from './refusal.js'
import { SPEC } from './spec.generated.js'

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject
export interface JsonObject {
  [name: string]: JsonValue
}

/** Fatal, and without a memory between calls. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** What a string literally holds up to its end, an escape, or a control character. */
const PLAIN = /[^"\\\u0000-\u001f]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const LOW_SURROGATE = /\\u[dD][c-fC-F][0-9a-fA-F]{2}/y
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
/** The two-character escapes that RFC 8785 prescribes; every other control character is a lower-case \u00xx. */
const CANONICAL_SHORT = '"\\bfnrt'

/**
 * The admission rule of the log and of bundles: returns the value of `bytes`, or throws a Refusal with a JSON_* code.
 * Admitted bytes are strict UTF-8 without a byte order mark, one JSON value in RFC 8785 form, at most 32 levels deep,
 * integers within +-(2^53-1) only, no duplicate member names and none outside the grammar. Reads from left to right and
 * names the first offence; that the bytes are not in canonical form is said last, when nothing else was wrong.
 *
 * JSON.parse alone hides duplicate names, rounds numbers and accepts `__proto__`; it is only used where writing its
 * value gives the same text again (see `roundTrip`).
 */
export function admit(bytes: Uint8Array, where: Where = {}): JsonValue {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new Refusal('JSON_BOM', 'starts with a byte order mark', where)
  }
  const text = decodeUtf8(bytes, where)
  return roundTrip(text) ?? new Tokenizer(text, where).document()
}

/**
 * The value of a text that is plainly admissible, in a third of the tokenizer's time; undefined where that has to judge.
 *
 * JSON.stringify writes strings, integers and words as RFC 8785 does (both defer to ECMA-262), and members in the order
 * of the object. So a text that comes back unchanged has no white space, no needless escape, no other spelling of a
 * number and no name twice; what is left to see is that the names of each object ascend. Two things come back
 * unchanged although they are not admissible: an escaped lone surrogate, so whatever may be one goes to the tokenizer,
 * and numbers that are no safe integers.
 */
function roundTrip(text: string): JsonValue | undefined {
  if (text.includes('\\ud')) return undefined
  try {
    // JSON.parse gives JSON values and nothing else.
    const value = JSON.parse(text) as JsonValue
    return JSON.stringify(value) === text && isOrdered(value, 1) ? value : undefined
  } catch {
    return undefined
  }
}

/** Names ascend and are of the grammar, numbers are safe integers, nothing lies too deep. */
function isOrdered(value: JsonValue, depth: number): boolean {
  if (depth > SPEC.limits.jsonDepth) return false
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) {
    for (const item of value) if (!isOrdered(item, depth + 1)) return false
    return true
  }
  let before = ''
  // What JSON.parse gives has own members alone.
  for (const name in value) {
    if (!(name > before) || !isName(name)) return false
    before = name
    if (!isOrdered(value[name]!, depth + 1)) return false
  }
  return true
}

const NAME_UNITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/$@-'
/** By UTF-16 unit: 1 where a member name may hold it. */
const IN_NAME = Uint8Array.from({ length: 128 }, (_, unit) => (NAME_UNITS.includes(String.fromCharCode(unit)) ? 1 : 0))

/** `[A-Za-z0-9_.:/$@-]{1,128}`, but not `__proto__`: assigning to that would change an object's prototype. */
function isName(name: string): boolean {
  if (name.length === 0 || name.length > 128) return false
  for (let i = 0; i < name.length; i++) if (IN_NAME[name.charCodeAt(i)] !== 1) return false
  return name !== '__proto__'
}

function decodeUtf8(bytes: Uint8Array, where: Where): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new Refusal('JSON_BAD_UTF8', 'is not strict UTF-8', where)
  }
}

class Tokenizer {
  readonly #text: string
  readonly #where: Where
  #at = 0
  #canonical = true

  constructor(text: string, where: Where) {
    this.#text = text
    this.#where = where
  }

  document(): JsonValue {
    const value = this.#value(1)
    this.#skipSpace()
    if (this.#at < this.#text.length) throw this.#refuse('JSON_TRAILING', 'bytes follow the value')
    if (!this.#canonical) throw this.#refuse('JSON_NOT_CANONICAL', 'is not the RFC 8785 form of its value')
    return value
  }

  #value(depth: number): JsonValue {
    if (depth > SPEC.limits.jsonDepth)
      throw this.#refuse('JSON_TOO_DEEP', `deeper than ${SPEC.limits.jsonDepth} levels`)
    this.#skipSpace()
    const character = this.#text[this.#at]
    if (character === '"') return this.#string()
    if (character === '{') return this.#object(depth)
    if (character === '[') return this.#array(depth)
    for (const [word, value] of LITERALS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    return this.#number()
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {}
    /** The greatest name so far: a name above it is neither out of order nor a duplicate. */
    let greatest: string | undefined
    this.#at++
    this.#skipSpace()
    if (this.#take('}')) return object
    for (;;) {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') throw this.#refuse('JSON_SYNTAX', 'a member name was expected')
      const name = this.#string()
      if (greatest !== undefined && name <= greatest) {
        if (Object.hasOwn(object, name))
          throw this.#refuse('JSON_DUPLICATE_NAME', `member ${JSON.stringify(name)} twice`)
        this.#canonical = false
      } else greatest = name
      if (!isName(name)) {
        throw this.#refuse('JSON_FORBIDDEN_NAME', `member name ${JSON.stringify(name.slice(0, 140))}`)
      }
      this.#skipSpace()
      if (!this.#take(':')) throw this.#refuse('JSON_SYNTAX', 'a colon was expected')
      object[name] = this.#value(depth + 1)
      this.#skipSpace()
      if (this.#take('}')) return object
      if (!this.#take(',')) throw this.#refuse('JSON_SYNTAX', 'a comma or closing brace was expected')
    }
  }

  #array(depth: number): JsonValue[] {
    const array: JsonValue[] = []
    this.#at++
    this.#skipSpace()
    if (this.#take(']')) return array
    for (;;) {
      array.push(this.#value(depth + 1))
      this.#skipSpace()
      if (this.#take(']')) return array
      if (!this.#take(',')) throw this.#refuse('JSON_SYNTAX', 'a comma or closing bracket was expected')
    }
  }

  #string(): string {
    const text = this.#text
    let value = ''
    this.#at++
    for (;;) {
      const start = this.#at
      PLAIN.lastIndex = start
      PLAIN.test(text)
      this.#at = PLAIN.lastIndex
      value += text.slice(start, this.#at)
      const unit = text.charCodeAt(this.#at)
      if (unit === 0x5c) value += this.#escape()
      else if (unit === 0x22) {
        this.#at++
        return value
      } else throw this.#refuse('JSON_SYNTAX', unit < 0x20 ? 'a control character in a string' : 'a string without end')
    }
  }

  /** One escape, or the two of a surrogate pair. */
  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? ''
    const short = ESCAPES.get(letter)
    if (short !== undefined) {
      if (!CANONICAL_SHORT.includes(letter)) this.#canonical = false
      this.#at += 2
      return short
    }
    const unit = this.#unicodeEscape()
    if (unit >= 0xd800 && unit <= 0xdbff) {
      LOW_SURROGATE.lastIndex = this.#at
      // Whatever else follows, a broken escape too: the offence is at the escape of the high one.
      if (!LOW_SURROGATE.test(this.#text)) throw this.#refuse('JSON_SURROGATE', 'a high surrogate without a low one')
      return String.fromCharCode(unit, this.#unicodeEscape())
    }
    if (unit >= 0xdc00 && unit <= 0xdfff) throw this.#refuse('JSON_SURROGATE', 'a low surrogate without a high one')
    return String.fromCharCode(unit)
  }

  #unicodeEscape(): number {
    const digits = this.#text.slice(this.#at + 2, this.#at + 6)
    if (this.#text[this.#at + 1] !== 'u' || !/^[0-9A-Fa-f]{4}$/.test(digits)) {
      throw this.#refuse('JSON_SYNTAX', 'an unknown escape')
    }
    const unit = Number.parseInt(digits, 16)
    const hasShortForm = (unit >= 0x08 && unit <= 0x0a) || unit === 0x0c || unit === 0x0d
    if (unit >= 0x20 || hasShortForm || digits !== digits.toLowerCase()) this.#canonical = false
    this.#at += 6
    return unit
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const text = NUMBER.exec(this.#text)?.[0]
    if (text === undefined) throw this.#refuse('JSON_SYNTAX', 'a value was expected')
    const value = Number(text)
    if (/[.eE]/.test(text) || !Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw this.#refuse('JSON_NUMBER', `number ${text.slice(0, 40)}`)
    }
    this.#at += text.length
    return value
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#canonical = false
      this.#at++
    }
  }

  #refuse(code: Refusal['code'], detail: string): Refusal {
    return new Refusal(code, `${detail} (at character ${this.#at})`, this.#where)
  }
}
