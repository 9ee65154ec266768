import { ClyraError, type ErrorCode } from '../errors/index.js'
import { isMemberName, type JsonValue, MAX_DEPTH } from './json-value.js'

export interface ParseOptions {
  /** Accept any JSON number as the nearest double (as `JSON.parse` does). Default: safe integers only, no -0. */
  readonly floats?: boolean
  /** Accept any member name, `__proto__` included (as an own member). Default: the record grammar. */
  readonly anyNames?: boolean
  /** How deep a value may lie, root = 1. Default 32. */
  readonly maxDepth?: number
}

/**
 * Reads one JSON value (RFC 8259) from bytes, refusing whatever two parsers could read differently.
 *
 * Refuses, with the code named: a byte order mark (`JSON_BOM`), invalid, overlong or surrogate UTF-8
 * (`JSON_BAD_UTF8`), a member name twice, compared after its escapes are resolved (`JSON_DUPLICATE_NAME`), a name
 * outside the grammar (`JSON_FORBIDDEN_NAME`), an escaped lone surrogate (`JSON_SURROGATE`), any number but an integer
 * within +-(2^53-1), and -0 (`JSON_NUMBER`), a value deeper than 32 levels (`JSON_TOO_DEEP`), bytes after the value
 * (`JSON_TRAILING`), and whatever is not JSON (`JSON_SYNTAX`). The options relax it for JSON of other systems.
 * `details.offset` is the byte where reading stopped. UTF-8 is judged first, then the text from left to right.
 */
export function parseStrict(bytes: Uint8Array, options: ParseOptions = {}): JsonValue {
  return new Tokenizer(decodeUtf8(bytes), options).document()
}

