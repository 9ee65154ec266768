import { canonicalBytes, hex, type JsonValue } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'

/** The digest of a state: hex SHA-256 of its RFC 8785 bytes. Throws where the state is not plain JSON without floats. */
export function stateDigest(state: JsonValue): { readonly bytes: Uint8Array; readonly digest: string } {
  const bytes = canonicalBytes(state)
  return { bytes, digest: hex(sha256(bytes)) }
}
