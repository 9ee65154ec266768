/** A JSON value as it is read from and written to canonical bytes. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object; members are own, enumerable, and never `undefined`. */
export type JsonObject = { readonly [name: string]: JsonValue }

/** How deep a value may lie, scalars too: the root is at depth 1, its members and elements at depth 2. */
export const MAX_DEPTH = 32

const NAME = /^[A-Za-z0-9_.:/$@-]{1,128}$/

/** True for a member name that a record may use: `[A-Za-z0-9_.:/$@-]{1,128}`, but not `__proto__`. */
export function isMemberName(name: string): boolean {
  return NAME.test(name) && name !== '__proto__'
}
