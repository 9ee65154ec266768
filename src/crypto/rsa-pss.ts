import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { concatBytes, equalBytes, fromHex, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { Algorithm, PrivateKey } from './algorithm.js'

/**
 * RSASSA-PSS with SHA-256, MGF1-SHA-256 and a salt of 32 bytes, strict (`spec/log/SPEC.md`, section 6.3): a key is a
 * SubjectPublicKeyInfo in its one DER, of 3,072 to 8,192 bits in whole bytes and e = 65537. A secret is PKCS #8 in DER.
 */
export const rsaPss: Algorithm = {
  title: 'RSA-PSS',
  type: concatBytes(Uint8Array.of(0xff), utf8('rsa-pss-3072-sha256')),
  publicKeyBytes: [1, 1062],
  checkpoints: false,
  acceptable: isKey,
  verify: (signature, message, publicKey) =>
    isKey(publicKey) && verify('sha256', message, { key: publicKeyObject(publicKey), ...PSS }, signature),
  normalised: (signature) => signature,
  newSecret: () => pkcs8(generateKeyPairSync('rsa', { modulusLength: 3072, publicExponent: 65537 }).privateKey),
  secretOf: (key) => (key.asymmetricKeyType === 'rsa' ? pkcs8(key) : undefined),
  privateKey,
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
const LEAST_BYTES = 384
const MOST_BYTES = 1024

/** Every length is of two bytes, and each follows from that of the modulus, which is what remains. */
function isKey(spki: Uint8Array): boolean {
  const bytes = spki.length - 38
  if (bytes < LEAST_BYTES || bytes > MOST_BYTES) return false
  const length = (rest: number) => (bytes + rest).toString(16).padStart(4, '0')
  const head = `3082${length(34)}300d06092a864886f70d01010105000382${length(15)}003082${length(10)}0282${length(1)}00`
  const around = concatBytes(spki.subarray(0, 33), spki.subarray(33 + bytes))
  const firstBit = spki[33]! >= 0x80
  const odd = (spki[32 + bytes]! & 1) === 1
  return firstBit && odd && equalBytes(around, fromHex(`${head}0203010001`))
}

function publicKeyObject(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
}

function privateKey(secret: Uint8Array): PrivateKey {
  const key = keyObject(secret)
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))
  if (!isKey(publicKey)) {
    throw new ClyraError(
      'KEY_INVALID',
      'a key of RSA-PSS has 3,072 to 8,192 bits in whole bytes, the exponent 65537 and the identifier rsaEncryption',
    )
  }
  return { publicKey, sign: (message) => new Uint8Array(sign('sha256', message, { key, ...PSS })) }
}

function keyObject(secret: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(secret), format: 'der', type: 'pkcs8' })
  } catch {
    // The cause is left out on purpose: it could quote the secret.
    throw new ClyraError('KEY_INVALID', 'the private key of RSA-PSS is not PKCS #8')
  }
}

function pkcs8(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }))
}
