/**
 * The signature algorithms of the format, with their C2SP signed-note type byte. The algorithm is always taken from the
 * trusted key, never from the message. One more algorithm is one more entry here, a `Signer` and a `Verifier`.
 */
export const SIGNATURE_ALGORITHMS = {
  ed25519: { typeByte: 0x01, publicKeyBytes: 32, signatureBytes: 64 },
} as const

export type SignatureAlgorithm = keyof typeof SIGNATURE_ALGORITHMS

/**
 * Signs with one private key, wherever that key lies: in memory, in a KMS, in hardware. `sign` MUST sign the message
 * itself (not a digest made by the caller) and MUST reject rather than return a signature that `Verifier` refuses.
 */
export interface Signer {
  /** `keyIdOf(algorithm, publicKey)`. */
  readonly keyId: string
  readonly algorithm: SignatureAlgorithm
  /** Raw public key; 32 bytes for Ed25519. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** Verifies with one trusted public key. `verify` MUST return false, never throw, for any bytes whatever. */
export interface Verifier {
  readonly keyId: string
  readonly algorithm: SignatureAlgorithm
  readonly publicKey: Uint8Array
  verify(message: Uint8Array, signature: Uint8Array): boolean
}
