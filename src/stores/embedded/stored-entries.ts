import { ENTRY_HEADER_BYTES } from './segment-format.js'

/** Neighbouring records of one segment, as one read takes them. */
export interface Extent {
  readonly path: string
  /** In the segment, in bytes. */
  readonly start: number
  readonly length: number
  /** Of the first record. */
  readonly firstPosition: number
  /** Where each record's entry begins, from `start`. */
  readonly entries: Uint32Array
}

/**
 * The record of the entry at `at`, behind a byte 0x00, where it lies; undefined where it does not end within the bytes.
 *
 * The last byte of a length is zero, for no record has 2^24 bytes: the prefix of RFC 6962 lies there already.
 */
export function prefixedRecordAt(bytes: Buffer, at: number): Uint8Array | undefined {
  const from = at + ENTRY_HEADER_BYTES
  if (from > bytes.length) return undefined
  const size = bytes.readUInt32LE(at + 32)
  if (from + size > bytes.length) return undefined
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from - 1, size + 1)
}

/** The record of an entry that was seen to lie within the bytes. */
export function recordAt(bytes: Buffer, at: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at + ENTRY_HEADER_BYTES, bytes.readUInt32LE(at + 32))
}

/** The leaf of the entry at `at`. A copy: whoever keeps a leaf does not keep what was read with it. */
export function leafAt(bytes: Buffer, at: number): Uint8Array {
  const leaf = new Uint8Array(32)
  for (let i = 0; i < 32; i++) leaf[i] = bytes[at + i]!
  return leaf
}

export function leafHexAt(bytes: Buffer, at: number): string {
  return bytes.toString('hex', at, at + 32)
}
