import { concatBytes, hex } from '../canonical/index.js'
import { ALGORITHMS, type SignatureAlgorithm } from './algorithms.js'
import { sha256 } from './sha256.js'

export interface PublicKey {
  readonly algorithm: SignatureAlgorithm
  /** Encoded as its algorithm has it; 32 bytes for Ed25519. */
  readonly publicKey: Uint8Array
}

/** A public key behind the type of its algorithm: what a vkey spells and every hash of a key is of. */
export function typedKey({ algorithm, publicKey }: PublicKey): Uint8Array {
  return concatBytes(ALGORITHMS[algorithm].type, publicKey)
}

/** The key that `typedKey` made the bytes of, or undefined where they begin with no type of this release. */
export function parseTypedKey(typed: Uint8Array): PublicKey | undefined {
  const algorithm = SIGNATURE_ALGORITHMS.find((name) => ALGORITHMS[name].type.every((byte, i) => typed[i] === byte))
  return algorithm && { algorithm, publicKey: typed.slice(ALGORITHMS[algorithm].type.length) }
}

/** The fingerprint of a public key, as people see and pin it: lower-case hex of SHA-256(type || public key). */
export function keyIdOf(key: PublicKey): string {
  return hex(sha256(typedKey(key)))
}

// The names of a table are its own keys.
export const SIGNATURE_ALGORITHMS = Object.keys(ALGORITHMS) as readonly SignatureAlgorithm[]
