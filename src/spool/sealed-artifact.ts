import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import { ClyraError } from '../errors/index.js'

const IV = 12
const TAG = 16

/**
 * Artefacts wait in a spool encrypted: manifest.json and run_results.json hold SQL and messages. AES-256-GCM under
 * HMAC-SHA-256(subject key, "clyra.spool.artifact/1\n"); iv || ciphertext || tag.
 */
export function sealArtifact(bytes: Uint8Array, subjectKey: Uint8Array, iv: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', artifactKey(subjectKey), iv)
  return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** The bytes back; throws SPOOL_CORRUPT unless they have the digest `sha256`. */
export function openArtifact(sealed: Uint8Array, subjectKey: Uint8Array, sha256: string): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-256-gcm', artifactKey(subjectKey), sealed.subarray(0, IV))
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    const bytes = Buffer.concat([decipher.update(sealed.subarray(IV, sealed.length - TAG)), decipher.final()])
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes
  } catch {
    // Falls through to the one answer for every kind of damage.
  }
  throw new ClyraError('SPOOL_CORRUPT', `the spooled artefact ${sha256} cannot be opened; the spool was left`, {
    details: { sha256 },
  })
}

function artifactKey(subjectKey: Uint8Array): Uint8Array {
  return createHmac('sha256', subjectKey).update('clyra.spool.artifact/1\n').digest()
}
