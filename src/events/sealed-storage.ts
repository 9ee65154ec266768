import { createCipheriv, createDecipheriv } from 'node:crypto'
import { admit, canonicalBytes, type JsonValue, utf8 } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { hmac, type Opening } from './seal.js'

/**
 * AES-256-GCM of the JCS bytes of a sealed value, as it lies in the vault. `id` and `pointer` are the additional
 * authenticated data: a value moved to another place does not open.
 */
export interface EncryptedValue {
  readonly id: string
  readonly pointer: string
  /** 12 bytes. */
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  /** 16 bytes. */
  readonly tag: Uint8Array
}

/**
 * Encrypts an opening for the vault. Every place has a key of its own, HMAC-SHA-256(subject key, "clyra.value/1\n" id
 * "\n" pointer), and the IV is the start of an HMAC of the value, so encrypting the same opening again (a retried
 * drain) gives the same bytes, and two values never share key and IV. Needs no randomness.
 */
export function encryptValue(subjectKey: Uint8Array, opening: Opening): EncryptedValue {
  const { id, pointer } = opening
  const plain = canonicalBytes(opening.value)
  const iv = hmac(subjectKey, utf8(`clyra.value-iv/1\n${id}\n${pointer}\n`), plain).slice(0, 12)
  const cipher = createCipheriv('aes-256-gcm', valueKey(subjectKey, id, pointer), iv)
  cipher.setAAD(placeOf(id, pointer))
  const ciphertext = new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]))
  return { id, pointer, iv, ciphertext, tag: new Uint8Array(cipher.getAuthTag()) }
}

/** The value in clear. Throws VAULT_FAILED where key, place or bytes are not the ones it was encrypted with. */
export function decryptValue(subjectKey: Uint8Array, encrypted: EncryptedValue): JsonValue {
  const { id, pointer, iv, ciphertext, tag } = encrypted
  try {
    const decipher = createDecipheriv('aes-256-gcm', valueKey(subjectKey, id, pointer), iv, { authTagLength: 16 })
    decipher.setAAD(placeOf(id, pointer))
    decipher.setAuthTag(tag)
    return admit(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
  } catch (cause) {
    throw new ClyraError(
      'VAULT_FAILED',
      `the sealed value ${pointer} of event ${id} does not open with this subject key`,
      {
        details: { id, pointer },
        cause,
      },
    )
  }
}

function valueKey(subjectKey: Uint8Array, id: string, pointer: string): Uint8Array {
  return hmac(subjectKey, utf8(`clyra.value/1\n${id}\n${pointer}`))
}

function placeOf(id: string, pointer: string): Uint8Array {
  return utf8(`clyra.value/1\n${id}\n${pointer}`)
}
