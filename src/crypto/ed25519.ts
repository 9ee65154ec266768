import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { concatBytes, fromHex } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { ed25519KeyObject, isAcceptablePoint, isAcceptableSignature } from './ed25519-strict.js'
import { keyIdOf } from './key-id.js'
import type { Signer, Verifier } from './signer.js'

export interface Ed25519KeyPair {
  /** The private key of RFC 8032: 32 secret bytes. */
  readonly seed: Uint8Array
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** A key pair from 32 given or 32 fresh random bytes. Throws `KEY_INVALID` for a seed of another length. */
export function ed25519KeyPair(seed: Uint8Array = new Uint8Array(randomBytes(32))): Ed25519KeyPair {
  return { seed: Uint8Array.from(seed), publicKey: publicKeyOf(privateKeyOf(seed)) }
}

/** Signs with a seed held in memory. Throws `KEY_INVALID`. */
export function ed25519Signer(seed: Uint8Array): Signer {
  const key = privateKeyOf(seed)
  const publicKey = publicKeyOf(key)
  return {
    algorithm: 'ed25519',
    keyId: keyIdOf('ed25519', publicKey),
    publicKey,
    sign: async (message) => new Uint8Array(sign(null, message, key)),
  }
}

/** Verifies strictly (see `verifyEd25519Strict`). Throws `KEY_INVALID` for a key that strictness refuses. */
export function ed25519Verifier(publicKey: Uint8Array): Verifier {
  const key = isAcceptablePoint(publicKey) ? ed25519KeyObject(publicKey) : undefined
  if (key === undefined) throw new ClyraError('KEY_INVALID', 'not an acceptable Ed25519 public key')
  return {
    algorithm: 'ed25519',
    keyId: keyIdOf('ed25519', publicKey),
    publicKey: Uint8Array.from(publicKey),
    verify: (message, signature) => isAcceptableSignature(signature) && verify(null, message, key, signature),
  }
}

/** RFC 8410: PKCS #8 of an Ed25519 key, before its 32 bytes. */
const PKCS8 = fromHex('302e020100300506032b657004220420')

function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== 32) throw new ClyraError('KEY_INVALID', `an Ed25519 seed has 32 bytes, this one ${seed.length}`)
  return createPrivateKey({ key: Buffer.from(concatBytes(PKCS8, seed)), format: 'der', type: 'pkcs8' })
}

function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32))
}
