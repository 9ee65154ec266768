/** Everything an async iterable gives, or the first `limit` of it. */
export async function collect<T>(values: AsyncIterable<T>, limit = Number.POSITIVE_INFINITY): Promise<T[]> {
  const found: T[] = []
  if (limit <= 0) return found
  for await (const value of values) {
    found.push(value)
    if (found.length >= limit) break
  }
  return found
}
