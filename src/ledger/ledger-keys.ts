import { canonicalBytes, concatBytes, hex, utf8 } from '../canonical/index.js'
import { ALGORITHMS, type Signer, signWith } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { isType, KEYS_STREAM } from '../events/index.js'
import type { KeyRing } from '../ports/index.js'
import type { NextEvidenceKey } from './ledger.js'
import type { LedgerCore } from './ledger-core.js'
import type { RecordView } from './ledger-reader.js'
import { readStream } from './read-records.js'

/** A key of `ledger-keys` with its place in the log. */
export interface KeyState {
  readonly id: string
  readonly purpose: string
  /** Hex. */
  readonly publicKey: string
  readonly introducedAt: number
  /** Position of the record that revokes it. */
  readonly revokedAt: number | undefined
  /** Not valid from this position on, if it was revoked as compromised since then. */
  readonly compromisedSince: number | undefined
}

/** The fold of the complete stream `ledger-keys`, in order of introduction. */
export async function foldKeys(core: LedgerCore): Promise<KeyState[]> {
  const keys = new Map<string, KeyState>()
  for await (const record of readStream(core, KEYS_STREAM)) applyKeyRecord(keys, record)
  return [...keys.values()]
}

function applyKeyRecord(keys: Map<string, KeyState>, record: RecordView): void {
  const position = Number(record.position)
  if (isType(record, 'dev.clyra.ledger.key.introduced.v2')) {
    const { id, purpose, public: publicKey } = record.event.data.key
    // A key that was introduced once is not made valid again by a second record.
    if (!keys.has(id))
      keys.set(id, {
        id,
        purpose,
        publicKey,
        introducedAt: position,
        revokedAt: undefined,
        compromisedSince: undefined,
      })
  } else if (isType(record, 'dev.clyra.ledger.key.revoked.v1')) {
    const { id, compromisedSince } = record.event.data
    const key = keys.get(id)
    if (key === undefined || key.revokedAt !== undefined) return
    keys.set(id, {
      ...key,
      revokedAt: position,
      compromisedSince: compromisedSince === null ? undefined : Number(compromisedSince),
    })
  }
}

/** The newest evidence key that is valid now. */
export function currentEvidenceKey(keys: readonly KeyState[]): KeyState | undefined {
  return keys.findLast(({ purpose, revokedAt }) => purpose === 'evidence' && revokedAt === undefined)
}

/** The signer of the evidence key that comes next. Throws KEY_INVALID. */
export async function nextEvidenceSigner(ring: KeyRing, { key: id, algorithm }: NextEvidenceKey): Promise<Signer> {
  if (id === undefined) return ring.generate('evidence', algorithm)
  const signer = await ring.signer(id)
  if (signer !== undefined) return signer
  throw new ClyraError('KEY_INVALID', `the key ${id} is not in the key ring`, { details: { id } })
}

/** Throws KEY_INVALID for a key that the ledger knows already, its own among them: one key has one purpose, once. */
export function assertUnknown(core: LedgerCore, keys: readonly KeyState[], id: string): void {
  const refused = (why: string) => new ClyraError('KEY_INVALID', `the key ${id} ${why}`, { details: { id } })
  if (id === core.genesis.key.keyId) throw refused('is that of the ledger itself: one key has one purpose')
  const state = keys.find((one) => one.id === id)
  if (state !== undefined) throw refused(`was introduced at position ${state.introducedAt} already`)
}

/**
 * Throws KEY_INVALID where a signer does not hold the private half of the evidence key that it states: a key that cannot
 * sign must not take over. What it signs for that is kept nowhere and means nothing else (`spec/bundle/SPEC.md`, section 9).
 */
export async function provePossession(signer: Signer, identity: Uint8Array): Promise<void> {
  const key = canonicalBytes(keyRecord(signer, 'evidence'))
  await signWith(signer, concatBytes(utf8('clyra.possession/1\n'), identity, key))
}

/** What to say where the private half of the evidence key that signs now is not in the key ring. */
export async function missingEvidenceKey(core: LedgerCore): Promise<string | undefined> {
  const key = currentEvidenceKey(await foldKeys(core))
  if (key === undefined || (await core.ports.keys.signer(key.id)) !== undefined) return undefined
  return `the private key of the evidence key ${key.id} is not here: no bundle can be signed before it is put back from a backup, or \`clyra keys rotate\` has introduced a new one`
}

/** What may be said about revoking a key, before anything is written. Throws KEY_INVALID, NOT_YET_SUPPORTED. */
export function assertRevocable(core: LedgerCore, keys: readonly KeyState[], id: string): void {
  if (id === core.genesis.key.keyId) {
    throw new ClyraError('NOT_YET_SUPPORTED', "the ledger's own key cannot be rotated or revoked by this release", {
      details: { id },
    })
  }
  const key = keys.find((one) => one.id === id)
  if (key === undefined) throw new ClyraError('KEY_INVALID', `the ledger has no key ${id}`, { details: { id } })
  if (key.revokedAt !== undefined) {
    throw new ClyraError('KEY_INVALID', `the key ${id} was revoked at position ${key.revokedAt}`, {
      details: { id, position: key.revokedAt },
    })
  }
}

/** The key object that records carry. */
export function keyRecord(signer: Signer, purpose: 'ledger' | 'evidence') {
  const { keyId: id, algorithm: alg, publicKey } = signer
  return { id, purpose, alg, type: ALGORITHMS[alg].type[0]!, public: hex(publicKey) }
}
