/** The result of work that was not done: like the right one, but for its last part. */
export function spoilt(value) {
  if (Array.isArray(value)) return value.length === 1 ? [undefined] : [...value.slice(0, -1), value[0]]
  if (value instanceof Uint8Array) return value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte))
  if (typeof value === 'number') return value - 1
  if (typeof value?.revision === 'bigint') return { ...value, revision: value.revision - 1n }
  return { ...value, bytes: spoilt(value.bytes) }
}
