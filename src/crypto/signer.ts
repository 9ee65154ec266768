import { ALGORITHMS, type SignatureAlgorithm } from './algorithms.js'
import { keyIdOf, type PublicKey } from './public-key.js'

/**
 * Signs with one private key, wherever that key lies: in memory, in a KMS, in hardware. `sign` MUST sign the message
 * itself (not a digest made by the caller) and MUST reject rather than return a signature that its algorithm refuses.
 */
export interface Signer extends PublicKey {
  /** `keyIdOf` this key. */
  readonly keyId: string
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** Signs with a secret held in memory. Throws `KEY_INVALID`. */
export function signerOf(algorithm: SignatureAlgorithm, secret: Uint8Array): Signer {
  const { publicKey, sign } = ALGORITHMS[algorithm].privateKey(secret)
  return { algorithm, publicKey, keyId: keyIdOf({ algorithm, publicKey }), sign: async (message) => sign(message) }
}
