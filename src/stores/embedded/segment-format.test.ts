import { crc32c } from '@node-rs/crc32'
import { expect, it } from 'vitest'
import { leafHash } from '../../merkle/index.js'
import { decodeFrame, encodeFrame, MAX_BATCH_RECORDS } from './segment-format.js'

const record = (position: number, bytes = new Uint8Array(0)) => ({
  position,
  id: '',
  stream: '',
  revision: 0,
  leaf: leafHash(bytes),
  bytes,
})

/** Makes the checksum anew, as a writer that means it would. */
function summed(frame: Buffer): Buffer {
  const length = frame.readUInt32LE(12)
  frame.writeUInt32LE(crc32c(frame.subarray(12, length), crc32c(frame.subarray(0, 8))), 8)
  return frame
}

it('refuses a frame whose field without meaning is not zero, although its checksum holds', () => {
  const { bytes } = encodeFrame([record(0), record(1)], 0)
  expect(decodeFrame(bytes, 0)?.count).toBe(2)
  bytes.writeUInt32LE(1, 36)
  expect(decodeFrame(summed(bytes), 0)).toBe(undefined)
})

it('refuses a frame of more records than one append may carry', () => {
  const frameOf = (count: number) =>
    encodeFrame(
      Array.from({ length: count }, (_, i) => record(i)),
      0,
    ).bytes
  expect(decodeFrame(frameOf(MAX_BATCH_RECORDS), 0)?.count).toBe(MAX_BATCH_RECORDS)
  expect(decodeFrame(frameOf(MAX_BATCH_RECORDS + 1), 0)).toBe(undefined)
})
