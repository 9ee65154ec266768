/** `QUERY_OUTCOME_SUCCESS` -> `success`. */
export function word(value: unknown, ...prefixes: string[]): string | undefined {
  if (typeof value !== 'string') return undefined
  const prefix = prefixes.find((start) => value.startsWith(start)) ?? ''
  return value.slice(prefix.length).toLowerCase()
}

/** The members of an object; none of anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  // A non-null object has string members of unknown kinds: that is all this type says.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** One member of an attribute; undefined where it is no object. */
export function member(value: unknown, name: string): unknown {
  return asRecord(value)[name]
}
