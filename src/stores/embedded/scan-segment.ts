import {
  decodeFrame,
  decodeSegmentHeader,
  FRAME_MAGIC,
  type Frame,
  frameLength,
  HEADER_BYTES,
  type SegmentHeader,
} from './segment-format.js'

/** How many times its length is read of a damaged segment in search of frames, or of a MiB where it is shorter. */
const SEARCH_FACTOR = 16
const SEARCH_LEAST = 1024 * 1024

/** What a segment's bytes hold, from its beginning up to the first thing that is not as it should be. */
export interface SegmentScan {
  readonly header: SegmentHeader | undefined
  /** Offset of the entry of each record, in order. */
  readonly offsets: readonly number[]
  /** Offset behind the last good frame. */
  readonly end: number
  /** Offset of the last good frame. */
  readonly lastFrame: number
  /** Position of the record after the last good one. */
  readonly nextPosition: number
  /** Whether everything after `end` is zeros (or nothing): then there is no damage. */
  readonly clean: boolean
  /** The highest `durableBefore` of any valid frame, also of those after damage. */
  readonly vouched: number
  /** Valid frames after the damage. */
  readonly framesBeyond: number
}

/**
 * Scans a segment that should begin with `firstPosition`. Pure: no decision is made here about what damage means.
 * `tooNew` is for headers of a later version.
 */
export function scanSegment(
  bytes: Buffer,
  firstPosition: number,
  genesis: Uint8Array | undefined,
): SegmentScan | 'too-new' {
  const header = decodeSegmentHeader(bytes)
  if (header === 'too-new') return header
  const offsets: number[] = []
  let vouched = 0
  let end = 0
  let lastFrame = 0
  let next = firstPosition
  const good = header !== 'damaged' && header.firstPosition === firstPosition && sameGenesis(header.genesis, genesis)
  if (good) {
    end = HEADER_BYTES
    for (let frame = nextFrame(bytes, end, next); frame !== undefined; frame = nextFrame(bytes, end, next)) {
      for (const offset of frame.entries) offsets.push(offset)
      vouched = Math.max(vouched, frame.durableBefore)
      lastFrame = end
      end += frame.paddedLength
      next += frame.count
    }
  }
  const clean = good && isZero(bytes, end)
  const beyond = clean ? { vouched: 0, frames: 0 } : framesAfter(bytes, end)
  return {
    header: header === 'damaged' ? undefined : header,
    offsets,
    end,
    lastFrame,
    nextPosition: next,
    clean,
    vouched: Math.max(vouched, beyond.vouched),
    framesBeyond: beyond.frames,
  }
}

function nextFrame(bytes: Buffer, at: number, position: number): Frame | undefined {
  const frame = decodeFrame(bytes, at)
  return frame?.firstPosition === position ? frame : undefined
}

function sameGenesis(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b === undefined || Buffer.compare(a, b) === 0
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}

/**
 * Any valid frame on an 8-byte boundary from `from` on, whatever position it claims: it says what was once durable.
 *
 * What looks like a frame is read to its end to find out that it is none. No accident leaves many that overlap; whoever
 * makes them could have them read for hours. Beyond a bound the search ends, and everything counts as vouched.
 */
function framesAfter(bytes: Buffer, from: number): { readonly vouched: number; readonly frames: number } {
  let vouched = 0
  let frames = 0
  let left = SEARCH_FACTOR * Math.max(bytes.length, SEARCH_LEAST)
  let at = bytes.indexOf(FRAME_MAGIC, from)
  while (at >= 0) {
    const frame = at % 8 === 0 ? decodeFrame(bytes, at) : undefined
    if (frame === undefined && at % 8 === 0) left -= frameLength(bytes, at)
    if (left < 0) return { vouched: Number.MAX_SAFE_INTEGER, frames }
    if (frame !== undefined) {
      vouched = Math.max(vouched, frame.durableBefore)
      frames++
    }
    at = bytes.indexOf(FRAME_MAGIC, frame === undefined ? at + 1 : at + frame.paddedLength)
  }
  return { vouched, frames }
}
