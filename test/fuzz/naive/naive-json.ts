import canonicalize from 'canonicalize'
import { naiveUtf8 } from './naive-utf8.js'

/** A JSON value with its members as pairs, in the order in which they stand: nothing that JavaScript's objects could hide. */
export type Node =
  | null
  | boolean
  | number
  | string
  | { readonly items: Node[] }
  | { readonly members: [string, Node][] }

export interface NaiveOptions {
  readonly floats?: boolean
  readonly anyNames?: boolean
}

/** Thrown for what is not admitted; `code` is that of `spec/log/SPEC.md`, section 1. */
export class NotAdmitted extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/**
 * Recursive descent, one function for one production of RFC 8259, with the rules 1 to 7 of `spec/log/SPEC.md`, section 1,
 * where they apply. Slow and plain on purpose.
 */
export function naiveParse(bytes: Uint8Array, options: NaiveOptions = {}): Node {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new NotAdmitted('JSON_BOM')
  const text = naiveUtf8(bytes)
  if (text === undefined) throw new NotAdmitted('JSON_BAD_UTF8')
  let at = 0
  const fail = (code: string): never => {
    throw new NotAdmitted(code)
  }
  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++
  }
  const expect = (character: string) => {
    if (text[at] !== character) fail('JSON_SYNTAX')
    at++
  }

  const value = (depth: number): Node => {
    if (depth > 32) fail('JSON_TOO_DEEP')
    for (const [word, meant] of [
      ['null', null],
      ['true', true],
      ['false', false],
    ] as const) {
      if (text.slice(at, at + word.length) === word) {
        at += word.length
        return meant
      }
    }
    if (text[at] === '"') return string()
    if (text[at] === '[') return array(depth)
    if (text[at] === '{') return object(depth)
    return number()
  }

  const array = (depth: number): Node => {
    expect('[')
    space()
    const items: Node[] = []
    if (text[at] !== ']') {
      items.push(value(depth + 1))
      space()
      while (text[at] === ',') {
        at++
        space()
        items.push(value(depth + 1))
        space()
      }
    }
    expect(']')
    return { items }
  }

  const object = (depth: number): Node => {
    expect('{')
    space()
    const members: [string, Node][] = []
    const member = () => {
      if (text[at] !== '"') fail('JSON_SYNTAX')
      const name = string()
      if (members.some(([other]) => other === name)) fail('JSON_DUPLICATE_NAME')
      const fits = name.length >= 1 && name.length <= 128 && [...name].every((one) => NAME_CHARACTERS.includes(one))
      if (options.anyNames !== true && (!fits || name === '__proto__')) fail('JSON_FORBIDDEN_NAME')
      space()
      expect(':')
      space()
      members.push([name, value(depth + 1)])
      space()
    }
    if (text[at] !== '}') {
      member()
      while (text[at] === ',') {
        at++
        space()
        member()
      }
    }
    expect('}')
    return { members }
  }

  /** Four hex digits behind `\u`. */
  const unicodeEscape = (): number => {
    const digits = text.slice(at, at + 4)
    if (digits.length !== 4 || [...digits].some((digit) => !HEX.includes(digit))) fail('JSON_SYNTAX')
    at += 4
    return Number.parseInt(digits, 16)
  }

  const string = (): string => {
    expect('"')
    let whole = ''
    for (;;) {
      if (at >= text.length) fail('JSON_SYNTAX')
      const unit = text.charCodeAt(at)
      if (unit === 0x22) break
      if (unit < 0x20) fail('JSON_SYNTAX')
      at++
      if (unit !== 0x5c) {
        whole += String.fromCharCode(unit)
        continue
      }
      const letter = text[at] ?? ''
      at++
      if (letter !== 'u') {
        const place = '"\\/bfnrt'.indexOf(letter)
        if (letter === '' || place < 0) fail('JSON_SYNTAX')
        whole += '"\\/\b\f\n\r\t'[place]
        continue
      }
      const first = unicodeEscape()
      whole += String.fromCharCode(first)
      if (first >= 0xdc00 && first <= 0xdfff) fail('JSON_SURROGATE')
      if (first >= 0xd800 && first <= 0xdbff) {
        if (!/^\\u[dD][c-fC-F][0-9a-fA-F]{2}/.test(text.slice(at, at + 6))) fail('JSON_SURROGATE')
        at += 2
        whole += String.fromCharCode(unicodeEscape())
      }
    }
    at++
    return whole
  }

  const number = (): Node => {
    // The longest text that the grammar gives from here: what follows it belongs to no number.
    const rest = text.slice(at)
    let whole = rest.startsWith('-') ? '-' : ''
    let from = whole.length
    const digitsAt = (i: number): string => {
      let end = i
      while (end < rest.length && DIGITS.includes(rest[end]!)) end++
      return rest.slice(i, end)
    }
    const integer = rest[from] === '0' ? '0' : digitsAt(from)
    if (integer === '') fail('JSON_SYNTAX')
    whole += integer
    from += integer.length
    let plain = true
    const fraction = rest[from] === '.' ? digitsAt(from + 1) : ''
    if (fraction !== '') {
      plain = false
      whole += `.${fraction}`
      from += 1 + fraction.length
    }
    if (rest[from] === 'e' || rest[from] === 'E') {
      const sign = rest[from + 1] === '+' || rest[from + 1] === '-' ? rest[from + 1]! : ''
      const exponent = digitsAt(from + 1 + sign.length)
      if (exponent !== '') {
        plain = false
        whole += `e${sign}${exponent}`
      }
    }
    at += whole.length
    if (options.floats === true) {
      if (!Number.isFinite(Number(whole))) fail('JSON_NUMBER')
      return Number(whole)
    }
    if (!plain || whole === '-0') fail('JSON_NUMBER')
    const exact = BigInt(whole)
    if (exact > 2n ** 53n - 1n || exact < -(2n ** 53n - 1n)) fail('JSON_NUMBER')
    return Number(exact)
  }

  space()
  const root = value(1)
  space()
  if (at < text.length) fail('JSON_TRAILING')
  return root
}

const DIGITS = '0123456789'
const HEX = '0123456789abcdefABCDEF'
const NAME_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/$@-'

/** Rule 8 on top: the bytes are what `canonicalize`, other people's RFC 8785, makes of the value. */
export function naiveAdmit(bytes: Uint8Array): Node {
  const node = naiveParse(bytes)
  const canonical = canonicalize(plain(node)) ?? ''
  if (!Buffer.from(canonical, 'utf8').equals(bytes)) throw new NotAdmitted('JSON_NOT_CANONICAL')
  return node
}

/** As an ordinary JavaScript value; members become own properties, `__proto__` too. */
function plain(node: Node): unknown {
  if (node === null || typeof node !== 'object') return node
  if ('items' in node) return node.items.map(plain)
  const object = {}
  for (const [name, value] of node.members) {
    Object.defineProperty(object, name, { value: plain(value), enumerable: true, configurable: true, writable: true })
  }
  return object
}

/** A text for comparing: every member with its name and value, sorted by name; -0 is told from 0. */
export function show(node: Node): string {
  if (node === null || typeof node !== 'object') return Object.is(node, -0) ? '-0' : JSON.stringify(node)
  if ('items' in node) return `[${node.items.map(show).join()}]`
  const members = node.members.map(([name, value]) => `${JSON.stringify(name)}:${show(value)}`)
  return `{${members.sort().join()}}`
}

/** The same text for a value that a reader under test gave. */
export function showValue(value: unknown): string {
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(showValue).join()}]`
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${showValue(member)}`)
  return `{${members.sort().join()}}`
}
