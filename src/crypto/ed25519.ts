import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { concatBytes, fromHex } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { Algorithm, PrivateKey } from './algorithm.js'
import { isAcceptablePoint, verifyEd25519Strict } from './ed25519-strict.js'

/** Ed25519 (RFC 8032), strict: a secret is its private key of 32 bytes. */
export const ed25519: Algorithm = {
  title: 'Ed25519',
  type: Uint8Array.of(0x01),
  publicKeyBytes: [32, 32],
  checkpoints: true,
  acceptable: isAcceptablePoint,
  verify: verifyEd25519Strict,
  normalised: (signature) => signature,
  newSecret: () => new Uint8Array(randomBytes(32)),
  secretOf: (key) => (key.asymmetricKeyType === 'ed25519' ? new Uint8Array(key.export(RAW).subarray(-32)) : undefined),
  privateKey,
}

/** The form that ends in the 32 bytes. */
const RAW = { format: 'der', type: 'pkcs8' } as const
/** RFC 8410: PKCS #8 of an Ed25519 key, before its 32 bytes. */
const PKCS8 = fromHex('302e020100300506032b657004220420')

function privateKey(secret: Uint8Array): PrivateKey {
  if (secret.length !== 32)
    throw new ClyraError('KEY_INVALID', `an Ed25519 seed has 32 bytes, this one ${secret.length}`)
  const key = createPrivateKey({ key: Buffer.from(concatBytes(PKCS8, secret)), format: 'der', type: 'pkcs8' })
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32))
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) }
}
