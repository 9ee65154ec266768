import type { Algorithm } from './algorithm.js'
import { ecdsaP256 } from './ecdsa-p256.js'
import { ed25519 } from './ed25519.js'
import { rsaPss } from './rsa-pss.js'

/**
 * The signature algorithms of the format, by the name that key records have. One more is one more row here: keys and
 * their records, vkeys, notes and attestations all ask this table. The algorithm is always taken from the key that is
 * trusted or recorded, never from a message.
 */
export const ALGORITHMS = {
  ed25519,
  'ecdsa-p256-sha256': ecdsaP256,
  'rsa-pss-3072-sha256': rsaPss,
} as const satisfies Readonly<Record<string, Algorithm>>

export type SignatureAlgorithm = keyof typeof ALGORITHMS
