import { utf8 } from '../../canonical/index.js'
import { leafHash } from '../../merkle/index.js'
import type { LogRecord } from '../../ports/index.js'
import { SeededRandom } from './seeded-random.js'

/** The first record of every sample log: a store may keep its leaf as the log's identity. */
export function firstRecord(): LogRecord {
  return recordOf(0, 'ledger-genesis', 0, utf8('{"data":{},"stream":"ledger-genesis"}'))
}

/**
 * `count` records from position `first` on, of a few streams, with readable bytes of 40 to 400 bytes. The same
 * position always gives the same record, so that no test has to remember what it appended.
 */
export function sampleRecords(first: number, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, i) => sampleRecord(first + i))
}

export function sampleRecord(position: number): LogRecord {
  if (position === 0) return firstRecord()
  const random = new SeededRandom(position)
  // Positions 1, 2, 3, 4 are revision 0 of the streams 1, 2, 3, 0, and so on.
  const stream = `sample-${position % 4}`
  const text = 'x'.repeat(random.below(360))
  const bytes = utf8(`{"data":{"position":"${position}","text":"${text}é"},"stream":"${stream}"}`)
  return recordOf(position, stream, Math.floor((position - 1) / 4), bytes)
}

/** A record of exactly these bytes. */
export function recordOf(position: number, stream: string, revision: number, bytes: Uint8Array): LogRecord {
  return {
    position,
    id: new SeededRandom(position ^ 0x5bd1e995).uuid(),
    stream,
    revision,
    leaf: leafHash(bytes),
    bytes,
  }
}
