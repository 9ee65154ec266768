import { expect, it } from 'vitest'
import { scanSegment } from './scan-segment.js'
import { encodeSegmentHeader, FRAME_MAGIC } from './segment-format.js'

const GENESIS = new Uint8Array(32)

/** A segment with a header and then nothing but beginnings of frames, each of which claims the rest of the file. */
function overlapping(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  encodeSegmentHeader({ firstPosition: 0, genesis: GENESIS }).copy(bytes)
  for (let at = 64; at + 40 < length; at += 48) {
    FRAME_MAGIC.copy(bytes, at)
    bytes.writeUInt32LE(length - at - 8, at + 12)
    bytes.writeUInt32LE(1, at + 32)
  }
  return bytes
}

it('gives up the search for frames among thousands that overlap, and takes everything for vouched', () => {
  const scan = scanSegment(overlapping(2_000_000), 0, GENESIS)
  expect(scan).toMatchObject({ clean: false, vouched: Number.MAX_SAFE_INTEGER })
})

it('searches to the end where a few things look like frames', () => {
  const bytes = overlapping(64 + 48 * 20)
  expect(scanSegment(bytes, 0, GENESIS)).toMatchObject({ clean: false, vouched: 0 })
})

it('does not count what claims to go on beyond the segment: nothing of it is read', () => {
  const bytes = overlapping(2_000_000)
  for (let at = 64; at + 40 < bytes.length; at += 48) bytes.writeUInt32LE(0xffffffff, at + 12)
  expect(scanSegment(bytes, 0, GENESIS)).toMatchObject({ clean: false, vouched: 0 })
})
