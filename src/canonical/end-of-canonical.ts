import { MAX_DEPTH, MAX_NAME, NAME_UNITS } from './json-value.js'

/** The most digits that are a safe integer whatever they are. */
const SAFE_DIGITS = 15
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const UNDERSCORE = 0x5f
/** By byte: 1 for printable ASCII that a string holds as it is. Constant. */
const PLAIN = Uint8Array.from({ length: 0x100 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== 0x5c ? 1 : 0,
)
const WORDS = ['true', 'false', 'null'].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)))

/**
 * Where the JSON value that begins at `at` ends (exclusive), only where it is in RFC 8785 form and meets the rules of a
 * record (names, depth, safe integers). -1 means: not decided here. Decided are values of printable ASCII without
 * escapes, with integers of at most 15 digits; nothing is made of them.
 *
 * `depth`: of the value itself; the root's is 1.
 */
export function endOfCanonical(bytes: Uint8Array, at: number, depth: number): number {
  if (depth > MAX_DEPTH) return -1
  switch (bytes[at]) {
    case QUOTE:
      return endOfText(bytes, at + 1)
    case 0x7b:
      return endOfObject(bytes, at + 1, depth)
    case 0x5b:
      return endOfArray(bytes, at + 1, depth)
    case 0x74:
      return endOfWord(bytes, at, WORDS[0]!)
    case 0x66:
      return endOfWord(bytes, at, WORDS[1]!)
    case 0x6e:
      return endOfWord(bytes, at, WORDS[2]!)
    default:
      return endOfInteger(bytes, at)
  }
}

function endOfText(bytes: Uint8Array, from: number): number {
  let at = from
  while (PLAIN[bytes[at]!] === 1) at++
  return bytes[at] === QUOTE ? at + 1 : -1
}

function endOfObject(bytes: Uint8Array, from: number, depth: number): number {
  if (bytes[from] === 0x7d) return from + 1
  let at = from
  let before = -1
  for (;;) {
    if (bytes[at] !== QUOTE) return -1
    const name = at + 1
    at = endOfName(bytes, name)
    if (at < 0 || bytes[at] !== COLON || (before >= 0 && !isBefore(bytes, before, name))) return -1
    before = name
    at = endOfCanonical(bytes, at + 1, depth + 1)
    if (at < 0) return -1
    const next = bytes[at++]
    if (next === 0x7d) return at
    if (next !== COMMA) return -1
  }
}

function endOfArray(bytes: Uint8Array, from: number, depth: number): number {
  if (bytes[from] === 0x5d) return from + 1
  let at = from
  for (;;) {
    at = endOfCanonical(bytes, at, depth + 1)
    if (at < 0) return -1
    const next = bytes[at++]
    if (next === 0x5d) return at
    if (next !== COMMA) return -1
  }
}

/** Behind the quote that ends a name of the record grammar. Of those that begin with two underscores one is refused. */
function endOfName(bytes: Uint8Array, from: number): number {
  let at = from
  while (NAME_UNITS[bytes[at]!] === 1) at++
  const length = at - from
  if (length === 0 || length > MAX_NAME || bytes[at] !== QUOTE) return -1
  return bytes[from] === UNDERSCORE && bytes[from + 1] === UNDERSCORE ? -1 : at + 1
}

/** Whether the name at `one` sorts before the name at `other`, which are not the same. A quote ends each. */
function isBefore(bytes: Uint8Array, one: number, other: number): boolean {
  let i = 0
  while (bytes[one + i] === bytes[other + i] && bytes[one + i] !== QUOTE) i++
  const a = bytes[one + i]!
  const b = bytes[other + i]!
  return a === QUOTE ? b !== QUOTE : b !== QUOTE && a < b
}

function endOfInteger(bytes: Uint8Array, from: number): number {
  const digits = bytes[from] === 0x2d ? from + 1 : from
  if (bytes[digits] === 0x30) return digits === from ? from + 1 : -1
  let at = digits
  while (bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++
  return at > digits && at - digits <= SAFE_DIGITS ? at : -1
}

function endOfWord(bytes: Uint8Array, from: number, word: Uint8Array): number {
  for (let i = 0; i < word.length; i++) if (bytes[from + i] !== word[i]) return -1
  return from + word.length
}
