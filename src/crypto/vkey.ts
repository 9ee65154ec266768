import { base64, equalBytes, fromBase64, hex, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { ALGORITHMS } from './algorithms.js'
import { keyIdOf, type PublicKey, parseTypedKey, typedKey } from './public-key.js'
import { sha256 } from './sha256.js'

/** A parsed C2SP verifier key: a public key under the name that its notes carry. */
export interface Vkey extends PublicKey {
  readonly name: string
  /** Eight hex digits: the first four bytes of SHA-256(name || 0x0A || type || public key). */
  readonly keyHash: string
  readonly keyId: string
}

/** The C2SP signed-note verifier key `<name>+<key hash>+<base64(type || public key)>`. Throws `KEY_INVALID`. */
export function vkey(name: string, key: PublicKey): string {
  assertUsable(name, key)
  return `${name}+${keyHashOf(name, key)}+${base64(typedKey(key))}`
}

/** Reads a verifier key. Throws `KEY_INVALID`: malformed, another algorithm, a hash that does not fit, a weak point. */
export function parseVkey(text: string): Vkey {
  const [, name, keyHash, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? []
  if (name === undefined || keyHash === undefined || encoded === undefined) {
    throw new ClyraError('KEY_INVALID', 'a verifier key has the form <name>+<8 hex digits>+<base64>', {
      details: { vkey: text.slice(0, 300) },
    })
  }
  const key = parseTypedKey(decode(encoded))
  if (key === undefined) throw new ClyraError('KEY_INVALID', `the verifier key of ${name} is not ${KNOWN}`)
  assertUsable(name, key)
  if (keyHash !== keyHashOf(name, key)) {
    throw new ClyraError('KEY_INVALID', `the key hash ${keyHash} does not belong to the key of ${name}`)
  }
  return { name, keyHash, ...key, keyId: keyIdOf(key) }
}

/** The key hash of a signed note, eight hex digits. */
export function keyHashOf(name: string, key: PublicKey): string {
  return hex(sha256(utf8(`${name}\n`), typedKey(key)).subarray(0, 4))
}

/** A key name is not empty and has no white space (U+FEFF included), no control character and no plus. */
export function isNoteName(name: string): boolean {
  return name !== '' && !/[\s\u0085+\p{Cc}\p{Surrogate}]/u.test(name)
}

/** True where both are one key under one name. */
export function sameVkey(a: Vkey, b: Vkey): boolean {
  return a.name === b.name && equalBytes(typedKey(a), typedKey(b))
}

const KNOWN = Object.values(ALGORITHMS)
  .map(({ title, type }) => `an ${title} key (type 0x${hex(type.subarray(0, 1))})`)
  .join(' or ')

function assertUsable(name: string, { algorithm, publicKey }: PublicKey): void {
  if (!isNoteName(name))
    throw new ClyraError('KEY_INVALID', `${JSON.stringify(name)} cannot name a key: no spaces, no plus`)
  const { title, acceptable } = ALGORITHMS[algorithm]
  if (!acceptable(publicKey))
    throw new ClyraError('KEY_INVALID', `the key of ${name} is not an acceptable ${title} key`)
}

function decode(encoded: string): Uint8Array {
  try {
    return fromBase64(encoded)
  } catch (cause) {
    throw new ClyraError('KEY_INVALID', 'the key of a verifier key is not base64', { cause })
  }
}
