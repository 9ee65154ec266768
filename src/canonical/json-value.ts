/** A JSON value as it is read from and written to canonical bytes. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object; members are own, enumerable, and never `undefined`. */
export type JsonObject = { readonly [name: string]: JsonValue }

/** How deep a value may lie, scalars too: the root is at depth 1, its members and elements at depth 2. */
export const MAX_DEPTH = 32

export const MAX_NAME = 128
const IN_NAME: ReadonlySet<string> = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/$@-')
/** By UTF-16 unit: 1 where a member name may hold it. Constant. */
export const NAME_UNITS = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  IN_NAME.has(String.fromCharCode(unit)) ? 1 : 0,
)

/** True for a member name that a record may use: `[A-Za-z0-9_.:/$@-]{1,128}`, but not `__proto__`. */
export function isMemberName(name: string): boolean {
  const { length } = name
  if (length === 0 || length > MAX_NAME) return false
  // A loop and not a pattern: it is asked for every member of every record, and names are short.
  for (let i = 0; i < length; i++) if (NAME_UNITS[name.charCodeAt(i)] !== 1) return false
  return name !== '__proto__'
}
