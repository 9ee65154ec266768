import { base64, concatBytes, equalBytes, fromBase64, hex, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { isAcceptablePoint } from './ed25519-strict.js'
import { keyIdOf } from './key-id.js'
import { sha256 } from './sha256.js'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './signer.js'

/** A parsed C2SP verifier key: a public key under the name that its notes carry. */
export interface Vkey {
  readonly name: string
  /** Eight hex digits: the first four bytes of SHA-256(name || 0x0A || type byte || public key). */
  readonly keyHash: string
  readonly algorithm: SignatureAlgorithm
  readonly publicKey: Uint8Array
  readonly keyId: string
}

/** The C2SP signed-note verifier key `<name>+<key hash>+<base64(0x01 || public key)>`. Throws `KEY_INVALID`. */
export function vkey(name: string, publicKey: Uint8Array): string {
  assertUsable(name, publicKey)
  return `${name}+${keyHashOf(name, publicKey)}+${base64(concatBytes(TYPE, publicKey))}`
}

/** Reads a verifier key. Throws `KEY_INVALID`: malformed, another algorithm, a hash that does not fit, a weak point. */
export function parseVkey(text: string): Vkey {
  const [, name, keyHash, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? []
  if (name === undefined || keyHash === undefined || encoded === undefined) {
    throw new ClyraError('KEY_INVALID', 'a verifier key has the form <name>+<8 hex digits>+<base64>', {
      details: { vkey: text.slice(0, 300) },
    })
  }
  const key = decode(encoded)
  if (key[0] !== TYPE[0])
    throw new ClyraError('KEY_INVALID', `the verifier key of ${name} is not an Ed25519 key (type 0x01)`)
  const publicKey = key.slice(1)
  assertUsable(name, publicKey)
  if (keyHash !== keyHashOf(name, publicKey)) {
    throw new ClyraError('KEY_INVALID', `the key hash ${keyHash} does not belong to the key of ${name}`)
  }
  return { name, keyHash, algorithm: 'ed25519', publicKey, keyId: keyIdOf('ed25519', publicKey) }
}

/** The key hash of a signed note, eight hex digits. */
export function keyHashOf(name: string, publicKey: Uint8Array): string {
  return hex(sha256(utf8(`${name}\n`), TYPE, publicKey).subarray(0, 4))
}

/** A key name is not empty and has no white space (U+FEFF included), no control character and no plus. */
export function isNoteName(name: string): boolean {
  return name !== '' && !/[\s\u0085+\p{Cc}\p{Surrogate}]/u.test(name)
}

/** True where both are one key under one name. */
export function sameVkey(a: Vkey, b: Vkey): boolean {
  return a.name === b.name && equalBytes(a.publicKey, b.publicKey)
}

const TYPE = Uint8Array.of(SIGNATURE_ALGORITHMS.ed25519.typeByte)

function assertUsable(name: string, publicKey: Uint8Array): void {
  if (!isNoteName(name))
    throw new ClyraError('KEY_INVALID', `${JSON.stringify(name)} cannot name a key: no spaces, no plus`)
  if (!isAcceptablePoint(publicKey))
    throw new ClyraError('KEY_INVALID', `the key of ${name} is not an acceptable Ed25519 key`)
}

function decode(encoded: string): Uint8Array {
  try {
    return fromBase64(encoded)
  } catch (cause) {
    throw new ClyraError('KEY_INVALID', 'the key of a verifier key is not base64', { cause })
  }
}
