import { isAcceptablePoint, verifyEd25519Strict } from './ed25519.js'

/** A signature algorithm as the format knows it. */
export interface Algorithm {
  /** What people call it. */
  readonly title: string
  /** What stands before a public key wherever that is hashed or spelled: the type byte of C2SP; behind 0xff also a name. */
  readonly type: Uint8Array
  /** The sizes that an encoded public key may have. */
  readonly publicKeyBytes: readonly number[]
  /** Whether a ledger's own key may be of it. Checkpoints stay Ed25519 for ever. */
  readonly checkpoints: boolean
  /** True only for a public key that every implementation takes, and takes alike. */
  acceptable(publicKey: Uint8Array): boolean
  /** False, never an error, for any bytes whatever. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

/**
 * By the name that key records have. One more is one more row: keys, vkeys, notes and DSSE all ask this table. The
 * algorithm is always that of a key which the caller pins or the ledger names, never what a message says.
 */
export const ALGORITHMS = {
  ed25519: {
    title: 'Ed25519',
    type: Uint8Array.of(0x01),
    publicKeyBytes: [32],
    checkpoints: true,
    acceptable: isAcceptablePoint,
    verify: verifyEd25519Strict,
  },
} as const satisfies Readonly<Record<string, Algorithm>>

export type AlgorithmName = keyof typeof ALGORITHMS
