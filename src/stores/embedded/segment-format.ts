import { crc32c } from '@node-rs/crc32'
import type { LogRecord } from '../../ports/index.js'

/*
 * The bytes of a segment (spec/store/SEGMENTS.md). All integers little-endian.
 *
 * header, 64 bytes: magic(8) version u32, header length u32, first position u64, genesis leaf(32), 0 u32, CRC-32C u32
 * frame, on an 8-byte boundary: magic(8) CRC-32C u32, length u32, first position u64, durableBefore u64, count u32, 0 u32,
 *   then count times: leaf(32) length u32 bytes; zeros to the next boundary
 */

export const SEGMENT_VERSION = 1
export const HEADER_BYTES = 64
export const FRAME_HEADER_BYTES = 40
export const ENTRY_HEADER_BYTES = 36
/** A store starts a new segment rather than let one grow beyond this; one frame alone may. */
export const SEGMENT_BYTES = 64 * 1024 * 1024
/** One append is one frame. */
export const MAX_BATCH_BYTES = 32 * 1024 * 1024
export const MAX_BATCH_RECORDS = 65_536
/** No valid frame is longer: 32 MiB of records, and what each entry adds. */
const MAX_FRAME_BYTES = FRAME_HEADER_BYTES + MAX_BATCH_BYTES + MAX_BATCH_RECORDS * ENTRY_HEADER_BYTES

const SEGMENT_MAGIC = Buffer.from([0xff, 0x43, 0x4c, 0x59, 0x53, 0x45, 0x47, 0x0a])
/** The first byte never occurs in UTF-8, so no record's text can look like a frame. */
export const FRAME_MAGIC = Buffer.from([0xff, 0x43, 0x4c, 0x59, 0x46, 0x52, 0x4d, 0x0a])

export interface SegmentHeader {
  readonly firstPosition: number
  readonly genesis: Uint8Array
}

export function encodeSegmentHeader({ firstPosition, genesis }: SegmentHeader): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  SEGMENT_MAGIC.copy(header, 0)
  header.writeUInt32LE(SEGMENT_VERSION, 8)
  header.writeUInt32LE(HEADER_BYTES, 12)
  writePosition(header, firstPosition, 16)
  header.set(genesis, 24)
  header.writeUInt32LE(crc32c(header.subarray(0, 60)), 60)
  return header
}

/**
 * The header of a segment, or why it is none. `too-new` only with a checksum that holds: these 64 bytes have this form
 * in every version, so that damage is never taken for a newer release.
 */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | 'damaged' | 'too-new' {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 8).equals(SEGMENT_MAGIC)) return 'damaged'
  if (crc32c(bytes.subarray(0, 60)) !== bytes.readUInt32LE(60)) return 'damaged'
  if (bytes.readUInt32LE(8) !== SEGMENT_VERSION) return 'too-new'
  if (bytes.readUInt32LE(12) !== HEADER_BYTES || bytes.readUInt32LE(56) !== 0) return 'damaged'
  const firstPosition = readPosition(bytes, 16)
  return firstPosition < 0 ? 'damaged' : { firstPosition, genesis: Uint8Array.from(bytes.subarray(24, 56)) }
}

/** `<first position, 20 digits>.seg` */
export function segmentName(firstPosition: number): string {
  return `${String(firstPosition).padStart(20, '0')}.seg`
}

/** The first position that a segment's name states, undefined for other files. */
export function parseSegmentName(name: string): number | undefined {
  const position = /^([0-9]{20})\.seg$/.exec(name)?.[1]
  return position !== undefined && Number.isSafeInteger(Number(position)) ? Number(position) : undefined
}

export interface EncodedFrame {
  /** Padded to a multiple of 8. */
  readonly bytes: Buffer
  /** Where each entry begins, from the start of the frame. */
  readonly entries: readonly number[]
}

