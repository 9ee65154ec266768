import { bytesOfNumber, numberOf } from './big-endian.js'
import { concatBytes, equalBytes, fromHex, joinBytes, u16be } from './bytes.js'
import { sha256 } from './sha256.js'

/**
 * RSASSA-PSS with SHA-256, MGF1-SHA-256 and a salt of exactly 32 bytes (RFC 8017, 8.1.2), verifying only. A key has one form:
 * SubjectPublicKeyInfo in DER, whole bytes of modulus, the exponent 65537.
 */

const LEAST_MODULUS = 384
const MOST_MODULUS = 1024
/** What stands around a modulus of k bytes measures so much. */
const AROUND = 38
/** The most bytes that a key has. */
export const RSA_KEY_BYTES = MOST_MODULUS + AROUND

const hexBytes = (text: string): Uint8Array => fromHex(text, text.length / 2)!
const RSA_ENCRYPTION = hexBytes('300d06092a864886f70d0101010500')
const EXPONENT = hexBytes('0203010001')
const SHA256_BYTES = 32
const SALT_BYTES = 32

export const isRsaKey = (spki: Uint8Array): boolean => modulusOf(spki) !== undefined

/** The modulus of a key in its one form: what is written around it is written anew and compared. */
function modulusOf(spki: Uint8Array): Uint8Array | undefined {
  const k = spki.length - AROUND
  if (k < LEAST_MODULUS || k > MOST_MODULUS) return undefined
  const modulus = spki.subarray(-EXPONENT.length - k, -EXPONENT.length)
  const usable = modulus[0]! >= 0x80 && (modulus[k - 1]! & 1) === 1
  return usable && equalBytes(spki, rsaKey(modulus)) ? modulus : undefined
}

/** The key of a modulus whose first bit is set. */
export function rsaKey(modulus: Uint8Array): Uint8Array {
  const sized = (tag: number, rest: number) => concatBytes(Uint8Array.of(tag, 0x82), u16be(modulus.length + rest))
  const zero = Uint8Array.of(0)
  const outer = concatBytes(sized(0x30, 34), RSA_ENCRYPTION, sized(0x03, 15), zero)
  return concatBytes(outer, sized(0x30, 10), sized(0x02, 1), zero, modulus, EXPONENT)
}

export function verifyRsaPssStrict(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const modulus = modulusOf(publicKey)
  if (modulus === undefined || signature.length !== modulus.length) return false
  const n = numberOf(modulus)
  const s = numberOf(signature)
  if (s >= n) return false
  // 65537 = 2^16 + 1.
  let power = s
  for (let i = 0; i < 16; i++) power = (power * power) % n
  return isEncoded(bytesOfNumber((power * s) % n, modulus.length), message)
}

/** EMSA-PSS-VERIFY (RFC 8017, 9.1.2) for a modulus of whole bytes: one bit fewer than `encoded` has. */
function isEncoded(encoded: Uint8Array, message: Uint8Array): boolean {
  const maskedBytes = encoded.length - SHA256_BYTES - 1
  const masked = encoded.subarray(0, maskedBytes)
  const digest = encoded.subarray(maskedBytes, -1)
  if (encoded.at(-1) !== 0xbc || masked[0]! >= 0x80) return false
  const data = maskOf(digest, maskedBytes).map((byte, i) => byte ^ masked[i]!)
  data[0] = data[0]! & 0x7f
  const padding = data.subarray(0, -SALT_BYTES)
  if (!padding.every((byte, i) => byte === (i === padding.length - 1 ? 1 : 0))) return false
  return equalBytes(sha256(new Uint8Array(8), sha256(message), data.subarray(-SALT_BYTES)), digest)
}

/** MGF1 with SHA-256. */
export function maskOf(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / SHA256_BYTES) }, (_, i) =>
    sha256(seed, concatBytes(u16be(0), u16be(i))),
  )
  return joinBytes(blocks).subarray(0, length)
}
