import { ALGORITHMS } from './algorithms.js'
import { hex } from './bytes.js'
import type { NoteKey } from './note.js'
import { keyId } from './public-key.js'
import type { LogRecord } from './record.js'
import { dataOf, type GenesisData, introducedKey, type LedgerKey } from './record-data.js'
import { type Offences, Refusal } from './refusal.js'

/** A key and the positions at which its signatures hold, both ends inclusive. */
export interface KeyState {
  readonly key: LedgerKey
  readonly from: number
  readonly to: number
  readonly compromised: boolean
}

export type Keys = ReadonlyMap<string, KeyState>

export const isValidAt = (state: KeyState, position: number): boolean => state.from <= position && position <= state.to

/**
 * The state of all keys: the ledger keys of the genesis record, and the fold of the complete stream `ledger-keys`.
 * A key introduced at p is valid from p; revoked at q it is valid to q-1, or to before `compromisedSince`.
 */
export function foldKeys(
  genesis: GenesisData,
  stream: readonly { readonly record: LogRecord; readonly position: number }[],
  offences: Offences,
): Keys {
  const keys = new Map<string, KeyState>()
  const checkForm = (key: LedgerKey, position: number): void => {
    const where = { position }
    if (keyId(key) !== key.id) offences.add('KEY_MALFORMED', `key ${key.id}: not the hash of the key`, where)
    const { title, acceptable } = ALGORITHMS[key.alg]
    if (!acceptable(key.public)) offences.add('KEY_MALFORMED', `key ${key.id}: not an acceptable ${title} key`, where)
  }
  const introduce = (key: LedgerKey, position: number): void => {
    const where = { position }
    checkForm(key, position)
    if (keys.has(key.id)) offences.add('KEY_REUSED', `key ${key.id}`, where)
    if ((key.purpose === 'ledger') !== (position === 0)) {
      offences.add('KEY_PURPOSE', `a key with purpose ${key.purpose} at position ${position}`, where)
    }
    keys.set(key.id, { key, from: position, to: Number.MAX_SAFE_INTEGER, compromised: false })
  }
  for (const key of genesis.keys) introduce(key, 0)
  for (const key of genesis.roots) checkForm(key, 0)
  for (const { record, position } of stream) {
    const where = { position }
    const introduced = introducedKey(record)
    if (introduced !== undefined) {
      if (introduced.replaces !== null && !keys.has(introduced.replaces)) {
        offences.add('KEY_UNKNOWN', `replaces ${introduced.replaces}`, where)
      }
      introduce(introduced.key, position)
    }
    const revoked = dataOf(record, 'dev.clyra.ledger.key.revoked.v1')
    if (revoked !== undefined) {
      const state = keys.get(revoked.id)
      if (state === undefined) {
        offences.add('KEY_UNKNOWN', `revokes ${revoked.id}`, where)
        continue
      }
      const { reason, compromisedSince } = revoked
      if (compromisedSince !== null && (compromisedSince > position || reason !== 'compromised')) {
        offences.add('KEY_REVOCATION_INVALID', `compromised since ${compromisedSince}, reason ${reason}`, where)
      }
      const to = Math.min(state.to, position - 1, (compromisedSince ?? position) - 1)
      keys.set(revoked.id, { ...state, to, compromised: state.compromised || reason === 'compromised' })
    }
  }
  return keys
}

/** The keys of `known`, with what later folds of the same ledger say of their end: an end only ever comes nearer. */
export function knownLater(known: Keys, later: readonly Keys[]): Keys {
  if (later.length === 0) return known
  return new Map(
    [...known].map(([id, state]) => {
      const told = later.flatMap((keys) => keys.get(id) ?? [])
      const to = told.reduce((least, one) => Math.min(least, one.to), state.to)
      return [id, { ...state, to, compromised: state.compromised || told.some(({ compromised }) => compromised) }]
    }),
  )
}

/** At least one of the checkpoint's signers was valid at the checkpoint's own position (its last record). */
export function checkCheckpointSigners(signers: readonly NoteKey[], keys: Keys, position: number): void {
  const valid = signers.some((signer) => {
    const state = keys.get(keyId(signer))
    return state !== undefined && isValidAt(state, position)
  })
  if (!valid) {
    const ids = signers.map((signer) => hex(signer.public).slice(0, 8)).join(', ')
    throw new Refusal('CHECKPOINT_KEY_REVOKED', `no signer (${ids}) was valid at position ${position}`)
  }
}
