import { equalBytes, hex } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { LedgerRecord, StoredEvent } from '../events/index.js'
import { leafHash, prefixedLeafHex } from '../merkle/index.js'
import type { StoredRecord } from '../ports/index.js'

/*
 * A record is hashed once on its way from the disk to a fold. What has been shown goes with the object, in a private
 * field that only the functions here can set: whoever gets a record of another making hashes it himself.
 */

/** A stored record whose leaf was seen to be the hash of its bytes. What a store gives back, where it can. */
export class HashedRecord implements StoredRecord {
  readonly position: number
  readonly leaf: Uint8Array
  readonly bytes: Uint8Array
  readonly #leafHex: string
  readonly #admitted: boolean

  private constructor(position: number, leaf: Uint8Array, bytes: Uint8Array, leafHex: string, admitted = false) {
    this.position = position
    this.leaf = leaf
    this.bytes = bytes
    this.#leafHex = leafHex
    this.#admitted = admitted
  }

  /** Hashes the bytes: the leaf is right because it is made here. */
  static from(position: number, bytes: Uint8Array): HashedRecord {
    const leaf = leafHash(bytes)
    return new HashedRecord(position, leaf, bytes, hex(leaf))
  }

  /** Undefined where `leaf` is not the RFC 6962 leaf hash of `bytes`. */
  static of(position: number, leaf: Uint8Array, bytes: Uint8Array): HashedRecord | undefined {
    return equalBytes(leafHash(bytes), leaf) ? new HashedRecord(position, leaf, bytes, hex(leaf)) : undefined
  }

  /** The same of bytes before which there lies a zero byte, as in a frame: they are hashed where they lie. */
  static inPlace(position: number, leaf: Uint8Array, prefixed: Uint8Array): HashedRecord | undefined {
    const leafHex = prefixedLeafHex(prefixed)
    if (leafHex === undefined || !isHexOf(leafHex, leaf)) return undefined
    return new HashedRecord(position, leaf, prefixed.subarray(1), leafHex)
  }

  /**
   * A record that another thread of this process hashed and parsed (`parseRecord`) before it handed its memory over,
   * which nobody else can change since. Nothing is checked here: for a store that runs such a thread, and nobody else.
   */
  static checkedByThread(position: number, leaf: Uint8Array, bytes: Uint8Array, leafHex: string): HashedRecord {
    return new HashedRecord(position, leaf, bytes, leafHex, true)
  }

  /** Whether `parseRecord` took its bytes already, on another thread. */
  static isAdmitted(record: StoredRecord): boolean {
    return #leafHex in record && record.#admitted
  }

  /** The leaf in hex where the record is one of these. */
  static leafHexOf(record: StoredRecord): string | undefined {
    return #leafHex in record ? record.#leafHex : undefined
  }
}

/** A parsed record whose leaf was seen to be the hash of its bytes. What the ledger gives to folds. */
export class VerifiedRecord implements LedgerRecord {
  readonly position: number
  readonly leaf: Uint8Array
  readonly bytes: Uint8Array
  readonly event: StoredEvent
  readonly #leafHex: string

  private constructor({ position, leaf, bytes }: StoredRecord, event: StoredEvent, leafHex: string) {
    this.position = position
    this.leaf = leaf
    this.bytes = bytes
    this.event = event
    this.#leafHex = leafHex
  }

  /** `event`: what `record.bytes` hold. Throws LOG_CORRUPT where they do not have the record's leaf. */
  static of(record: StoredRecord, event: StoredEvent): VerifiedRecord {
    return new VerifiedRecord(record, event, HashedRecord.leafHexOf(record) ?? hashed(record))
  }

  /** The leaf of any record in hex, hashed here unless that was done. Undefined where its bytes do not have it. */
  static leafHexOf(record: LedgerRecord): string | undefined {
    if (#leafHex in record) return record.#leafHex
    return equalBytes(leafHash(record.bytes), record.leaf) ? hex(record.leaf) : undefined
  }
}

const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** True where `text`, lower-case hex, spells exactly these bytes: no text is made of them to compare. */
function isHexOf(text: string, bytes: Uint8Array): boolean {
  if (text.length !== 2 * bytes.length) return false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (text.charCodeAt(2 * i) !== DIGITS[byte >> 4] || text.charCodeAt(2 * i + 1) !== DIGITS[byte & 15]) return false
  }
  return true
}

function hashed({ position, leaf, bytes }: StoredRecord): string {
  if (equalBytes(leafHash(bytes), leaf)) return hex(leaf)
  throw new ClyraError('LOG_CORRUPT', `the record at position ${position} does not have its leaf hash`, {
    details: { position, damaged: 'record' },
  })
}
