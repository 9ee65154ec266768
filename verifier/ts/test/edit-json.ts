import { utf8 } from '../src/bytes.js'
import type { JsonObject, JsonValue } from '../src/json.js'

/** A copy of `object` with the values at the given RFC 6901 pointers replaced; undefined removes the member. */
export const edit =
  (changes: Readonly<Record<string, JsonValue | undefined>>) =>
  (object: JsonObject): JsonObject => {
    const copy = structuredClone(object)
    for (const [pointer, value] of Object.entries(changes)) {
      const tokens = pointer.split('/').slice(1)
      const last = tokens.pop()!
      let parent: JsonValue = copy
      for (const token of tokens) parent = memberOf(parent, token)
      if (typeof parent !== 'object' || parent === null) throw new Error(`no ${pointer}`)
      if (Array.isArray(parent)) parent.splice(Number(last), 1, ...(value === undefined ? [] : [value]))
      else if (value === undefined) delete parent[last]
      else parent[last] = value
    }
    return copy
  }

function memberOf(value: JsonValue, token: string): JsonValue {
  const member = Array.isArray(value)
    ? value[Number(token)]
    : typeof value === 'object' && value !== null
      ? value[token]
      : undefined
  if (member === undefined) throw new Error(`no member ${token}`)
  return member
}

/** Bytes with the first `from` replaced; throws where there is none, so that a change never silently does nothing. */
export const replaceText =
  (from: string, to: string) =>
  (bytes: Uint8Array): Uint8Array => {
    const text = new TextDecoder().decode(bytes)
    if (!text.includes(from)) throw new Error(`no ${from} in ${text.slice(0, 200)}`)
    return utf8(text.replace(from, () => to))
  }

/** Changes one file of a map of files; undefined removes it. */
export const editFile =
  (name: string, change: (bytes: Uint8Array) => Uint8Array | undefined) =>
  (files: Map<string, Uint8Array>): Map<string, Uint8Array> => {
    const copy = new Map(files)
    const changed = change(files.get(name) ?? new Uint8Array(0))
    if (changed === undefined) copy.delete(name)
    else copy.set(name, changed)
    return copy
  }

/** Flips one bit. */
export const flip =
  (at: number, bit = 1) =>
  (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ bit : byte))
