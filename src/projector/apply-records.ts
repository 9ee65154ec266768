import type { JsonValue } from '../canonical/index.js'
import type { LedgerRecord, Projection } from '../events/index.js'

/** The state after these records, in their order; in one go where the projection can. */
export function applyRecords<State extends JsonValue>(
  projection: Projection<State>,
  state: State,
  records: readonly LedgerRecord[],
): State {
  if (projection.applyAll !== undefined) return projection.applyAll(state, records)
  return records.reduce((now, record) => projection.apply(now, record), state)
}

/** The records of each partition, in their order; those that are not for the projection are left out. */
export function byPartition(
  projection: Pick<Projection, 'partition'>,
  records: readonly LedgerRecord[],
): Map<string, LedgerRecord[]> {
  const parts = new Map<string, LedgerRecord[]>()
  for (const record of records) {
    const partition = projection.partition(record)
    if (partition === undefined) continue
    const part = parts.get(partition)
    if (part === undefined) parts.set(partition, [record])
    else part.push(record)
  }
  return parts
}
