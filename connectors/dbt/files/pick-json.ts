import type * as z from 'zod'

/** Which parts of a JSON value are wanted: all of it, or of its members or elements only some. */
export type Wanted = 'all' | WantedMembers | { readonly each: Wanted; readonly of: 'members' | 'elements' }
type WantedMembers = { readonly members: ReadonlyMap<string, Wanted> }

/**
 * The parts that a schema looks at: of an object with known members those alone, of a record or an array each entry. What
 * else a schema may be is wanted whole, so that parsing what was picked gives what parsing the whole would.
 */
export function wantedBy(schema: z.core.$ZodType): Wanted {
  // Zod's definitions are a union told apart by `type`.
  const { def } = schema._zod as z.core.$ZodTypes['_zod']
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'catch':
    case 'default':
    case 'readonly':
      return wantedBy(def.innerType)
    case 'record':
      return { each: wantedBy(def.valueType), of: 'members' }
    case 'array':
      return { each: wantedBy(def.element), of: 'elements' }
    case 'object': {
      if (def.catchall !== undefined) return 'all'
      return { members: new Map(Object.entries(def.shape).map(([name, member]) => [name, wantedBy(member)])) }
    }
    default:
      return 'all'
  }
}

/**
 * Reads only the wanted parts of a JSON text in UTF-8: a manifest of hundreds of megabytes never becomes one string or
 * one tree of objects. What is not wanted is skipped by its brackets and strings, not checked further.
 *
 * Gives undefined where the text is not of that structure or a wanted part is no JSON: a stricter reader tells what is wrong.
 */
export function pickJson(text: Uint8Array, wanted: Wanted): { readonly value: unknown } | undefined {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length)
  try {
    const from = skipSpace(bytes, 0)
    const end = skipValue(bytes, from)
    if (skipSpace(bytes, end) !== bytes.length) return undefined
    return { value: pick(bytes, from, end, wanted) }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/** The depth of this recursion is that of the schema, not of the text. */
function pick(bytes: Buffer, from: number, end: number, wanted: Wanted): unknown {
  if (wanted === 'all') return parse(bytes, from, end)
  const open = bytes[from]
  if ('members' in wanted && open === OPEN_BRACE) {
    const found: [string, unknown][] = []
    for (const { name, at, until } of members(bytes, from)) {
      const part = wanted.members.get(name)
      if (part !== undefined) found.push([name, pick(bytes, at, until, part)])
    }
    return Object.fromEntries(found)
  }
  if ('each' in wanted && wanted.of === 'members' && open === OPEN_BRACE) {
    const found: [string, unknown][] = []
    for (const { name, at, until } of members(bytes, from)) found.push([name, pick(bytes, at, until, wanted.each)])
    return Object.fromEntries(found)
  }
  if ('each' in wanted && wanted.of === 'elements' && open === OPEN_BRACKET) {
    const found: unknown[] = []
    for (const { at, until } of elements(bytes, from)) found.push(pick(bytes, at, until, wanted.each))
    return found
  }
  return parse(bytes, from, end)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

interface Element {
  readonly at: number
  readonly until: number
}

/** The members of the object that begins at `from`, in their order; a name may come twice. */
function* members(bytes: Buffer, from: number): Generator<Element & { readonly name: string }> {
  let at = skipSpace(bytes, from + 1)
  if (bytes[at] === CLOSE_BRACE) return
  for (;;) {
    expect(bytes, at, QUOTE)
    const named = endOfString(bytes, at)
    const name = nameIn(bytes, at, named)
    at = skipSpace(bytes, named)
    expect(bytes, at, COLON)
    at = skipSpace(bytes, at + 1)
    const until = skipValue(bytes, at)
    yield { name, at, until }
    at = skipSpace(bytes, until)
    if (bytes[at] === CLOSE_BRACE) return
    expect(bytes, at, COMMA)
    at = skipSpace(bytes, at + 1)
  }
}

function* elements(bytes: Buffer, from: number): Generator<Element> {
  let at = skipSpace(bytes, from + 1)
  if (bytes[at] === CLOSE_BRACKET) return
  for (;;) {
    const until = skipValue(bytes, at)
    yield { at, until }
    at = skipSpace(bytes, until)
    if (bytes[at] === CLOSE_BRACKET) return
    expect(bytes, at, COMMA)
    at = skipSpace(bytes, at + 1)
  }
}

/** Where the value that begins at `from` ends. A loop: nesting may be deep. */
function skipValue(bytes: Uint8Array, from: number): number {
  let depth = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === QUOTE) {
      at = endOfString(bytes, at)
      if (depth === 0) return at
      continue
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1
      if (depth === 0) return at + 1
      if (depth < 0) throw new SyntaxError('a bracket closes nothing')
    } else if (depth === 0) return endOfWord(bytes, at)
    at += 1
  }
  throw new SyntaxError('the text is cut off')
}

/** Where a number, true, false or null ends; what it is, its parser says. */
function endOfWord(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && !ENDS_WORD.has(bytes[at]!)) at += 1
  if (at === from) throw new SyntaxError('there is no value')
  return at
}

const ENDS_WORD = new Set([COMMA, CLOSE_BRACE, CLOSE_BRACKET, 0x20, 0x09, 0x0a, 0x0d])

/** Where the string whose quote stands at `from` ends. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === QUOTE) return at + 1
    if (byte === BACKSLASH) at += 1
  }
  throw new SyntaxError('the text is cut off')
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09))
    at += 1
  return at
}

function expect(bytes: Uint8Array, at: number, wanted: number): void {
  if (bytes[at] !== wanted) throw new SyntaxError('a mark is missing')
}

/** A name of plain characters needs no parser. */
function nameIn(bytes: Buffer, from: number, end: number): string {
  const name = bytes.toString('latin1', from + 1, end - 1)
  return /^[\w.-]*$/.test(name) ? name : String(parse(bytes, from, end))
}

/** Throws SyntaxError, and TypeError where the bytes are no UTF-8. */
function parse(bytes: Buffer, from: number, end: number): unknown {
  const text = bytes.toString('utf8', from, end)
  // What stands for bytes that are no UTF-8 may also be meant: only then the slower decoder, which tells them apart.
  return JSON.parse(text.includes('\ufffd') ? FATAL.decode(bytes.subarray(from, end)) : text)
}

const FATAL = new TextDecoder('utf-8', { fatal: true })
