import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, hex } from './bytes.js'

const P = 2n ** 255n - 19n
const L = Point.CURVE().n
/** y coordinates of the eight points of small order. */
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  P - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
])

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes.toReversed())}`)

/** True where `bytes` is the canonical encoding of a point of the curve that is not of small order. */
export const isAcceptablePoint = (bytes: Uint8Array): boolean => acceptablePoint(bytes) !== undefined

function acceptablePoint(bytes: Uint8Array): Point | undefined {
  return isAcceptableY(bytes) ? pointFrom(bytes) : undefined
}

/** Length, y < p, and a y that no point of small order has. Says nothing about x. */
function isAcceptableY(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  const y = littleEndian(bytes) & (2n ** 255n - 1n)
  return y < P && !SMALL_ORDER_Y.has(y)
}

/**
 * Ed25519-strict: RFC 8032 5.1.7 with S < L, canonical A and R of no small order, and the equation without cofactor,
 * compared on encodings (R' = [S]B - [k]A must encode to the R of the signature). That is what OpenSSL, Go and libsodium
 * decide after the same pre-checks, so all verifiers agree on every signature. The library's own `verify` multiplies by
 * the cofactor and would take signatures of mixed-order keys that those refuse.
 */
export function verifyEd25519Strict(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  // An R that is no point at all is no encoding that the equation can give.
  if (s >= L || !isAcceptableY(r)) return false
  const a = acceptablePoint(publicKey)
  if (a === undefined) return false
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % L
  const sB = s === 0n ? Point.ZERO : Point.BASE.multiply(s, false)
  return equalBytes(sB.subtract(a.multiply(k, false)).toBytes(), r)
}

function pointFrom(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, false)
  } catch {
    // Not a point of the curve.
    return undefined
  }
}
