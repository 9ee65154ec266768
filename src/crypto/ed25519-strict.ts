import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { concatBytes, fromHex } from '../canonical/index.js'

/**
 * Ed25519 as every implementation understands it. RFC 8032 leaves corners in which libraries disagree; refusing them
 * first makes Node (OpenSSL), Go and libsodium give one answer: S >= L, and a public key A or nonce point R whose
 * encoding is not canonical (y >= p) or whose point has small order. Then the platform verifies.
 *
 * Returns false, never throws, for any bytes.
 */
export function verifyEd25519Strict(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (!isAcceptablePoint(publicKey) || !isAcceptableSignature(signature)) return false
  const key = ed25519KeyObject(publicKey)
  return key !== undefined && verify(null, message, key, signature)
}

/** What may be said of a signature without its message: length, S < L, R canonical and not of small order. */
export function isAcceptableSignature(signature: Uint8Array): boolean {
  // An R that is no point at all is no encoding that the equation can give.
  return signature.length === 64 && isAcceptableY(signature.subarray(0, 32)) && isBelow(signature.subarray(32), ORDER)
}

/** A canonical encoding (y < p) of a point of the curve that is not one of the eight of small order. */
export function isAcceptablePoint(encoded: Uint8Array): boolean {
  return isAcceptableY(encoded) && isOnCurve(encoded)
}

/** Length, y < p, and a y that no point of small order has. Says nothing about x. */
function isAcceptableY(encoded: Uint8Array): boolean {
  if (encoded.length !== 32) return false
  const y = Uint8Array.from(encoded)
  y[31] = y[31]! & 0x7f
  return isBelow(y, FIELD) && !SMALL_ORDER_Y.some((small) => small.every((byte, i) => byte === y[i]))
}

/**
 * RFC 8032, 5.1.3: y is that of a point where (y^2 - 1) / (d y^2 + 1) has a square root; by Euler's criterion, and a
 * product has one where the quotient has. The platform does not ask before it verifies.
 */
function isOnCurve(encoded: Uint8Array): boolean {
  const y = encoded.reduceRight((n, byte, i) => (n << 8n) | BigInt(i === 31 ? byte & 0x7f : byte), 0n)
  const square = (y * y) % P
  return power(((square - 1n + P) * (D * square + 1n)) % P, (P - 1n) / 2n) === 1n
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

const P = 2n ** 255n - 19n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n

/** The platform's key, or undefined where it refuses the encoding. */
export function ed25519KeyObject(publicKey: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(concatBytes(SPKI, publicKey)), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

/** RFC 8410: SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes. */
const SPKI = fromHex('302a300506032b6570032100')
/** L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
/** p = 2^255 - 19, little-endian. */
const FIELD = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')
/** The y coordinates of the eight points whose order divides 8, little-endian: 0, 1, p - 1 and two of order 8. */
const SMALL_ORDER_Y = [
  fromHex('0000000000000000000000000000000000000000000000000000000000000000'),
  fromHex('0100000000000000000000000000000000000000000000000000000000000000'),
  fromHex('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'),
  fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
]

/** a < b for little-endian numbers of 32 bytes. */
function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (a[i]! !== b[i]!) return a[i]! < b[i]!
  }
  return false
}
