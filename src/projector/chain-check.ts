import { hex } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { GENESIS_PREV, type LedgerRecord, streamStartValue } from '../events/index.js'
import { VerifiedRecord } from '../ledger/index.js'

/** The last record of a stream so far; changed in place, for there is one change for each record. */
interface Head {
  revision: number
  /** Hex. */
  leaf: string
}

/**
 * Checks records that are read in order: positions dense, each leaf the hash of its bytes, each record chained to the
 * one before it in its stream. Where reading starts in the middle of the log, the first record seen of a stream that
 * began before is taken as it is.
 */
export class ChainCheck {
  readonly #identity: Uint8Array
  readonly #start: number
  readonly #heads = new Map<string, Head>()
  #next: number

  /** `identity`: the genesis leaf. `start`: the first position that will be checked. */
  constructor(identity: Uint8Array, start: number) {
    this.#identity = identity
    this.#start = start
    this.#next = start
  }

  /** Throws `LOG_CORRUPT` with position, stream and what does not fit. Gives the record's leaf, hex. */
  check(record: LedgerRecord): string {
    const { position, event } = record
    if (position !== this.#next) throw broken(record, `position ${this.#next} was expected`)
    const leaf = VerifiedRecord.leafHexOf(record)
    if (leaf === undefined) throw broken(record, 'its bytes do not have its leaf hash')
    const revision = Number(event.revision)
    const head = this.#heads.get(event.stream)
    if (head !== undefined || revision === 0 || this.#start === 0) {
      if (revision !== (head?.revision ?? -1) + 1) throw broken(record, 'its revision does not follow the stream')
      if (event.prev !== (head?.leaf ?? this.#startOf(event.stream, position))) {
        throw broken(record, 'its prev is not the leaf before it in the stream')
      }
    }
    if (head === undefined) this.#heads.set(event.stream, { revision, leaf })
    else {
      head.revision = revision
      head.leaf = leaf
    }
    this.#next++
    return leaf
  }

  #startOf(stream: string, position: number): string {
    return position === 0 ? GENESIS_PREV : hex(streamStartValue(this.#identity, stream))
  }
}

function broken(record: LedgerRecord, what: string): ClyraError {
  const { position, event } = record
  return new ClyraError(
    'LOG_CORRUPT',
    `the record at position ${position} (stream ${event.stream}) cannot be folded: ${what}`,
    {
      details: { position: String(position), stream: event.stream, damaged: 'record' },
    },
  )
}
