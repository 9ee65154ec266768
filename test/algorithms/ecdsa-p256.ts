import { createECDH, createPrivateKey, createPublicKey, ECDH, sign, verify } from 'node:crypto'
import type { Algorithm } from '../../src/crypto/algorithm.js'
import type { Algorithm as VerifierAlgorithm } from '../../verifier/ts/src/algorithms.js'

/** ECDSA on P-256 with SHA-256: a public key is an uncompressed point, a signature is DER. No format of today takes it. */
export const NAME = 'ecdsa-p256-sha256'

const known = {
  title: 'ECDSA P-256',
  type: Uint8Array.of(0x02),
  publicKeyBytes: [65],
  checkpoints: false,
  acceptable: isPoint,
  verify: verifies,
} satisfies VerifierAlgorithm

/** The row for a verifier, which signs nothing. */
export const forVerifier: VerifierAlgorithm = known

/** The row for the product: a secret is the private number, 32 bytes. */
export const forProduct: Algorithm = {
  ...known,
  newSecret() {
    const pair = createECDH(CURVE)
    pair.generateKeys()
    return new Uint8Array(Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32))
  },
  privateKey(secret) {
    const pair = createECDH(CURVE)
    pair.setPrivateKey(secret)
    const publicKey = new Uint8Array(pair.getPublicKey())
    const d = Buffer.from(secret).toString('base64url')
    const key = createPrivateKey({ key: { ...jwk(publicKey), d }, format: 'jwk' })
    return { publicKey, sign: (message) => new Uint8Array(sign('sha256', message, key)) }
  },
}

const CURVE = 'prime256v1'

function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 65 || bytes[0] !== 4) return false
  try {
    return ECDH.convertKey(bytes, CURVE, undefined, undefined, 'uncompressed').length === 65
  } catch {
    return false
  }
}

function verifies(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return (
    isPoint(publicKey) && verify('sha256', message, createPublicKey({ key: jwk(publicKey), format: 'jwk' }), signature)
  )
}

function jwk(point: Uint8Array) {
  const half = (from: number) => Buffer.from(point.subarray(from, from + 32)).toString('base64url')
  return { kty: 'EC', crv: 'P-256', x: half(1), y: half(33) }
}
