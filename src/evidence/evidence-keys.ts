import type { Signer } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { isType, KEYS_STREAM, type LedgerRecord } from '../events/index.js'

/**
 * The ids of the evidence keys that are valid at `position`: introduced at or before it in `ledger-keys`, and neither
 * revoked at or before it nor known as compromised since a position at or before it. A revoked key never comes back.
 */
export function evidenceKeysAt(records: readonly LedgerRecord[], position: number): ReadonlySet<string> {
  const introduced = new Set<string>()
  const ended = new Set<string>()
  for (const record of records) {
    if (record.event.stream !== KEYS_STREAM) continue
    if (isType(record, 'dev.clyra.ledger.key.introduced.v2') && record.position <= position) {
      if (record.event.data.key.purpose === 'evidence') introduced.add(record.event.data.key.id)
    } else if (isType(record, 'dev.clyra.ledger.key.revoked.v1')) {
      const { id, compromisedSince } = record.event.data
      const end = Math.min(
        record.position,
        compromisedSince === null ? Number.POSITIVE_INFINITY : Number(compromisedSince),
      )
      if (end <= position) ended.add(id)
    }
  }
  return new Set([...introduced].filter((id) => !ended.has(id)))
}

/** Throws NO_EVIDENCE_KEY where no key is valid, KEY_MISMATCH where a signer is not one of the valid ones. */
export function checkSigners(signers: readonly Signer[], valid: ReadonlySet<string>): void {
  if (valid.size === 0 || signers.length === 0) {
    throw new ClyraError('NO_EVIDENCE_KEY', 'the ledger has no valid evidence key to sign the bundle with')
  }
  for (const { keyId } of signers) {
    if (!valid.has(keyId)) {
      throw new ClyraError('KEY_MISMATCH', `the key ${keyId} is not a valid evidence key of this ledger`, {
        details: { keyId, valid: [...valid] },
      })
    }
  }
}
