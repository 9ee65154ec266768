import { ClyraError } from '../errors/index.js'
import { ALGORITHMS, type SignatureAlgorithm } from './algorithms.js'
import { keyIdOf, type PublicKey } from './public-key.js'

/**
 * Signs with one private key, wherever that key lies: in memory, in a KMS, in hardware. `sign` MUST sign the message
 * itself (not a digest made by the caller). What it gives is put into the one form of its algorithm and verified by whoever
 * asked (`signWith`): ECDSA may come with high S, or as r and s side by side.
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

/**
 * What a signer signs, in the one form of its algorithm. Throws KEY_INVALID where it is no signature of the signer's key: a
 * device may be set to another salt or digest, or hold another key.
 */
export async function signWith(signer: Signer, message: Uint8Array): Promise<Uint8Array> {
  const { normalised, verify } = ALGORITHMS[signer.algorithm]
  const signature = normalised(await signer.sign(message))
  if (verify(signature, message, signer.publicKey)) return signature
  throw new ClyraError('KEY_INVALID', `what the key ${signer.keyId} has signed does not verify by its public key`, {
    details: { keyId: signer.keyId, algorithm: signer.algorithm },
  })
}
