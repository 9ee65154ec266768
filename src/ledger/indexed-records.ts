import { fromHex } from '../canonical/index.js'
import { HEADS_STREAM, isEventOf, parseRecord, type StoredEvent } from '../events/index.js'
import type { IndexedRecord, LogRecord } from '../ports/index.js'

/** A record as the index takes it. */
export function indexed(position: number, leaf: Uint8Array, event: StoredEvent): IndexedRecord {
  const { id, stream } = event
  const revision = Number(event.revision)
  if (!isEventOf(event, 'dev.clyra.ledger.heads.v1')) return { position, id, stream, revision, leaf }
  return { position, id, stream, revision, leaf, headsRoot: fromHex(event.data.root) }
}

/** The index's view of records that were just appended. Only heads records have to be looked into. */
export function indexedRecords(records: readonly LogRecord[]): IndexedRecord[] {
  return records.map((record) =>
    record.stream === HEADS_STREAM ? indexed(record.position, record.leaf, parseRecord(record.bytes)) : record,
  )
}
