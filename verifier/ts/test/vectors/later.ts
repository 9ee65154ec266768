import { base64, concatBytes, utf8 } from '../../src/bytes.js'
import type { JsonObject } from '../../src/json.js'
import { formatVkey } from '../../src/note.js'
import { bundle, evidenceKey, type Lies } from '../bundle-maker.js'
import { flip } from '../edit-json.js'
import { keyObject, noteKey, signatureLine, TestLedger, testKey } from '../ledger-maker.js'
import { DRAFTS, other, RUN, sampleLedger } from '../sample-ledger.js'
import { bad, good, type Vector } from './vector.js'

/** What the ledger says of its keys: after the bundle was made, and of a key that the caller has pinned. */
export function laterVectors(): Vector[] {
  return [...newerVectors(), ...pinnedVectors()]
}

const next = testKey('evidence 2')

/** The ledger of the other vectors, gone on: a new evidence key, then `act`, then a heads record. */
export function goneOn(act: (ledger: TestLedger) => void, ledger = sampleLedger()): TestLedger {
  ledger.introduce(next, 'evidence', evidenceKey.id)
  act(ledger)
  ledger.appendHeads()
  return ledger
}

export const nothing = () => {}
export const asKeys = (ledger: TestLedger, lies: Lies = {}) => base64(bundle(ledger, RUN, { signers: [next], ...lies }))
export const heldOf = (ledger: TestLedger) => [base64(ledger.checkpoint())]

function newerVectors(): Vector[] {
  const ledger = sampleLedger()
  const quiet = goneOn(nothing)
  const superseded = goneOn((it) => void it.revoke(evidenceKey, 'superseded'))
  const compromised = goneOn((it) => void it.revoke(evidenceKey, 'compromised'))
  const since = goneOn((it) => void it.revoke(evidenceKey, 'compromised', '11'))
  const further = goneOn((it) => void [it.append(other('run-other', 7)), it.append(other('run-other', 8))])
  const early = new TestLedger()
  early.introduce(evidenceKey)
  early.appendHeads()
  const stranger = goneOn(nothing, sampleLedger(DRAFTS(), { seed: 'another ledger' }))
  const forked = forkedKeys()
  const checked = (name: string, shows: string, newer: TestLedger) =>
    good(name, shows, ledger, {}, { keys: [asKeys(newer)], checkpoints: heldOf(newer) })
  const stale = (name: string, shows: string, options: { keys?: string[]; checkpoints?: string[] }) =>
    bad('negative', name, 'KEYS_MAY_HAVE_CHANGED', shows, { ledger, options })
  return [
    checked('newer-keys', 'A newer checkpoint is held, and a newer bundle tells that no key was revoked.', quiet),
    checked(
      'newer-keys-superseded',
      'The signing key was superseded after this bundle: it was valid here.',
      superseded,
    ),
    good(
      'newer-keys-alone',
      'A newer bundle may be asked where no checkpoint is held.',
      ledger,
      {},
      { keys: [asKeys(quiet)] },
    ),
    stale('held-checkpoint-newer', 'The ledger went on, and nothing tells what became of its keys.', {
      checkpoints: heldOf(quiet),
    }),
    stale('newer-keys-too-old', 'What tells of the keys ends before the checkpoint that is held.', {
      keys: [asKeys(quiet)],
      checkpoints: heldOf(further),
    }),
    stale('newer-keys-older', 'What tells of the keys ends before this bundle.', {
      keys: [base64(bundle(early, RUN))],
    }),
    stale('newer-keys-other-ledger', 'The bundle that tells of the keys is of another ledger of the same origin.', {
      keys: [asKeys(stranger)],
    }),
    stale('newer-keys-not-sound', 'The bundle that tells of the keys is not sound.', {
      keys: [base64(flip(-200)(bundle(quiet, RUN, { signers: [next] })))],
    }),
    bad(
      'forged',
      'compromised-later',
      'KEY_COMPROMISED',
      'A newer bundle tells that the signing key was compromised.',
      {
        ledger,
        options: { keys: [asKeys(compromised)] },
      },
    ),
    bad(
      'forged',
      'compromised-later-since',
      'KEY_COMPROMISED',
      'Compromised since a position after this bundle: whenever it signed, nobody can tell.',
      {
        ledger,
        options: { keys: [asKeys(since)], checkpoints: heldOf(since) },
      },
    ),
    bad(
      'forged',
      'newer-keys-other-history',
      'ROOT_DIVERGED',
      'The newer bundle has other key records where this bundle has its own.',
      {
        ledger,
        options: { keys: [base64(bundle(forked, RUN, { signers: [next] }))] },
      },
    ),
    bad(
      'forged',
      'newer-keys-other-root',
      'ROOT_DIVERGED',
      'The checkpoint that is held has another root than the newer bundle.',
      {
        ledger,
        options: { keys: [asKeys(quiet)], checkpoints: heldOf(forked) },
      },
    ),
  ]
}

