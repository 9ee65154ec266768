import type { KeyObject } from 'node:crypto'

/** A signature algorithm as the format knows it: one row of `ALGORITHMS`. */
export interface Algorithm {
  /** What people call it. */
  readonly title: string
  /**
   * What stands before a public key wherever that is hashed or spelled: the type byte of a C2SP signed note; behind 0xff
   * also the name, as signed-note has it for types without a byte of their own.
   */
  readonly type: Uint8Array
  /** The least and the most bytes that an encoded public key may have. */
  readonly publicKeyBytes: readonly [least: number, most: number]
  /** Whether a ledger's own key may be of it. Checkpoints stay Ed25519 for ever. */
  readonly checkpoints: boolean
  /** True only for a public key that every implementation takes, and takes alike. False, never an error, for other bytes. */
  acceptable(publicKey: Uint8Array): boolean
  /** MUST return false, never throw, for any bytes whatever, those of a key that is not acceptable too. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  /**
   * A signature of a device in the one form that `verify` takes, where the device writes another one; bytes that are no
   * signature are given back as they are.
   */
  normalised(signature: Uint8Array): Uint8Array
  /** A fresh secret, from the system's randomness. */
  newSecret(): Uint8Array
  /** The secret of a private key of this algorithm, undefined for a key of another one. */
  secretOf(key: KeyObject): Uint8Array | undefined
  /** The private key of a secret, ready to sign. Throws `KEY_INVALID` for bytes that are none. */
  privateKey(secret: Uint8Array): PrivateKey
}

/** A private key in memory. */
export interface PrivateKey {
  readonly publicKey: Uint8Array
  /** Signs the message itself, not a digest of it. */
  sign(message: Uint8Array): Uint8Array
}
