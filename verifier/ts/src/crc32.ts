import { PLATFORM } from './platform.js'

/** CRC-32 (IEEE 802.3, reflected): the checksum of ZIP entries. Finds accidents, proves nothing. */
export function crc32(bytes: Uint8Array): number {
  return PLATFORM.crc32?.(bytes) ?? plainCrc32(bytes)
}

/** The same without help, four bytes a step. */
export function plainCrc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  let i = 0
  for (const end = bytes.length - 3; i < end; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    crc = T3[crc & 0xff]! ^ T2[(crc >>> 8) & 0xff]! ^ T1[(crc >>> 16) & 0xff]! ^ T0[crc >>> 24]!
  }
  for (; i < bytes.length; i++) crc = T0[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const T0 = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})
const shifted = (table: Int32Array) => table.map((value) => (value >>> 8) ^ T0[value & 0xff]!)
const T1 = shifted(T0)
const T2 = shifted(T1)
const T3 = shifted(T2)
