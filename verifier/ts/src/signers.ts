import { type Checkpoint, formatVkey, type NoteKey, signersOf } from './note.js'
import { keyId, sameKey } from './public-key.js'
import type { GenesisData } from './record-data.js'
import { Refusal } from './refusal.js'
import type { UsedKey } from './result.js'
import type { Pin } from './trust.js'

/**
 * The ledger keys that have signed the checkpoint. Soundness is judged with the genesis record's own keys; whether
 * anybody should trust those is the caller's pin. A bad signature of a pinned key counts as one of a known key.
 */
export function ledgerSigners(
  genesis: GenesisData | undefined,
  checkpoint: Checkpoint,
  pins: readonly Pin[],
): NoteKey[] {
  const ledgerKeys = (genesis?.keys ?? [])
    .filter(({ purpose }) => purpose === 'ledger')
    .map((key) => ({ ...key, name: checkpoint.origin }))
  const signers = signersOf(checkpoint, [...ledgerKeys, ...pins.map(({ key }) => key)])
  // A pin may give a ledger key another name: a line under that name is not the ledger's.
  const ofLedger = signers.filter(
    (signer) => signer.name === checkpoint.origin && ledgerKeys.some((key) => sameKey(key, signer)),
  )
  if (ofLedger.length === 0) throw new Refusal('SIGNATURE_MISSING', 'no ledger key of the genesis record has signed')
  return ofLedger
}

export function usedKeys(
  signers: readonly NoteKey[],
  trusted: readonly NoteKey[],
  evidence: readonly string[],
): UsedKey[] {
  const checkpointKeys = signers.map((key) => ({
    role: 'checkpoint' as const,
    id: keyId(key),
    vkey: formatVkey(key),
    trusted: trusted.some((one) => sameKey(one, key)),
  }))
  return [...checkpointKeys, ...evidence.map((id) => ({ role: 'manifest' as const, id, vkey: null, trusted: false }))]
}
