import type { JsonValue } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { LedgerRecord } from './envelope.js'
import type { Projection } from './projection.js'

/** The state after these records, in their order; in one go where the projection can. */
export function applyRecords<State extends JsonValue>(
  projection: Projection<State>,
  state: State,
  records: readonly LedgerRecord[],
): State {
  try {
    if (projection.applyAll !== undefined) return projection.applyAll(state, records)
    return records.reduce((now, record) => projection.apply(now, record), state)
  } catch (cause) {
    throw failed(projection.name, failedAt(projection, state, records), cause)
  }
}

/** The records of each partition, in their order; those that are not for the projection are left out. */
export function byPartition(
  projection: Pick<Projection, 'name' | 'partition'>,
  records: readonly LedgerRecord[],
): Map<string, LedgerRecord[]> {
  const parts = new Map<string, LedgerRecord[]>()
  for (const record of records) {
    const partition = partitionOf(projection, record)
    if (partition === undefined) continue
    const part = parts.get(partition)
    if (part === undefined) parts.set(partition, [record])
    else part.push(record)
  }
  return parts
}

function partitionOf(projection: Pick<Projection, 'name' | 'partition'>, record: LedgerRecord): string | undefined {
  try {
    return projection.partition(record)
  } catch (cause) {
    throw failed(projection.name, record.position, cause)
  }
}

/** Which of the records it was: they are folded again, one after another. The last, where that goes well. */
function failedAt<State extends JsonValue>(
  projection: Projection<State>,
  before: State,
  records: readonly LedgerRecord[],
): number {
  let state = before
  for (const record of records) {
    try {
      state = projection.apply(state, record)
    } catch {
      return record.position
    }
  }
  return records.at(-1)?.position ?? 0
}

function failed(name: string, position: number, cause: unknown): ClyraError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ClyraError(
    'PROJECTION_FAILED',
    `the projection ${name} cannot fold the record at position ${position}: ${why}`,
    {
      details: { projection: name, position: String(position) },
      cause,
    },
  )
}
