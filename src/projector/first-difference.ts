import type { JsonValue } from '../canonical/index.js'

/** JSON pointer (RFC 6901) of the first member that differs, in the canonical order; undefined where it cannot be told. */
export function firstDifference(expected: Uint8Array, actual: Uint8Array): string | undefined {
  try {
    return differs(parse(expected), parse(actual), '')
  } catch {
    // The stored bytes are no JSON at all: there is no member to name.
    return undefined
  }
}

function parse(bytes: Uint8Array): JsonValue {
  // Holds: JSON.parse gives JSON values.
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue
}

function differs(a: JsonValue, b: JsonValue, pointer: string): string | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b ? undefined : pointer
  if (Array.isArray(a) !== Array.isArray(b)) return pointer
  const [one, other] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  const names = [...new Set([...one.keys(), ...other.keys()])]
  for (const name of Array.isArray(a) ? names : names.sort()) {
    const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const [left, right] = [one.get(name), other.get(name)]
    if (left === undefined || right === undefined) return below
    const found = differs(left, right, below)
    if (found !== undefined) return found
  }
  return undefined
}
