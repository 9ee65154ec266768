import { fromHex, hex } from '../canonical/index.js'

/** Bytes as a number, the first the highest. */
export function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hex(bytes)}`)
}

/** A number of at most `length` bytes in exactly so many. */
export function bytesOfNumber(number: bigint, length: number): Uint8Array {
  return fromHex(number.toString(16).padStart(2 * length, '0'))
}