/** `buffer`: where the frame is written if it fits; else it gets memory of its own. */
export function encodeFrame(records: readonly LogRecord[], durableBefore: number, buffer?: Buffer): EncodedFrame {
  let length = FRAME_HEADER_BYTES
  for (const { bytes } of records) length += ENTRY_HEADER_BYTES + bytes.length
  const size = padded(length)
  const frame = buffer !== undefined && size <= buffer.length ? buffer.subarray(0, size) : Buffer.allocUnsafe(size)
  FRAME_MAGIC.copy(frame, 0)
  frame.writeUInt32LE(length, 12)
  // A frame has at least one record; assertBatch saw to it.
  writePosition(frame, records[0]!.position, 16)
  writePosition(frame, durableBefore, 24)
  frame.writeUInt32LE(records.length, 32)
  frame.writeUInt32LE(0, 36)
  const entries: number[] = new Array(records.length)
  let at = FRAME_HEADER_BYTES
  for (let i = 0; i < records.length; i++) {
    const { leaf, bytes } = records[i]!
    entries[i] = at
    frame.set(leaf, at)
    frame.writeUInt32LE(bytes.length, at + 32)
    frame.set(bytes, at + ENTRY_HEADER_BYTES)
    at += ENTRY_HEADER_BYTES + bytes.length
  }
  frame.fill(0, at)
  frame.writeUInt32LE(frameChecksum(frame, length), 8)
  return { bytes: frame, entries }
}

export interface Frame {
  readonly firstPosition: number
  readonly durableBefore: number
  readonly count: number
  /** With padding. */
  readonly paddedLength: number
  /** Where each entry begins, from the start of the buffer. */
  readonly entries: readonly number[]
}

/** The frame at `at`, or undefined: every byte of it must be as written, its padding included. */
export function decodeFrame(buffer: Buffer, at: number): Frame | undefined {
  const length = frameLength(buffer, at)
  if (length === 0) return undefined
  const end = at + length
  const frame = buffer.subarray(at, at + padded(length))
  if (frameChecksum(frame, length) !== frame.readUInt32LE(8)) return undefined
  for (let i = length; i < frame.length; i++) if (frame[i] !== 0) return undefined
  const count = frame.readUInt32LE(32)
  if (count > MAX_BATCH_RECORDS || frame.readUInt32LE(36) !== 0) return undefined
  if (length - FRAME_HEADER_BYTES - count * ENTRY_HEADER_BYTES > MAX_BATCH_BYTES) return undefined
  const entries: number[] = []
  let next = at + FRAME_HEADER_BYTES
  while (next < end && entries.length < count) {
    entries.push(next)
    if (next + ENTRY_HEADER_BYTES > end) return undefined
    next += ENTRY_HEADER_BYTES + buffer.readUInt32LE(next + 32)
  }
  const firstPosition = readPosition(frame, 16)
  const durableBefore = readPosition(frame, 24)
  if (next !== end || entries.length !== count || count === 0 || firstPosition < 0 || durableBefore < 0)
    return undefined
  return { firstPosition, durableBefore, count, paddedLength: padded(length), entries }
}

/** The bytes of what looks like a frame at `at` without its padding: magic, and a length that lies within the buffer. Else 0. */
export function frameLength(buffer: Buffer, at: number): number {
  if (at + FRAME_HEADER_BYTES > buffer.length || FRAME_MAGIC.compare(buffer, at, at + 8) !== 0) return 0
  const length = buffer.readUInt32LE(at + 12)
  const whole = length >= FRAME_HEADER_BYTES && length <= MAX_FRAME_BYTES && at + padded(length) <= buffer.length
  return whole ? length : 0
}

/** Over everything but itself and the padding. */
function frameChecksum(frame: Buffer, length: number): number {
  return crc32c(frame.subarray(12, length), crc32c(frame.subarray(0, 8)))
}

export function padded(length: number): number {
  return Math.ceil(length / 8) * 8
}

function writePosition(buffer: Buffer, position: number, at: number): void {
  buffer.writeUInt32LE(position % 2 ** 32, at)
  buffer.writeUInt32LE(Math.floor(position / 2 ** 32), at + 4)
}

/** -1 for what is no safe integer. */
function readPosition(buffer: Buffer, at: number): number {
  const position = buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32
  return Number.isSafeInteger(position) ? position : -1
}
