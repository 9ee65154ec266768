import { canonicalBytes, hex, type JsonValue } from '../canonical/index.js'
import { sha256, sha256Hex } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import type { StoredState } from '../ports/index.js'

/** The digest of a state: hex SHA-256 of its RFC 8785 bytes. Throws where the state is not plain JSON without floats. */
export function stateDigest(state: JsonValue): { readonly bytes: Uint8Array; readonly digest: string } {
  const bytes = canonicalBytes(state)
  return { bytes, digest: hex(sha256(bytes)) }
}

/** The state that a store has kept. Throws INDEX_CORRUPT where its bytes are not those that were folded. */
export function stateOf<State extends JsonValue>({ bytes, digest }: StoredState): State {
  if (sha256Hex(bytes) !== digest) {
    throw new ClyraError('INDEX_CORRUPT', 'a kept state is not the one that was folded; delete the projections')
  }
  // Holds: the bytes are the canonical JSON of a state that this version of the projection made.
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as State
}
