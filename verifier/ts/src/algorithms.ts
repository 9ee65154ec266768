import { concatBytes, utf8 } from './bytes.js'
import { isP256Point, verifyEcdsaP256Strict } from './ecdsa-p256.js'
import { isAcceptablePoint, verifyEd25519Strict } from './ed25519.js'
import { isRsaKey, RSA_KEY_BYTES, verifyRsaPssStrict } from './rsa-pss.js'

/** A signature algorithm as the format knows it. */
export interface Algorithm {
  /** What people call it. */
  readonly title: string
  /** What stands before a public key wherever that is hashed or spelled: the type byte of C2SP; behind 0xff also a name. */
  readonly type: Uint8Array
  /** The least and the most bytes that an encoded public key may have. */
  readonly publicKeyBytes: readonly [least: number, most: number]
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
    publicKeyBytes: [32, 32],
    checkpoints: true,
    acceptable: isAcceptablePoint,
    verify: verifyEd25519Strict,
  },
  'ecdsa-p256-sha256': {
    title: 'ECDSA P-256',
    type: Uint8Array.of(0x02),
    publicKeyBytes: [65, 65],
    checkpoints: false,
    acceptable: isP256Point,
    verify: verifyEcdsaP256Strict,
  },
  'rsa-pss-3072-sha256': {
    title: 'RSA-PSS',
    type: concatBytes(Uint8Array.of(0xff), utf8('rsa-pss-3072-sha256')),
    publicKeyBytes: [1, RSA_KEY_BYTES],
    checkpoints: false,
    acceptable: isRsaKey,
    verify: verifyRsaPssStrict,
  },
} as const satisfies Readonly<Record<string, Algorithm>>

export type AlgorithmName = keyof typeof ALGORITHMS
