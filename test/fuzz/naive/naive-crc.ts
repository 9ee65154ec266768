/** A reflected CRC-32 bit by bit, without a table. `polynomial` is reversed: 0xedb88320 for ZIP, 0x82f63b78 for CRC-32C. */
export function naiveCrc(bytes: Uint8Array, polynomial: number): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

export const ZIP_POLYNOMIAL = 0xedb88320
export const CASTAGNOLI = 0x82f63b78
