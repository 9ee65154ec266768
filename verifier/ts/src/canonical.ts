import { utf8 } from './bytes.js'
import type { JsonValue } from './json.js'

/** RFC 8785 text of an admitted value: members by UTF-16 units, no white space. Numbers are safe integers by admission. */
export function canonicalText(value: JsonValue): string {
  // For strings, booleans, null and safe integers JSON.stringify gives the RFC 8785 form.
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name]!)}`).join(',')}}`
}

export const canonicalBytes = (value: JsonValue): Uint8Array => utf8(canonicalText(value))

/** True where both values have the same RFC 8785 form. */
export const sameJson = (a: JsonValue, b: JsonValue): boolean => canonicalText(a) === canonicalText(b)