/** The same genesis record, and another evidence key from the beginning. */
export function forkedKeys(): TestLedger {
  const ledger = new TestLedger()
  ledger.introduce(next)
  ledger.appendHeads()
  for (const draft of DRAFTS()) ledger.append(draft)
  ledger.append(other('run-other', 7))
  ledger.append(other('run-other', 8))
  ledger.appendHeads()
  return ledger
}

export const second = testKey('ledger 2')

/** A ledger of two keys that both sign its checkpoint; `act` before the last heads record. */
export function twoKeys(act: (ledger: TestLedger) => void): { readonly ledger: TestLedger; readonly lies: Lies } {
  const ledger = sampleLedger(DRAFTS(), {
    genesis: (draft) => ({
      ...draft,
      data: {
        ...(draft.data as JsonObject), // the maker's own genesis data
        keys: [keyObject(testKey('ledger'), 'ledger'), keyObject(second, 'ledger')],
      },
    }),
  })
  act(ledger)
  ledger.appendHeads()
  return { ledger, lies: { checkpoint: (note) => bothSigned(ledger, note) } }
}

const bothSigned = (ledger: TestLedger, note: Uint8Array): Uint8Array =>
  concatBytes(note, utf8(signatureLine(ledger.origin, second, ledger.checkpointText())))

/** The options of a caller who pins these keys for the origin of the vectors. */
export const pin = (...keys: (typeof second)[]) => ({
  trust: keys.map((key) => ({ vkey: formatVkey(noteKey('vectors.clyra.internal', key)) })),
})

function pinnedVectors(): Vector[] {
  const first = testKey('ledger')
  const compromised = twoKeys((ledger) => void ledger.revoke(first, 'compromised', '5'))
  const superseded = twoKeys((ledger) => void ledger.revoke(first, 'superseded'))
  const before = twoKeys(nothing)
  const later = twoKeys((ledger) => {
    ledger.appendHeads()
    ledger.revoke(first, 'compromised')
  })
  const laterKeys = [base64(bundle(later.ledger, RUN, later.lies))]
  const refused = (name: string, shows: string, parts: Parameters<typeof bad>[4]) =>
    bad('forged', name, 'PINNED_KEY_REVOKED', shows, parts)
  return [
    refused(
      'pinned-key-compromised',
      'The ledger itself calls the pinned key compromised; another genesis key signs too.',
      {
        ...compromised,
        options: pin(first),
      },
    ),
    refused('pinned-key-superseded', 'The ledger itself has revoked the pinned key before this checkpoint.', {
      ...superseded,
      options: pin(first),
    }),
    good(
      'other-key-pinned',
      'The key that is pinned is not the one that was compromised.',
      compromised.ledger,
      compromised.lies,
      pin(second),
    ),
    good(
      'both-keys-pinned',
      'Of two pinned keys one was compromised: the other vouches.',
      compromised.ledger,
      compromised.lies,
      pin(first, second),
    ),
    refused('tiles-pinned-key-compromised', 'The same in a whole log.', {
      ledger: compromised.ledger,
      tiles: new Map([
        ...compromised.ledger.tiles(),
        ['checkpoint', bothSigned(compromised.ledger, compromised.ledger.checkpoint())],
      ]),
      options: pin(first),
    }),
    good(
      'pinned-key-compromised-later',
      'A newer bundle tells that one of two pinned keys was compromised.',
      before.ledger,
      before.lies,
      {
        ...pin(first, second),
        keys: laterKeys,
      },
    ),
    bad(
      'negative',
      'only-pinned-key-compromised-later',
      'KEYS_MAY_HAVE_CHANGED',
      'By the newer bundle itself no pinned key vouches for it: it settles nothing.',
      {
        ...before,
        options: { ...pin(first), keys: laterKeys },
      },
    ),
  ]
}