/** The text of strict UTF-8 without a byte order mark. Throws `JSON_BOM`, `JSON_BAD_UTF8`. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new ClyraError('JSON_BOM', 'the bytes start with a byte order mark; remove it')
  }
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new ClyraError('JSON_BAD_UTF8', 'the bytes are not strict UTF-8')
  }
}

/** Fatal, and without a memory between calls. It checks and decodes in one go, in half the time of doing both. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const INTEGER = /^-?(?:0|[1-9][0-9]*)$/
const LOW_SURROGATE = /\\u[dD][c-fC-F][0-9A-Fa-f]{2}/y
const HEX4 = /^[0-9A-Fa-f]{4}$/

class Tokenizer {
  readonly #text: string
  readonly #floats: boolean
  readonly #anyNames: boolean
  readonly #maxDepth: number
  #at = 0

  constructor(text: string, options: ParseOptions) {
    this.#text = text
    this.#floats = options.floats === true
    this.#anyNames = options.anyNames === true
    this.#maxDepth = options.maxDepth ?? MAX_DEPTH
  }

  document(): JsonValue {
    this.#space()
    const value = this.#value(1)
    this.#space()
    if (this.#at < this.#text.length) throw this.#refusal('JSON_TRAILING', 'bytes follow the JSON value')
    return value
  }

  #value(depth: number): JsonValue {
    if (depth > this.#maxDepth)
      throw this.#refusal('JSON_TOO_DEEP', `a value lies deeper than ${this.#maxDepth} levels`)
    const code = this.#text.charCodeAt(this.#at)
    switch (code) {
      case QUOTE:
        return this.#string()
      case 0x7b:
        return this.#object(depth)
      case 0x5b:
        return this.#array(depth)
      case 0x74:
        return this.#word('true', true)
      case 0x66:
        return this.#word('false', false)
      case 0x6e:
        return this.#word('null', null)
      default:
        if (code === MINUS || (code >= 0x30 && code <= 0x39)) return this.#number()
        throw this.#unexpected('a JSON value')
    }
  }

  #object(depth: number): JsonValue {
    this.#enter()
    const members: Record<string, JsonValue> = {}
    if (this.#closes(0x7d)) return members
    for (;;) {
      if (this.#text.charCodeAt(this.#at) !== QUOTE) throw this.#unexpected('a member name')
      const start = this.#at
      const name = this.#string()
      if (!this.#anyNames && !isMemberName(name)) {
        throw this.#refusal('JSON_FORBIDDEN_NAME', `the member name ${excerpt(name)} is not allowed`, start)
      }
      if (Object.hasOwn(members, name)) {
        throw this.#refusal('JSON_DUPLICATE_NAME', `the member name ${excerpt(name)} is there twice`, start)
      }
      this.#space()
      if (this.#text.charCodeAt(this.#at) !== 0x3a) throw this.#unexpected('a colon')
      this.#at++
      this.#space()
      const value = this.#value(depth + 1)
      // Plain assignment to __proto__ would set the prototype instead of a member.
      if (name === '__proto__') {
        Object.defineProperty(members, name, { value, enumerable: true, writable: true, configurable: true })
      } else members[name] = value
      if (this.#ends(0x7d)) return members
    }
  }

  #array(depth: number): JsonValue {
    this.#enter()
    const values: JsonValue[] = []
    if (this.#closes(0x5d)) return values
    for (;;) {
      values.push(this.#value(depth + 1))
      if (this.#ends(0x5d)) return values
    }
  }

  /** Steps over an opening bracket. */
  #enter(): void {
    this.#at++
    this.#space()
  }

  #closes(bracket: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== bracket) return false
    this.#at++
    return true
  }

  /** After a member: true at the closing bracket, false after a comma. */
  #ends(bracket: number): boolean {
    this.#space()
    if (this.#closes(bracket)) return true
    if (this.#text.charCodeAt(this.#at) !== 0x2c) throw this.#unexpected('a comma or a closing bracket')
    this.#at++
    this.#space()
    return false
  }

  #string(): string {
    const text = this.#text
    const start = this.#at + 1
    let at = start
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#at = at + 1
        return text.slice(start, at)
      }
      if (code === BACKSLASH) return this.#escaped(start, at)
      if (!(code >= 0x20)) return this.#brokenString(at)
      at++
    }
  }

  /** The rest of a string from its first backslash on. */
  #escaped(start: number, firstBackslash: number): string {
    const text = this.#text
    let out = text.slice(start, firstBackslash)
    let at = firstBackslash
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      if (!(code >= 0x20)) return this.#brokenString(at)
      if (code !== BACKSLASH) {
        out += text[at++]
      } else if (text[at + 1] === 'u') {
        const unit = this.#unicodeEscape(at)
        at += 6
        if (unit >= 0xd800 && unit <= 0xdfff) {
          LOW_SURROGATE.lastIndex = at
          // Whatever else follows, a broken escape too: the offence is at the escape of the first.
          if (unit >= 0xdc00 || !LOW_SURROGATE.test(text))
            throw this.#refusal('JSON_SURROGATE', 'a string holds a lone surrogate', at - 6)
          out += String.fromCharCode(unit, this.#unicodeEscape(at))
          at += 6
        } else out += String.fromCharCode(unit)
      } else {
        const meant = ESCAPES[text[at + 1] ?? '']
        if (meant === undefined) throw this.#refusal('JSON_SYNTAX', 'an unknown escape in a string', at)
        out += meant
        at += 2
      }
    }
    this.#at = at + 1
    return out
  }

  #unicodeEscape(at: number): number {
    const digits = this.#text.slice(at + 2, at + 6)
    if (!HEX4.test(digits)) throw this.#refusal('JSON_SYNTAX', 'four hex digits must follow \\u', at)
    return Number.parseInt(digits, 16)
  }

  #brokenString(at: number): never {
    throw this.#refusal(
      'JSON_SYNTAX',
      at >= this.#text.length ? 'a string does not end' : 'a raw control character in a string',
      at,
    )
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const token = NUMBER.exec(this.#text)?.[0]
    if (token === undefined) throw this.#unexpected('a digit')
    const value = Number(token)
    const accepted = this.#floats
      ? Number.isFinite(value)
      : INTEGER.test(token) && Number.isSafeInteger(value) && token !== '-0'
    if (!accepted) {
      throw this.#refusal(
        'JSON_NUMBER',
        `${excerpt(token)} is not an integer within +-(2^53-1); it belongs in a decimal string`,
      )
    }
    this.#at += token.length
    return value
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected('a JSON value')
    this.#at += word.length
    return value
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #unexpected(wanted: string): ClyraError {
    const found = this.#at < this.#text.length ? excerpt(this.#text[this.#at] ?? '') : 'the end'
    return this.#refusal('JSON_SYNTAX', `expected ${wanted}, found ${found}`)
  }

  #refusal(code: ErrorCode, message: string, at = this.#at): ClyraError {
    const offset = Buffer.byteLength(this.#text.slice(0, at))
    return new ClyraError(code, `${message} (byte ${offset})`, { details: { offset } })
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)
}
