import { fromHex, hex } from './bytes.js'

/** Bytes as a number, the first the highest; of none 0. */
export const numberOf = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`))

/** A number of at most `length` bytes in exactly so many. */
export function bytesOfNumber(number: bigint, length: number): Uint8Array {
  const bytes = fromHex(number.toString(16).padStart(2 * length, '0'), length)
  if (bytes === undefined) throw new RangeError(`no number of ${length} bytes`)
  return bytes
}
