import { createHmac } from 'node:crypto'
import { type DraftEvent, fingerprintKeyId } from '../../../src/events/index.js'
import type { Vault } from '../../../src/ports/index.js'
import type { SomeEvent } from '../reconcile/index.js'

/** The key under which a run's exact texts are fingerprinted: made of its subject key, it dies with it. */
export function runFingerprintKey(subjectKey: Uint8Array): Uint8Array {
  return createHmac('sha256', subjectKey).update('clyra.run.fingerprint/1\n').digest()
}

/**
 * The key that a recorded run goes on with, so that reading its files again makes the same events: its own, or, where
 * an earlier build recorded it, the vault's.
 */
export async function fingerprintKeyOf(
  recorded: { readonly fingerprintKey: string | undefined } | undefined,
  subjectKey: Uint8Array,
  vault: Vault,
): Promise<Uint8Array> {
  const own = runFingerprintKey(subjectKey)
  const id = recorded?.fingerprintKey
  if (id === undefined || id === fingerprintKeyId(own)) return own
  const old = await vault.oldFingerprintKey()
  return old !== undefined && id === fingerprintKeyId(old) ? old : own
}

/**
 * The drafts with the fingerprints that are recorded, where the key for them is gone: an erasure of another run took it
 * away. What can no longer be made again is not compared.
 */
export function withRecordedFingerprints(
  drafts: readonly DraftEvent[],
  recorded: { readonly events: readonly SomeEvent[] },
): readonly DraftEvent[] {
  const known = new Map(recorded.events.map(({ id, data }) => [id, data]))
  return drafts.map((draft) => {
    const said = known.get(draft.id)
    if (said === undefined || draft.type !== 'dev.clyra.dbt.statement.executed.v1') return draft
    // Holds: the type's schema; an id of a statement's draft is a statement's.
    const { fingerprint, fingerprintKey } = said as Pick<typeof draft.data, 'fingerprint' | 'fingerprintKey'>
    return { ...draft, data: { ...draft.data, fingerprint, fingerprintKey } }
  })
}
