import { createECDH, createPublicKey, verify as platformVerify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bytesOfNumber, numberOf } from '../src/big-endian.js'
import { concatBytes, fromHex, utf8 } from '../src/bytes.js'
import { inverse, isP256Point, P256_ORDER, verifyEcdsaP256Strict } from '../src/ecdsa-p256.js'
import { sha256 } from '../src/sha256.js'
import { derOf, uncompressed } from './p256-key.js'

const message = utf8('evidence')
const e = numberOf(sha256(message))
const mod = (n: bigint) => ((n % P256_ORDER) + P256_ORDER) % P256_ORDER

/** Whether n times the base point has such coordinates, as the platform says. */
function platformPoint(n: bigint): Uint8Array {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(bytesOfNumber(n, 32))
  return new Uint8Array(pair.getPublicKey())
}
const xOf = (point: Uint8Array) => numberOf(point.subarray(1, 33))

function platform(signature: Uint8Array, publicKey: Uint8Array): boolean {
  const der = concatBytes(fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200', 26)!, publicKey)
  return platformVerify(
    'sha256',
    message,
    createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }),
    signature,
  )
}

/** The one signature of a secret and a nonce; s as it comes. */
function signed(secret: bigint, nonce: bigint) {
  const r = mod(xOf(platformPoint(nonce)))
  return { r, s: mod(inverse(nonce, P256_ORDER) * (e + r * secret)) }
}
const low = ({ r, s }: { r: bigint; s: bigint }) => ({ r, s: s > P256_ORDER / 2n ? P256_ORDER - s : s })

describe('ECDSA P-256 in numbers of any size', () => {
  it.each([1n, 2n, 3n, P256_ORDER - 1n, P256_ORDER - 2n, P256_ORDER / 2n, 2n ** 128n])(
    'agrees with the platform where the key is %d times the base point, which is or mirrors the base point for some',
    (secret) => {
      const publicKey = platformPoint(secret)
      expect(isP256Point(publicKey)).toBe(true)
      for (const nonce of [1n, 2n, P256_ORDER - 1n, secret, mod(secret + 1n), 7n ** 50n]) {
        const signature = derOf(low(signed(secret, mod(nonce) || 1n)))
        expect([verifyEcdsaP256Strict(signature, message, publicKey), platform(signature, publicKey)]).toEqual([
          true,
          true,
        ])
        const other = derOf({ ...low(signed(secret, 5n)), r: 1n })
        expect(verifyEcdsaP256Strict(other, message, publicKey)).toBe(platform(other, publicKey))
      }
    },
  )

  it('refuses a signature whose sum is the point at infinity', () => {
    // e G + r Q = 0 for every s where the secret is -e/r.
    const r = mod(xOf(platformPoint(9n)))
    const publicKey = platformPoint(mod(-e * inverse(r, P256_ORDER)))
    for (const s of [1n, 5n, P256_ORDER / 2n]) {
      const signature = derOf({ r, s })
      expect([verifyEcdsaP256Strict(signature, message, publicKey), platform(signature, publicKey)]).toEqual([
        false,
        false,
      ])
    }
  })

  it('takes an s of (n-1)/2, which is the largest, and not the one that follows', () => {
    // The key for which this s is right: d = (s k - e) / r.
    const [s, nonce] = [P256_ORDER / 2n, 1234567n]
    const r = mod(xOf(platformPoint(nonce)))
    const publicKey = platformPoint(mod((s * nonce - e) * inverse(r, P256_ORDER)))
    const next = P256_ORDER - s
    expect(next).toBe(s + 1n)
    expect(verifyEcdsaP256Strict(derOf({ r, s }), message, publicKey)).toBe(true)
    expect(platform(derOf({ r, s: next }), publicKey)).toBe(true)
    expect(verifyEcdsaP256Strict(derOf({ r, s: next }), message, publicKey)).toBe(false)
  })

  it('takes the ends of the range of r and s for no signature', () => {
    const publicKey = platformPoint(11n)
    for (const r of [0n, 1n, P256_ORDER - 1n, P256_ORDER, P256_ORDER + 1n])
      for (const s of [0n, 1n, P256_ORDER / 2n, P256_ORDER, P256_ORDER + 1n])
        expect(verifyEcdsaP256Strict(derOf({ r, s }), message, publicKey)).toBe(false)
  })

  it('takes points with a coordinate at the end of its range for none', () => {
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
    for (const x of [0n, 1n, p - 1n, p, 2n ** 256n - 1n])
      for (const y of [0n, 1n, p - 1n, p, 2n ** 256n - 1n]) expect(isP256Point(uncompressed(x, y))).toBe(false)
  })
})
