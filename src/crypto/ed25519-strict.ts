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
  return (
    signature.length === 64 && isAcceptablePoint(signature.subarray(0, 32)) && isBelow(signature.subarray(32), ORDER)
  )
}

/** A canonical encoding (y < p) of what is not one of the eight points of small order. */
export function isAcceptablePoint(encoded: Uint8Array): boolean {
  if (encoded.length !== 32) return false
  const y = Uint8Array.from(encoded)
  y[31] = y[31]! & 0x7f
  return isBelow(y, FIELD) && !SMALL_ORDER_Y.some((small) => small.every((byte, i) => byte === y[i]))
}

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
