import type { LedgerRecord, StoredEvent } from './envelope.js'
import type { CurrentType, EventData } from './families/index.js'

/**
 * True where the record is of that type; narrows `record.event.data`. Of a type with several versions only the newest is
 * asked for: records are read as that (`upcast`). What the ledger admitted under a known type met that type's schema, so
 * the narrowing holds for every record of an undamaged ledger. False where the data are no object, as they may be in a
 * log that others wrote.
 *
 * @example if (isType(record, 'dev.clyra.run.gap.v1')) console.log(record.event.data.reason)
 */
export function isType<T extends CurrentType>(record: LedgerRecord, type: T): record is LedgerRecord<T, EventData[T]>
export function isType<T extends CurrentType, R extends { readonly event: StoredEvent }>(
  record: R,
  type: T,
): record is R & { readonly event: StoredEvent<T, EventData[T]> }
export function isType(record: { readonly event: StoredEvent }, type: string): boolean {
  return record.event.type === type && isObject(record.event.data)
}

/** The same for an event alone. */
export function isEventOf<T extends CurrentType>(event: StoredEvent, type: T): event is StoredEvent<T, EventData[T]> {
  return event.type === type && isObject(event.data)
}

const isObject = (data: unknown): boolean => typeof data === 'object' && data !== null && !Array.isArray(data)
