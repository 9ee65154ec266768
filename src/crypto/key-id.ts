import { hex } from '../canonical/index.js'
import { sha256 } from './sha256.js'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './signer.js'

/** The fingerprint of a public key, as people see and pin it: lower-case hex of SHA-256(type byte || public key). */
export function keyIdOf(algorithm: SignatureAlgorithm, publicKey: Uint8Array): string {
  return hex(sha256(Uint8Array.of(SIGNATURE_ALGORITHMS[algorithm].typeByte), publicKey))
}
