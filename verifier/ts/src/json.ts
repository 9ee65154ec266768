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
const NAME = /^[A-Za-z0-9_.:/$@-]{1,128}$/
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
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
 * Not JSON.parse, which hides duplicate names, rounds numbers and accepts `__proto__`.
 */
export function admit(bytes: Uint8Array, where: Where = {}): JsonValue {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new Refusal('JSON_BOM', 'starts with a byte order mark', where)
  }
  return new Tokenizer(decodeUtf8(bytes, where), where).document()
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
      // `__proto__` matches the grammar, and assigning to it would change the object's prototype.
      if (!NAME.test(name) || name === '__proto__') {
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
      const low = this.#text.startsWith('\\u', this.#at) ? this.#unicodeEscape() : 0
      if (low < 0xdc00 || low > 0xdfff) throw this.#refuse('JSON_SURROGATE', 'a high surrogate without a low one')
      return String.fromCharCode(unit, low)
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
