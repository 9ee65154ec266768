import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { joinBytes } from './bytes.js'
import { PLATFORM } from './platform.js'

/** Of bytes in one piece: the platform's, else the library's. */
const digest = PLATFORM.sha256 ?? nobleSha256

/** Where parts are joined to be hashed at once: nearly every record and every pair of hashes has room here. */
const JOINED = new Uint8Array(4096)

/** SHA-256 of the parts, one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return digest(parts.length === 1 ? parts[0]! : joinBytes(parts, JOINED))
}

/**
 * SHA-256 of many bytes at once: by the platform's WebCrypto, off this thread, where there is one (browsers have it in
 * secure contexts only), else by the library.
 */
export async function sha256Large(bytes: Uint8Array): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle
  if (subtle === undefined || bytes.length < 65_536) return digest(bytes)
  // WebCrypto takes no view of shared memory; ours are never that.
  return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}
