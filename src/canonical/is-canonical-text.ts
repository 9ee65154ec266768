import { isMemberName, type JsonObject, type JsonValue, MAX_DEPTH } from './json-value.js'

/**
 * True only where `text` is the RFC 8785 form of `value`, and `value` meets the rules of a record (names, depth, safe
 * integers). `value` MUST be what `JSON.parse(text)` gave, and `text` well-formed. False means: not decided here.
 *
 * Nothing is written: lengths are added up. The canonical form uses the shortest token for each string, number and word
 * and nothing between tokens, so a text of the canonical form's length whose members stand in order *is* that form:
 * white space, a repeated name, a needless escape, a point or an exponent make it longer, and nothing makes up for it.
 * Where another token is as short or shorter, or the order of the text cannot be seen in the value, nothing is decided:
 * - integers that end in two zeros: `100` is no shorter than `1e2`;
 * - `\u` escapes, of which some are canonical and some not: none is counted at its length, so that a text with one is
 *   always longer than the sum;
 * - names that begin with a digit: an object lists array indices first, wherever they stood.
 */
export function isCanonicalText(text: string, value: JsonValue): boolean {
  return lengthOf(value, 1, text.includes('\\')) === text.length
}

/** The length of the canonical form in UTF-16 units; NaN (which swallows every sum) where nothing is decided. */
function lengthOf(value: JsonValue, depth: number, escapes: boolean): number {
  switch (typeof value) {
    case 'string':
      return depth > MAX_DEPTH ? Number.NaN : lengthOfString(value, escapes)
    case 'number':
      return depth > MAX_DEPTH ? Number.NaN : lengthOfInteger(value)
    case 'boolean':
      return depth > MAX_DEPTH ? Number.NaN : value ? 4 : 5
    default:
      if (depth > MAX_DEPTH) return Number.NaN
      if (value === null) return 4
      return isArray(value) ? lengthOfArray(value, depth, escapes) : lengthOfObject(value, depth, escapes)
  }
}

function lengthOfArray(values: readonly JsonValue[], depth: number, escapes: boolean): number {
  // Both brackets, and a comma between two elements.
  let length = values.length === 0 ? 2 : values.length + 1
  for (let i = 0; i < values.length; i++) length += lengthOf(values[i]!, depth + 1, escapes)
  return length
}

function lengthOfObject(members: JsonObject, depth: number, escapes: boolean): number {
  let length = 1
  let before = ''
  // What JSON.parse makes has own members alone, in the order of the text.
  for (const name in members) {
    if (!(name > before) || !isOrdinaryName(name)) return Number.NaN
    before = name
    const member = members[name]!
    // Two quotes, a colon, and a comma or the closing brace.
    length += name.length + 4
    length +=
      typeof member === 'string' && !escapes && depth < MAX_DEPTH
        ? member.length + 2
        : lengthOf(member, depth + 1, escapes)
  }
  return length === 1 ? 2 : length
}

/** A member name of the record grammar that does not begin with a digit. */
function isOrdinaryName(name: string): boolean {
  const first = name.charCodeAt(0)
  return !(first >= 0x30 && first <= 0x39) && isMemberName(name)
}

/** `escapes`: whether there is any in the text. Each counts as the two units of the shortest kind. */
function lengthOfString(text: string, escapes: boolean): number {
  let length = text.length + 2
  if (escapes) {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit < 0x20 || unit === 0x22 || unit === 0x5c) length++
    }
  }
  return length
}

function lengthOfInteger(value: number): number {
  if (!Number.isSafeInteger(value) || (value % 100 === 0 && (value !== 0 || Object.is(value, -0)))) return Number.NaN
  return String(value).length
}

function isArray(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value)
}
