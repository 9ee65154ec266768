import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { concatBytes, equalBytes, fromHex } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import type { Algorithm, PrivateKey } from './algorithm.js'
import { bytesOfNumber, numberOf } from './big-endian.js'

/**
 * ECDSA on P-256 with SHA-256, strict (`spec/log/SPEC.md`, section 6.2): uncompressed points, DER in its one form, low S. A
 * secret is the private number, 32 bytes.
 */
export const ecdsaP256: Algorithm = {
  title: 'ECDSA P-256',
  type: Uint8Array.of(0x02),
  publicKeyBytes: [65, 65],
  checkpoints: false,
  acceptable: isPoint,
  verify: (signature, message, publicKey) =>
    isStrict(signature) && isPoint(publicKey) && verify('sha256', message, publicKeyObject(publicKey), signature),
  normalised,
  newSecret: () => privateNumber(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
  secretOf: (key) => (key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? privateNumber(key) : undefined),
  privateKey,
}

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 65 || bytes[0] !== 4) return false
  const x = numberOf(bytes.subarray(1, 33))
  const y = numberOf(bytes.subarray(33))
  return x < P && y < P && (y * y - x * x * x + 3n * x - B) % P === 0n
}

/** What may be said of a signature without its message: it is what its two numbers are written as, in their ranges. */
function isStrict(signature: Uint8Array): boolean {
  const numbers = numbersOf(signature)
  if (numbers === undefined) return false
  const { r, s } = numbers
  return 0n < r && r < ORDER && 0n < s && 2n * s < ORDER && equalBytes(derOf(r, s), signature)
}

/** A device's signature in the one form: low S, DER also where r and s were given side by side (IEEE P1363). */
function normalised(signature: Uint8Array): Uint8Array {
  const numbers = numbersOf(signature) ?? sideBySide(signature)
  if (numbers === undefined || numbers.r >= ORDER || numbers.s >= ORDER) return signature
  const { r, s } = numbers
  return derOf(r, 2n * s < ORDER ? s : ORDER - s)
}

function sideBySide(signature: Uint8Array): { r: bigint; s: bigint } | undefined {
  if (signature.length !== 64) return undefined
  return { r: numberOf(signature.subarray(0, 32)), s: numberOf(signature.subarray(32)) }
}

/** r and s of a SEQUENCE of two INTEGERs, be it DER or not. */
function numbersOf(signature: Uint8Array): { r: bigint; s: bigint } | undefined {
  const rBytes = signature[3] ?? 0
  const sBytes = signature[5 + rBytes] ?? 0
  const [sequence, length, ofR] = signature
  const formed = sequence === 0x30 && ofR === 0x02 && signature[4 + rBytes] === 0x02
  const whole = 6 + rBytes + sBytes
  if (!formed || signature.length !== whole || length !== whole - 2) return undefined
  return { r: numberOf(signature.subarray(4, 4 + rBytes)), s: numberOf(signature.subarray(6 + rBytes)) }
}

function derOf(r: bigint, s: bigint): Uint8Array {
  const both = concatBytes(integer(r), integer(s))
  return concatBytes(Uint8Array.of(0x30, both.length), both)
}

/** DER: in as few bytes as there are, the first bit zero. */
function integer(number: bigint): Uint8Array {
  const content = bytesOfNumber(number, Math.floor(number.toString(2).length / 8) + 1)
  return concatBytes(Uint8Array.of(0x02, content.length), content)
}

/** RFC 5480: SubjectPublicKeyInfo of a point of P-256, before its 65 bytes. */
const SPKI = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200')

function publicKeyObject(point: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(concatBytes(SPKI, point)), format: 'der', type: 'spki' })
}

/** RFC 5915 in PKCS #8: before and behind the 32 bytes of the private number; the point is left out. */
const PKCS8 = fromHex('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420')

function privateKey(secret: Uint8Array): PrivateKey {
  const number = numberOf(secret)
  if (secret.length !== 32 || number === 0n || number >= ORDER)
    throw new ClyraError(
      'KEY_INVALID',
      'a private key of ECDSA P-256 is a number of 32 bytes below the order of the curve',
    )
  const key = createPrivateKey({ key: Buffer.from(concatBytes(PKCS8, secret)), format: 'der', type: 'pkcs8' })
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-65))
  return { publicKey, sign: (message) => normalised(new Uint8Array(sign('sha256', message, key))) }
}

function privateNumber(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'))
}
