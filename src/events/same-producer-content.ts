import { utf8 } from '../canonical/index.js'
import { type PreparedEvents, SEGMENTS } from './prepared-events.js'

/**
 * True where prepared event `i`, appended to `stream`, has the producer content of a stored record: what makes an event the
 * same event, whenever it is appended, is its record without `ledger revision prev submitter recordedat`; the stream is part
 * of it. Compares bytes and parses nothing; `stored` MUST be an admitted record (as every record of a log is).
 */
export function sameProducerContent(prepared: PreparedEvents, i: number, stream: string, stored: Uint8Array): boolean {
  const { bytes, offsets } = prepared
  const streamMember = utf8(`"stream":"${stream}",`)
  let at = 0
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const from = offsets[i * SEGMENTS + segment]!
    const to = offsets[i * SEGMENTS + segment + 1]!
    if (!matches(stored, at, bytes, from, to)) return false
    at += to - from
    if (segment === STREAM_AFTER) {
      if (!matches(stored, at, streamMember, 0, streamMember.length)) return false
      at += streamMember.length
    } else if (segment < SEGMENTS - 1) {
      at = skipMember(stored, at, SKIPPED[segment]!)
      if (at < 0) return false
    }
  }
  return at === stored.length
}

/** The ledger attribute that follows each segment; the stream, which is compared, follows this one. */
const STREAM_AFTER = 4
const SKIPPED = ['ledger', 'prev', 'recordedat', 'revision', 'stream', 'submitter'].map((name) => utf8(`"${name}":"`))

/** Below this many bytes a loop is quicker than making views for `compare`. */
const SHORT = 64

function matches(stored: Uint8Array, at: number, bytes: Uint8Array, from: number, to: number): boolean {
  if (at + to - from > stored.length) return false
  if (to - from > SHORT) return Buffer.compare(stored.subarray(at, at + to - from), bytes.subarray(from, to)) === 0
  for (let k = from; k < to; k++) if (stored[at + k - from] !== bytes[k]) return false
  return true
}

/** The place after `"name":"...",`, or -1. No grammar of a ledger attribute has a quote or a backslash. */
function skipMember(stored: Uint8Array, at: number, start: Uint8Array): number {
  if (!matches(stored, at, start, 0, start.length)) return -1
  let end = at + start.length
  while (end < stored.length && stored[end] !== 0x22) if (stored[end++] === 0x5c) return -1
  return stored[end + 1] === 0x2c ? end + 2 : -1
}
