import { ClyraError } from '../errors/index.js'

/**
 * Events that are validated and in canonical form, all but what only the ledger knows.
 *
 * Plain data with two buffers of its own: it can be made in a worker and posted with
 * `postMessage(prepared, transferListOf(prepared))`. `bytes` holds, one event after the other, the seven segments of
 * producer members between which the six ledger attributes go (see `SEGMENTS`); a record is finished by copying,
 * nothing is serialised twice. Nothing checks it again when it is appended, so take it only from code that you would
 * also let write the ledger; `checkTransferred` finds a damaged one.
 */
export interface PreparedEvents {
  readonly kind: 'clyra.prepared/1'
  readonly ids: readonly string[]
  readonly types: readonly string[]
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `SEGMENTS` starts per event, in order, and the end of the last event: `ids.length * SEGMENTS + 1` values. */
  readonly offsets: Uint32Array<ArrayBuffer>
}

/**
 * Producer members lie before `ledger`, between `ledger` and `prev`, `prev` and `recordedat`, `recordedat` and
 * `revision`, `revision` and `stream`, `stream` and `submitter`, and after `submitter`: the order of RFC 8785.
 */
export const SEGMENTS = 7

/** The limit of a record: what a tlog-tiles entry bundle can carry (its u16 length prefix). */
export const MAX_RECORD_BYTES = 65_535

/** The buffers to hand over with `postMessage`. The sender's copy is empty afterwards. */
export function transferListOf(prepared: PreparedEvents): ArrayBuffer[] {
  return [prepared.bytes.buffer, prepared.offsets.buffer]
}

/** True for prepared events, in contrast to an array of events. */
export function isPrepared(events: unknown): events is PreparedEvents {
  return typeof events === 'object' && events !== null && 'kind' in events && events.kind === 'clyra.prepared/1'
}

/**
 * What came out of `postMessage`, with its shape checked: counts, ascending offsets, sizes. Throws EVENT_INVALID.
 * The content of the bytes is the sender's word (see `PreparedEvents`).
 */
export function checkTransferred(value: unknown): PreparedEvents {
  if (!isPrepared(value)) throw damaged('it is no prepared-events object')
  const { ids, types, bytes, offsets } = value
  if (!(bytes instanceof Uint8Array && offsets instanceof Uint32Array && Array.isArray(ids) && Array.isArray(types))) {
    throw damaged('a member is of the wrong kind')
  }
  if (types.length !== ids.length || offsets.length !== ids.length * SEGMENTS + 1) throw damaged('counts differ')
  if (offsets[0] !== 0 || offsets[offsets.length - 1] !== bytes.length) throw damaged('offsets do not span the bytes')
  for (let i = 1; i < offsets.length; i++) if (offsets[i]! < offsets[i - 1]!) throw damaged('offsets descend')
  return value
}

/** The bytes that the producer members of event `i` take. */
export function producerLength(prepared: PreparedEvents, i: number): number {
  return prepared.offsets[(i + 1) * SEGMENTS]! - prepared.offsets[i * SEGMENTS]!
}

function damaged(problem: string): ClyraError {
  return new ClyraError('EVENT_INVALID', `the prepared events were damaged on their way: ${problem}`)
}

/** EVENT_TOO_LARGE for event `index` of a batch. */
export function tooLarge(index: number, size: number): ClyraError {
  return new ClyraError(
    'EVENT_TOO_LARGE',
    `event ${index} takes ${size} bytes, more than the ${MAX_RECORD_BYTES} of a record; keep the large value as an artefact`,
    { details: { index, size, limit: MAX_RECORD_BYTES } },
  )
}
