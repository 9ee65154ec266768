import type { JsonObject, JsonValue } from '../canonical/index.js'

/**
 * What a producer hands to the ledger: a CloudEvents 1.0 event without the attributes that the ledger sets.
 * `id` and `time` should be fixed before the first attempt: an id that is left out is minted (UUIDv7), and then a
 * retry of a call whose answer was lost is a second event.
 */
export interface EventInput<Type extends string = string, Data = JsonObject> {
  /** Lower-case UUIDv7, or UUIDv8 for what is read from files (see `eventIdFor`). */
  readonly id?: string
  /** URI-reference of the producer. */
  readonly source: string
  /** Reverse-DNS with version, e.g. `dev.clyra.dbt.node.executed.v1`. */
  readonly type: Type
  readonly data: Data
  readonly subject?: string
  /** The producer's claim, `YYYY-MM-DDTHH:mm:ss(.[0-9]{1,9})?Z`. */
  readonly time?: string
  readonly datacontenttype?: string
  readonly dataschema?: string
  /** Pseudonyms only: attributes cannot be sealed. */
  readonly actor?: string
  readonly correlationid?: string
  readonly causationid?: string
  readonly traceparent?: string
  readonly runid?: string
  /** Unknown lower-case string extension attributes, `[a-z0-9]{1,20}`. */
  readonly extensions?: Readonly<Record<string, string>>
}

/**
 * A stored record, parsed: the CloudEvent as it lies in the log. Every attribute is at the top level, as in the bytes. Data are
 * objects in what this program appends; a log of others may hold any JSON value.
 */
export interface StoredEvent<Type extends string = string, Data = JsonValue> {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: Type
  readonly data: Data
  readonly subject?: string
  readonly time: string
  readonly datacontenttype?: string
  readonly dataschema?: string
  readonly actor?: string
  readonly correlationid?: string
  readonly causationid?: string
  readonly traceparent?: string
  readonly runid?: string
  /** The ledger's origin. */
  readonly ledger: string
  readonly stream: string
  /** Decimal string from "0". */
  readonly revision: string
  /** Hex leaf hash of the stream's previous record, or the stream's start value. */
  readonly prev: string
  readonly submitter: string
  /** `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly recordedat: string
}

/** What a projection, a reader or a subscriber sees: a record with its place, parsed and upcast to the newest version. */
export interface LedgerRecord<Type extends string = string, Data = JsonValue> {
  readonly position: number
  readonly leaf: Uint8Array
  readonly bytes: Uint8Array
  readonly event: StoredEvent<Type, Data>
}
