import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ClyraError } from '../errors/index.js'
import { ALGORITHMS, type SignatureAlgorithm } from './algorithms.js'
import { SIGNATURE_ALGORITHMS } from './public-key.js'
import { readPrivate } from './read-private.js'
import { signerOf } from './signer.js'

/** A private key that somebody else has made. */
export interface ReadPrivateKey {
  readonly algorithm: SignatureAlgorithm
  readonly secret: Uint8Array
}

/**
 * Reads a private key in PEM, as OpenSSL writes it, not encrypted. Throws KEY_INVALID where it is none, is one of an
 * algorithm, curve or size that no bundle is signed with, or the file is open to others.
 */
export function readPrivateKey(path: string): ReadPrivateKey {
  const key = keyObject(readPrivate(path), path)
  for (const algorithm of SIGNATURE_ALGORITHMS) {
    const secret = ALGORITHMS[algorithm].secretOf(key)
    if (secret === undefined) continue
    // Says what is wrong with one that no bundle can be signed with.
    signerOf(algorithm, secret)
    return { algorithm, secret }
  }
  const { asymmetricKeyType = 'another kind', asymmetricKeyDetails } = key
  const kind = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType
  throw new ClyraError(
    'KEY_INVALID',
    `the private key in ${path} is one of ${kind}; bundles are signed with Ed25519, ECDSA P-256 (prime256v1) or RSA`,
    { details: { path, kind } },
  )
}

function keyObject(pem: Uint8Array, path: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pem), format: 'pem' })
  } catch {
    // The cause is left out on purpose: it could quote the secret.
    throw new ClyraError('KEY_INVALID', `${path} holds no private key in PEM, or one that is encrypted`, {
      details: { path },
    })
  }
}
