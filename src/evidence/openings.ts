import { decryptValue, isType, openSealed, parseRecord, saltFor, sealedValuesOf } from '../events/index.js'
import type { Vault } from '../ports/index.js'
import type { BundleOpening } from './bundle-opening.js'
import type { CollectedEvidence } from './collect-evidence.js'

/**
 * Opens what can still be opened of a run's sealed values, for a reader who may see them (`bundle --open`): those whose
 * subject key and value lie in the vault. Values that were not kept, or whose key was destroyed, are left out; the
 * bundle then withholds them. Rejects with VAULT_FAILED where a kept value is damaged.
 */
export async function openingsOf(
  evidence: CollectedEvidence,
  vault: Pick<Vault, 'subjectKey' | 'values'>,
): Promise<BundleOpening[]> {
  const started = evidence.records.find((record) => isType(record, 'dev.clyra.run.started.v1'))
  if (started === undefined || !isType(started, 'dev.clyra.run.started.v1')) return []
  const { subject } = started.event.data
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
