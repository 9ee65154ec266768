import { ALGORITHMS, type AlgorithmName } from './algorithms.js'
import { concatBytes, equalBytes, hex } from './bytes.js'
import { sha256 } from './sha256.js'

export interface PublicKey {
  readonly alg: AlgorithmName
  readonly public: Uint8Array
}

// The names of a table are its own keys.
export const ALGORITHM_NAMES = Object.keys(ALGORITHMS) as readonly AlgorithmName[]

/** A public key behind the type of its algorithm: what a vkey spells and every hash of a key is of. */
export const typedKey = (key: PublicKey): Uint8Array => concatBytes(ALGORITHMS[key.alg].type, key.public)

/** The key that bytes of `typedKey` are of; undefined for another type, or a size that its keys do not have. */
export function parseTypedKey(typed: Uint8Array): PublicKey | undefined {
  for (const alg of ALGORITHM_NAMES) {
    const { type } = ALGORITHMS[alg]
    const key = { alg, public: typed.subarray(type.length) }
    if (hasSizeOf(key) && equalBytes(typed.subarray(0, type.length), type)) return key
  }
  return undefined
}

/** Whether a key measures what keys of its algorithm may. */
export function hasSizeOf({ alg, public: { length } }: PublicKey): boolean {
  const [least, most] = ALGORITHMS[alg].publicKeyBytes
  return least <= length && length <= most
}

/** Hex SHA-256 of type and key: the id that records use, and the fingerprint shown to people. */
export const keyId = (key: PublicKey): string => hex(sha256(typedKey(key)))

export const sameKey = (a: PublicKey, b: PublicKey): boolean => a.alg === b.alg && equalBytes(a.public, b.public)
