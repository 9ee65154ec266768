import { readPrivateKey } from '../crypto/index.js'
import { FileKeyRing } from '../stores/files/index.js'
import { layoutOf } from '../stores/state/index.js'
import type { OpenedReader } from './opened-ledger.js'

/**
 * Puts a private key in PEM among the keys of a ledger that is open for writing, and gives its id. The ledger knows nothing
 * of it before it is introduced. Rejects with KEY_INVALID; what was brought before is not written again.
 */
export async function bringEvidenceKey({ place, ledger }: OpenedReader, path: string): Promise<string> {
  const { algorithm, secret } = readPrivateKey(path)
  const ring = new FileKeyRing(layoutOf(place.state).keys, () => ledger.origin)
  return (await ring.bring(algorithm, secret)).keyId
}
