import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { admit, base64, canonicalBytes, equalBytes, fromBase64, utf8 } from '../canonical/index.js'
import { ClyraError, fromSystemError, isClyraError } from '../errors/index.js'
import { moveToNewName, syncDirectory, writeDurably } from '../system/index.js'
import { type PublicKey, SIGNATURE_ALGORITHMS } from './public-key.js'
import { readPrivate } from './read-private.js'
import { signerOf } from './signer.js'

export interface KeyFile extends PublicKey {
  readonly keyId: string
  /** The name the key signs notes under: the origin for a ledger key. */
  readonly name: string
  /** What the key is for, e.g. `ledger` or `evidence`. One key, one purpose. */
  readonly purpose: string
  /** The secret, as its algorithm has it: for Ed25519 the private key of RFC 8032. */
  readonly seed: Uint8Array
}

const FORMAT = 'clyra.key-file/1'

/**
 * Writes a private key to a new file of mode 0600, flushed with its directory entry before it returns. An existing
 * file is never overwritten (`KEY_INVALID`), and a crash leaves the whole file or none. The file is one line of canonical JSON: algorithm, format, name,
 * publicKey and seed (base64), purpose.
 */
export function writeKeyFile(
  path: string,
  seed: Uint8Array,
  about: Pick<KeyFile, 'algorithm' | 'name' | 'purpose'>,
): KeyFile {
  const { publicKey, keyId } = signerOf(about.algorithm, seed)
  const line = canonicalBytes({
    algorithm: about.algorithm,
    format: FORMAT,
    name: about.name,
    publicKey: base64(publicKey),
    purpose: about.purpose,
    seed: base64(seed),
  })
  try {
    placeNew(path, Buffer.concat([line, utf8('\n')]))
    syncDirectory(dirname(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new ClyraError('KEY_INVALID', `there already is a file at ${path}; a key file is never overwritten`, {
        details: { path },
      })
    }
    throw fromSystemError(error, 'write the key file', path)
  }
  return { ...about, keyId, publicKey, seed: Uint8Array.from(seed) }
}

/**
 * Reads a key file. Throws `KEY_INVALID` where it is malformed, where its public key does not belong to its seed, or
 * where the file is open to group or world (not judged on Windows, which has no mode bits).
 */
export function readKeyFile(path: string): KeyFile {
  const line = readPrivate(path)
  try {
    const value = admit(line.at(-1) === 0x0a ? line.subarray(0, -1) : line)
    return parse(value, path)
  } catch (error) {
    // The cause is left out on purpose: a parser's message could quote the secret.
    if (isClyraError(error, 'KEY_INVALID')) throw error
    throw malformed(path, 'it is not one line of canonical JSON')
  }
}

function parse(value: unknown, path: string): KeyFile {
  if (typeof value !== 'object' || value === null || !('seed' in value) || !('publicKey' in value)) {
    throw malformed(path, 'it has no seed or public key')
  }
  const field = (name: string): string => {
    // Any object may be asked for a member; what comes back is checked.
    const member = (value as Readonly<Record<string, unknown>>)[name]
    if (typeof member !== 'string') throw malformed(path, `${name} is missing`)
    return member
  }
  if (field('format') !== FORMAT) throw malformed(path, 'its format is not one this release reads')
  const algorithm = SIGNATURE_ALGORITHMS.find((known) => known === field('algorithm'))
  if (algorithm === undefined) throw malformed(path, 'its algorithm is not one this release knows')
  const seed = fromBase64(field('seed'))
  const { publicKey, keyId } = signerOf(algorithm, seed)
  if (!equalBytes(publicKey, fromBase64(field('publicKey')))) {
    throw malformed(path, 'its public key does not belong to its seed')
  }
  return { algorithm, keyId, name: field('name'), purpose: field('purpose'), publicKey, seed }
}

/** Written and flushed beside its place, then put there under its name; what a killed process left beside is replaced. */
function placeNew(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`
  rmSync(temporary, { force: true })
  try {
    writeDurably(temporary, bytes, 0o600)
    moveToNewName(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function malformed(path: string, why: string): ClyraError {
  return new ClyraError('KEY_INVALID', `the key file ${path} cannot be used: ${why}`, { details: { path } })
}
