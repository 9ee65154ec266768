import { hex, utf8 } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'
import { hmac } from './seal.js'

/**
 * Hex HMAC-SHA-256 of a text under a fingerprint key: equal texts can be told without the text, but not guessed without
 * the key. Attested, not recomputable by a verifier. What a subject's erasure must take away is fingerprinted under a key
 * that dies with the subject.
 */
export function fingerprint(key: Uint8Array, text: string): string {
  return hex(hmac(key, utf8(text)))
}

/** Names a fingerprint key: the first 16 hex characters of SHA-256("clyra.fpid/1\n" || key). */
export function fingerprintKeyId(key: Uint8Array): string {
  return hex(sha256(utf8('clyra.fpid/1\n'), key)).slice(0, 16)
}
