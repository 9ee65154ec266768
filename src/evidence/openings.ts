import { decryptValue, openSealed, parseRecord, saltFor, sealedValuesOf } from '../events/index.js'
import type { Vault } from '../ports/index.js'
import type { BundleOpening } from './bundle-opening.js'
import type { CollectedEvidence } from './collect-evidence.js'
import type { Profile } from './profile.js'

/**
 * Opens what can still be opened of a run's sealed values, for a reader who may see them (`bundle --open`): those whose
 * subject key and value lie in the vault. Values that were not kept, or whose key was destroyed, are left out; the
 * bundle then withholds them. Rejects with VAULT_FAILED where a kept value is damaged.
 */
export async function openingsOf(
  profile: Pick<Profile, 'subject'>,
  evidence: Pick<CollectedEvidence, 'records'>,
  vault: Pick<Vault, 'subjectKey' | 'values'>,
): Promise<BundleOpening[]> {
  const subject = profile.subject(evidence.records)
  if (subject === undefined) return []
  const key = await vault.subjectKey(subject)
  if (key === undefined) return []
  const kept = new Map((await vault.values(subject)).map((value) => [`${value.id} ${value.pointer}`, value]))
  const openings: BundleOpening[] = []
  for (const { position, bytes } of evidence.records) {
    // Places are those of the stored bytes, whatever later version the event was lifted to.
    const event = parseRecord(bytes)
    for (const { pointer } of sealedValuesOf(event.data)) {
      const encrypted = kept.get(`${event.id} ${pointer}`)
      if (encrypted === undefined) continue
      const opening = { position, pointer, salt: saltFor(key, event.id, pointer), value: decryptValue(key, encrypted) }
      // A value may have been sealed under another subject's key, or another value kept: it proves nothing then.
      if (openSealed(event, opening)) openings.push(opening)
    }
  }
  return openings
}
