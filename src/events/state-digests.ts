import { canonicalBytes, hex, type JsonValue } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'
import type { Projection, ProjectionPart } from './projection.js'

/** SHA-256 (hex) of the RFC 8785 bytes of what a fold made. */
export interface FoldDigest {
  readonly name: string
  readonly version: number
  readonly digest: string
}

/** The digest of a state: hex SHA-256 of its RFC 8785 bytes. Throws where the state is not plain JSON without floats. */
export function stateDigest(state: JsonValue): { readonly bytes: Uint8Array; readonly digest: string } {
  const bytes = canonicalBytes(state)
  return { bytes, digest: hex(sha256(bytes)) }
}

/** What digests are given of: the parts of a projection, or all of its state under its own name and version. */
export function partsOf<State extends JsonValue>(projection: Projection<State>): readonly ProjectionPart<State>[] {
  const { name, version, parts } = projection
  return parts ?? [{ name, version, of: (state) => state }]
}

/** The digests of a state, one for each part, so that a part that changes leaves the others comparable. Sorted by name. */
export function foldDigests<State extends JsonValue>(projection: Projection<State>, state: State): FoldDigest[] {
  return partsOf(projection)
    .map(({ name, version, of }) => ({ name, version, digest: stateDigest(of(state)).digest }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
