import { hex, isHexOf, utf8 } from './bytes.js'
import type { StreamHead } from './heads-map.js'
import type { LogRecord } from './record.js'
import { dataOf, type GenesisData } from './record-data.js'
import type { Offences } from './refusal.js'
import { sha256 } from './sha256.js'
import { SPEC } from './spec.generated.js'

const ZEROS = '0'.repeat(64)
const START = utf8(SPEC.preimages.stream)
const RESERVED: ReadonlyMap<string, string> = new Map(Object.entries(SPEC.reservedTypes))

/** What the first record of a stream links to: SHA-256("clyra.stream/1\n" || genesis leaf || stream). */
export const streamStart = (genesis: Uint8Array, stream: string): string => hex(sha256(START, genesis, utf8(stream)))

/** The genesis data of `record`, or undefined where it is not a genesis record of `origin`. */
export function genesisOf(record: LogRecord | undefined, origin: string): GenesisData | undefined {
  const data = record && dataOf(record, 'dev.clyra.ledger.genesis.v1')
  const sound =
    record?.stream === 'ledger-genesis' && record.revision === 0 && record.prev === ZEROS && record.ledger === origin
  return sound && data?.origin === origin ? data : undefined
}

/** Reserved types stand only in their own stream, and nothing else stands there. */
export function respectsReservation({ type, stream }: LogRecord): boolean {
  const home = RESERVED.get(type)
  if (home !== undefined) return stream === home
  return !type.startsWith(SPEC.reservedTypePrefix) && !stream.startsWith(SPEC.reservedStreamPrefix)
}

/**
 * Follows the streams of a ledger record by record, in position order: origin, reserved types, ids, revisions from 0
 * without gap, links, and times that never go back. What is wrong goes to the offences.
 */
export class ChainWalk {
  readonly heads = new Map<string, StreamHead>()
  readonly #ids = new Set<string>()
  readonly #origin: string
  readonly #genesis: Uint8Array
  readonly #offences: Offences
  #recordedAt = ''

  constructor(origin: string, genesis: Uint8Array, offences: Offences) {
    this.#origin = origin
    this.#genesis = genesis
    this.#offences = offences
  }

  /** `linked: false` leaves revision and link of this one record to the heads stage (a bundle's last record). */
  add(record: LogRecord, position: number, { linked = true } = {}): void {
    const { stream, revision } = record
    const where = { position }
    if (stream === 'ledger-genesis' && position !== 0) this.#offences.add('GENESIS_INVALID', 'a second genesis', where)
    if (record.ledger !== this.#origin)
      this.#offences.add('RECORD_ORIGIN_MISMATCH', `ledger is ${record.ledger}`, where)
    if (!respectsReservation(record)) this.#offences.add('RESERVED_TYPE', `${record.type} in ${stream}`, where)
    if (this.#ids.has(record.id)) this.#offences.add('EVENT_ID_TWICE', record.id, where)
    if (record.recordedat < this.#recordedAt) this.#offences.add('RECORDEDAT_BACKWARDS', record.recordedat, where)
    this.#ids.add(record.id)
    this.#recordedAt = record.recordedat
    if (!linked) return
    const last = this.heads.get(stream)
    const expected = last === undefined ? 0 : last.revision + 1
    if (revision !== expected)
      this.#offences.add('REVISION_GAP', `${stream} has ${revision} after ${expected - 1}`, where)
    if (!this.#links(record, last, position)) {
      this.#offences.add('PREV_MISMATCH', `${stream} revision ${revision} does not link to the record before it`, where)
    }
    this.heads.set(stream, { revision, leaf: record.leaf })
  }

  #links({ stream, prev }: LogRecord, last: StreamHead | undefined, position: number): boolean {
    if (last !== undefined) return isHexOf(prev, last.leaf)
    return prev === (position === 0 ? ZEROS : streamStart(this.#genesis, stream))
  }
}

/** A bundle's records: genesis, the claimed streams whole, and one heads record at the end. */
export function checkBundleChain(
  records: readonly LogRecord[],
  positions: readonly number[],
  expected: { readonly origin: string; readonly genesis: string; readonly streams: readonly string[] },
  offences: Offences,
): ReadonlyMap<string, StreamHead> {
  const first = records[0]!
  if (positions[0] !== 0 || genesisOf(first, expected.origin) === undefined) {
    offences.add('GENESIS_INVALID', `the first record is not a genesis record of ${expected.origin}`, { position: 0 })
  }
  if (hex(first.leaf) !== expected.genesis) {
    offences.add('GENESIS_MISMATCH', `the manifest names ledger ${expected.genesis}`, { position: 0 })
  }
  const walk = new ChainWalk(expected.origin, first.leaf, offences)
  const claimed = new Set(['ledger-genesis', ...expected.streams])
  for (const [i, record] of records.entries()) {
    const isLast = i === records.length - 1
    const position = positions[i]!
    const isHeads = isLast && record.stream === 'ledger-heads'
    if (!isHeads && !claimed.has(record.stream)) offences.add('STREAM_NOT_CLAIMED', record.stream, { position })
    walk.add(record, position, { linked: !isHeads })
  }
  return walk.heads
}
