import { CASTAGNOLI, naiveCrc } from './naive-crc.js'

/** Segments, frames and recovery as `spec/store/SEGMENTS.md` describes them, read with a DataView. */

const SEGMENT_MAGIC = 'ff434c595345470a'
const FRAME_MAGIC = 'ff434c5946524d0a'

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const hexAt = (bytes: Uint8Array, at: number, length: number) =>
  Buffer.from(bytes.slice(at, at + length)).toString('hex')

/** A u64 that is a position, or undefined. */
function position(bytes: Uint8Array, at: number): number | undefined {
  const value = view(bytes).getBigUint64(at, true)
  return value <= 2n ** 53n - 1n ? Number(value) : undefined
}

interface NaiveHeader {
  readonly first: number
  readonly genesis: string
}

/** Section 2. */
function naiveHeader(bytes: Uint8Array): NaiveHeader | 'damaged' | 'too-new' {
  if (bytes.length < 64 || hexAt(bytes, 0, 8) !== SEGMENT_MAGIC) return 'damaged'
  const fields = view(bytes)
  if (naiveCrc(bytes.slice(0, 60), CASTAGNOLI) !== fields.getUint32(60, true)) return 'damaged'
  if (fields.getUint32(8, true) !== 1) return 'too-new'
  const first = position(bytes, 16)
  if (fields.getUint32(12, true) !== 64 || fields.getUint32(56, true) !== 0 || first === undefined) return 'damaged'
  return { first, genesis: hexAt(bytes, 24, 32) }
}

interface NaiveFrame {
  readonly first: number
  readonly durableBefore: number
  readonly end: number
  /** Offsets of its records. */
  readonly records: readonly number[]
}

/** Section 3: the frame that begins at `at`, or undefined. */
export function naiveFrame(bytes: Uint8Array, at: number): NaiveFrame | undefined {
  if (at + 40 > bytes.length || hexAt(bytes, at, 8) !== FRAME_MAGIC) return undefined
  const fields = view(bytes)
  const length = fields.getUint32(at + 12, true)
  const end = at + Math.ceil(length / 8) * 8
  if (length < 40 || end > bytes.length) return undefined
  const covered = Uint8Array.from([...bytes.slice(at, at + 8), ...bytes.slice(at + 12, at + length)])
  if (naiveCrc(covered, CASTAGNOLI) !== fields.getUint32(at + 8, true)) return undefined
  if (bytes.slice(at + length, end).some((byte) => byte !== 0)) return undefined
  const first = position(bytes, at + 16)
  const durableBefore = position(bytes, at + 24)
  const count = fields.getUint32(at + 32, true)
  if (first === undefined || durableBefore === undefined || fields.getUint32(at + 36, true) !== 0) return undefined
  const records: number[] = []
  let content = 0
  let next = at + 40
  while (next < at + length) {
    if (next + 36 > at + length) return undefined
    records.push(next)
    content += fields.getUint32(next + 32, true)
    next += 36 + fields.getUint32(next + 32, true)
  }
  if (next !== at + length || records.length !== count || count === 0) return undefined
  if (count > 65_536 || content > 32 * 1024 * 1024) return undefined
  return { first, durableBefore, end, records }
}

/** Of what looks like a frame, for the end of the search (section 5, rule 2). */
function naiveLength(bytes: Uint8Array, at: number): number {
  if (at + 40 > bytes.length || hexAt(bytes, at, 8) !== FRAME_MAGIC) return 0
  const length = view(bytes).getUint32(at + 12, true)
  return length >= 40 && at + Math.ceil(length / 8) * 8 <= bytes.length ? length : 0
}

interface NaiveScan {
  readonly first: number | undefined
  readonly end: number
  readonly next: number
  readonly clean: boolean
  readonly vouched: number
  readonly offsets: readonly number[]
}

/** Section 5, rules 1 and 2, for one segment. */
export function naiveScan(bytes: Uint8Array, first: number, genesis: string | undefined): NaiveScan | 'too-new' {
  const header = naiveHeader(bytes)
  if (header === 'too-new') return header
  const good = header !== 'damaged' && header.first === first && (genesis === undefined || header.genesis === genesis)
  let end = good ? 64 : 0
  let next = first
  let vouched = 0
  const offsets: number[] = []
  while (good) {
    const frame = naiveFrame(bytes, end)
    if (frame === undefined || frame.first !== next) break
    offsets.push(...frame.records)
    vouched = Math.max(vouched, frame.durableBefore)
    next += frame.records.length
    end = frame.end
  }
  const clean = good && bytes.slice(end).every((byte) => byte === 0)
  // Damage: any valid frame on an 8-byte boundary vouches. A frame that was found is stepped over.
  let failed = 0
  for (let at = Math.ceil(end / 8) * 8; !clean && at < bytes.length; ) {
    const frame = naiveFrame(bytes, at)
    if (frame !== undefined) vouched = Math.max(vouched, frame.durableBefore)
    else failed += naiveLength(bytes, at)
    if (failed > 16 * Math.max(bytes.length, 1024 * 1024)) {
      vouched = 2 ** 53 - 1
      break
    }
    at = frame?.end ?? at + 8
  }
  return { first: header === 'damaged' ? undefined : header.first, end, next, clean, vouched, offsets }
}

export interface NaiveFile {
  readonly first: number
  readonly bytes: Uint8Array
}

/** Section 5 for a whole log without offset tables: its size and where it is torn, or the code that it is refused with. */
export function naiveRecover(
  files: readonly NaiveFile[],
  sealedSize: number,
): { readonly size: number; readonly torn: string | undefined } | 'LOG_CORRUPT' | 'FORMAT_TOO_NEW' {
  let size = 0
  let vouched = sealedSize
  let torn: { index: number; offset: number } | undefined
  let genesis: string | undefined
  for (const [index, { first, bytes }] of files.entries()) {
    if (torn === undefined && first === size) {
      if (genesis === undefined) {
        const header = naiveHeader(bytes)
        genesis = typeof header === 'string' ? undefined : header.genesis
      }
      const scan = naiveScan(bytes, first, genesis)
      if (scan === 'too-new') return 'FORMAT_TOO_NEW'
      vouched = Math.max(vouched, scan.vouched)
      size = scan.next
      if (scan.offsets.length === 0) torn = { index, offset: 0 }
      else if (!scan.clean) torn = { index, offset: scan.end }
      continue
    }
    torn ??= { index, offset: 0 }
    const scan = naiveScan(bytes, first, genesis)
    if (scan === 'too-new') return 'FORMAT_TOO_NEW'
    vouched = Math.max(vouched, scan.vouched)
  }
  if (size < vouched) return 'LOG_CORRUPT'
  return { size, torn: torn && `${torn.index}@${torn.offset}` }
}
