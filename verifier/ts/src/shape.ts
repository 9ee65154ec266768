import { fromDecimal, fromHex } from './bytes.js'
import type { JsonObject, JsonValue } from './json.js'
import { type Offences, Refusal, type Where } from './refusal.js'
import type { FaultCode } from './spec.generated.js'

/** Turns an admitted value into a typed one, or throws a Mismatch that says where it differs. */
export type Shape<T> = (value: JsonValue | undefined, path: string) => T
export type Shaped<S> = S extends Shape<infer T> ? T : never

class Mismatch extends Error {}

const mismatch = (path: string, expected: string) =>
  new Mismatch(`${path === '' ? 'the value' : path} is not ${expected}`)

/** For shapes of their own: the value is not what was expected. */
export function differs(path: string, expected: string): never {
  throw mismatch(path, expected)
}

/** Applies `shape`; a mismatch becomes a Refusal with `code`. */
export function shapeAs<T>(shape: Shape<T>, value: JsonValue, code: FaultCode, where: Where): T {
  try {
    return shape(value, '')
  } catch (error) {
    if (error instanceof Mismatch) throw new Refusal(code, error.message, where)
    throw error
  }
}

/** Runs `read`; a Refusal goes to `offences` and the result is undefined. */
export function attempt<T>(offences: Offences, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    offences.take(error)
    return undefined
  }
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Exactly these members; with `open`, at least these. */
export function object<M extends Record<string, Shape<unknown>>>(
  members: M,
  { open = false } = {},
): Shape<{ readonly [K in keyof M]: Shaped<M[K]> }> {
  const names = Object.keys(members)
  return (value, path) => {
    if (!isObject(value)) throw mismatch(path, 'an object')
    if (!open) {
      for (const name of Object.keys(value))
        if (!Object.hasOwn(members, name)) throw mismatch(`${path}/${name}`, 'known')
    }
    const entries = names.map((name) => {
      const member = Object.hasOwn(value, name) ? value[name] : undefined
      return [name, members[name]!(member, `${path}/${name}`)]
    })
    // Every member of M was given by its own shape just above.
    return Object.fromEntries(entries) as { [K in keyof M]: Shaped<M[K]> }
  }
}

export function arrayOf<T>(element: Shape<T>, { max = Number.MAX_SAFE_INTEGER, min = 0 } = {}): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > max || value.length < min)
      throw mismatch(path, 'an array of that length')
    return value.map((item, i) => element(item, `${path}/${i}`))
  }
}

/** An array whose `key` strictly ascends (UTF-16 units; all keys are ASCII). */
export function sortedBy<T>(
  element: Shape<T>,
  key: (item: T) => string | number,
  bounds: { readonly max?: number } = {},
): Shape<readonly T[]> {
  const list = arrayOf(element, bounds)
  return (value, path) => {
    const items = list(value, path)
    for (let i = 1; i < items.length; i++) {
      if (!(key(items[i - 1]!) < key(items[i]!))) throw mismatch(`${path}/${i}`, 'in order, or not unique')
    }
    return items
  }
}

export const nullable =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, path) =>
    value === null ? null : shape(value, path)

/** A member that need not be there. */
export const optional =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value, path) =>
    value === undefined ? undefined : shape(value, path)

export function text(pattern?: RegExp, expected = 'a text of its grammar'): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string' || (pattern !== undefined && !pattern.test(value))) throw mismatch(path, expected)
    return value
  }
}

export function oneOf<const T extends string | number>(...allowed: readonly T[]): Shape<T> {
  return (value, path) => {
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined) throw mismatch(path, `one of ${allowed.join(', ')}`)
    return found
  }
}

export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw mismatch(path, 'a boolean')
  return value
}

export const integer: Shape<number> = (value, path) => {
  if (typeof value !== 'number') throw mismatch(path, 'an integer')
  return value
}

/** Decimal string of a position, size or revision. */
export const decimal: Shape<number> = (value, path) => {
  const number = typeof value === 'string' ? fromDecimal(value) : undefined
  if (number === undefined) throw mismatch(path, 'a decimal string')
  return number
}

/** Bytes in lower-case hexadecimal. */
export const bytes: Shape<Uint8Array> = (value, path) => {
  const read = typeof value === 'string' ? fromHex(value, Math.floor(value.length / 2)) : undefined
  if (read === undefined) throw mismatch(path, 'bytes in lower-case hexadecimal')
  return read
}

export const hash: Shape<Uint8Array> = (value, path) => {
  const read = typeof value === 'string' ? fromHex(value, 32) : undefined
  if (read === undefined) throw mismatch(path, 'a lower-case hexadecimal SHA-256')
  return read
}

export const hashText: Shape<string> = text(/^[0-9a-f]{64}$/, 'a lower-case hexadecimal SHA-256')

export const anyObject: Shape<JsonObject> = (value, path) => {
  if (!isObject(value)) throw mismatch(path, 'an object')
  return value
}

export const anyValue: Shape<JsonValue> = (value, path) => {
  if (value === undefined) throw mismatch(path, 'present')
  return value
}
