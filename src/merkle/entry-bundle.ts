import { ClyraError } from '../errors/index.js'
import { TILE_WIDTH } from './tiles.js'

/** The largest entry that the two length bytes of a C2SP entry bundle can hold. */
const MAX_ENTRY_BYTES = 65_535

/**
 * C2SP tlog-tiles entry bundles: each entry with its length before it, u16 big-endian, at most 256 of them.
 * `encode` throws `EVENT_TOO_LARGE` for an entry over 65,535 bytes; `decode` throws `TREE_DIVERGED` unless the bytes are
 * exactly `count` entries.
 */
export const entryBundle = { encode, decode }

function encode(entries: readonly Uint8Array[]): Uint8Array {
  assertCount(entries.length)
  let length = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new ClyraError('EVENT_TOO_LARGE', `an entry of ${entry.length} bytes does not fit a bundle (65,535)`)
    }
    length += 2 + entry.length
  }
  const bundle = new Uint8Array(length)
  const view = new DataView(bundle.buffer)
  let at = 0
  for (const entry of entries) {
    view.setUint16(at, entry.length)
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

/** The entries are views into `bundle`. */
function decode(bundle: Uint8Array, count: number): Uint8Array[] {
  assertCount(count)
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.length)
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bundle.length && entries.length < count) {
    const end = at + 2 <= bundle.length ? at + 2 + view.getUint16(at) : Number.POSITIVE_INFINITY
    if (end > bundle.length) throw diverged('it ends inside an entry')
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  if (at !== bundle.length) throw diverged(`it holds more than the ${count} entries it should`)
  if (entries.length !== count) throw diverged(`it holds ${entries.length} entries instead of ${count}`)
  return entries
}

function assertCount(count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > TILE_WIDTH) throw diverged(`it cannot hold ${count} entries`)
}

function diverged(why: string): ClyraError {
  return new ClyraError('TREE_DIVERGED', `an entry bundle is malformed: ${why}`)
}
