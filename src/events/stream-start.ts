import { utf8 } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'

/** `prev` of the genesis record: 32 zero bytes. */
export const GENESIS_PREV = '0'.repeat(64)

/** `prev` of revision 0 of a stream: SHA-256("clyra.stream/1\n" || genesis leaf || stream), 32 bytes. */
export function streamStartValue(genesisLeaf: Uint8Array, stream: string): Uint8Array {
  return sha256(utf8('clyra.stream/1\n'), genesisLeaf, utf8(stream))
}
