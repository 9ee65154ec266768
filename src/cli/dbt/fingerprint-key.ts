import { createHmac } from 'node:crypto'
import { fingerprintKeyId } from '../../events/index.js'
import type { Vault } from '../../ledger/vault.js'

/**
 * The key under which a run's texts are fingerprinted: the ledger's, so that runs can be compared; or, for a run that
 * found no ledger, one made of its subject key, so that a later `ingest` of the same run makes the same events.
 */
export async function fingerprintKeyOf(
  kind: 'vault' | 'run',
  subjectKey: Uint8Array,
  vault: Vault,
): Promise<Uint8Array> {
  return kind === 'vault' ? vault.fingerprintKey() : runFingerprintKey(subjectKey)
}

export function runFingerprintKey(subjectKey: Uint8Array): Uint8Array {
  return createHmac('sha256', subjectKey).update('clyra.run.fingerprint/1\n').digest()
}

/** Which of the two a recorded run was made with. */
export function fingerprintKindOf(recorded: string | undefined, subjectKey: Uint8Array): 'vault' | 'run' {
  return recorded === fingerprintKeyId(runFingerprintKey(subjectKey)) ? 'run' : 'vault'
}
