import type { JsonValue } from '../canonical/index.js'
import { sha256Hex } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import type { StoredState } from '../ports/index.js'

/** The state that a store has kept. Throws INDEX_CORRUPT where its bytes are not those that were folded. */
export function stateOf<State extends JsonValue>({ bytes, digest }: StoredState): State {
  if (sha256Hex(bytes) !== digest) {
    throw new ClyraError('INDEX_CORRUPT', 'a kept state is not the one that was folded; delete the projections')
  }
  // Holds: the bytes are the canonical JSON of a state that this version of the projection made.
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as State
}
