import { base64, hex, utf8 } from '../../../src/bytes.js'
import { sha256 } from '../../../src/sha256.js'
import { bundle, evidenceKey } from '../../bundle-maker.js'
import { TestLedger, testKey } from '../../ledger-maker.js'
import { DRAFTS, other, RUN, sampleLedger } from '../../sample-ledger.js'
import { asKeys, goneOn, heldOf, nothing, pin, second, twoKeys } from '../later.js'
import { against, bad, good, type Vector } from '../vector.js'

/** Log, section 8, and DEF, section 8: which source tells of later keys, and when a key's time ends. */
export function laterKeyReadings(): Vector[] {
  return [...sourceReadings(), ...endReadings(), ...pinReadings()]
}

const next = testKey('evidence 2')
const first = testKey('ledger')

function sourceReadings(): Vector[] {
  const ledger = sampleLedger()
  const quiet = goneOn(nothing)
  const stranger = goneOn(nothing, sampleLedger(DRAFTS(), { seed: 'another ledger' }))
  const twin = sampleLedger(DRAFTS().toSpliced(1, 1, other('run-other', 9)))
  return [
    against(
      'demands.ts',
      "else if (unusable?.result === 'unusable')",
      "else if (unusable?.result === 'unusable' && !later.some(({ result }) => result === 'used'))",
      bad(
        'negative',
        'newer-keys-bad-beside-good',
        'KEYS_MAY_HAVE_CHANGED',
        'A source of another ledger beside one that reaches the held checkpoint: each is judged by itself.',
        { ledger, options: { keys: [asKeys(quiet), asKeys(stranger)], checkpoints: heldOf(quiet) } },
      ),
    ),
    against(
      'verify-bundle.ts',
      "judge(documents).flatMap((later) => (later.result === 'used' ? later.keys : []))",
      "sources.flatMap((later) => ('keys' in later ? later.keys : []))",
      bad(
        'forged',
        'newer-keys-diverged-are-not-used',
        'ROOT_DIVERGED',
        'A source with another history calls the signing key compromised: what it says of keys is not used.',
        { ledger, options: { keys: [asKeys(accusing())] } },
      ),
    ),
    good(
      'newer-keys-of-another-run',
      'The source is a bundle of another run than the one that is asked for: what the caller demands is not asked of it.',
      ledger,
      {},
      { run: RUN, keys: [base64(bundle(quiet, 'other', { signers: [next] }))], checkpoints: heldOf(quiet) },
    ),
    against(
      'later-keys.ts',
      '!same || !sameRoot',
      '!same',
      bad(
        'forged',
        'newer-keys-of-equal-size',
        'ROOT_DIVERGED',
        'A source of the same size and the same key records that has another root.',
        { ledger, options: { keys: [asKeys(twin, { signers: [evidenceKey] })] } },
      ),
    ),
  ]
}

/** The same genesis record, another history, and in it the evidence key of the other vectors is compromised. */
function accusing(): TestLedger {
  const ledger = new TestLedger()
  ledger.introduce(next)
  ledger.introduce(evidenceKey)
  ledger.revoke(evidenceKey, 'compromised')
  ledger.appendHeads()
  for (const draft of DRAFTS()) ledger.append(draft)
  ledger.appendHeads()
  return ledger
}

/** Evidence that the first of two ledger keys alone has signed, and what a newer bundle says of that key. */
function endReadings(): Vector[] {
  const before = twoKeys(nothing).ledger
  const size = before.records.length
  const told = (...revocations: (readonly [reason: string, since: string | null])[]) => {
    const { ledger, lies } = twoKeys((it) => {
      it.appendHeads()
      for (const [reason, since] of revocations) it.revoke(first, reason, since)
    })
    return { ledger: before, options: { ...pin(first, second), keys: [base64(bundle(ledger, RUN, lies))] } }
  }
  const end = 'Math.min(state.to, position - 1, (compromisedSince ?? position) - 1)'
  const ended = (name: string, theirs: string, shows: string, parts: Parameters<typeof bad>[4]) =>
    against('keys.ts', end, theirs, bad('forged', name, 'CHECKPOINT_KEY_REVOKED', shows, parts))
  const revoked = sampleLedger()
  revoked.revoke(revoked.ledgerKey)
  return [
    ended(
      'checkpoint-key-compromised-since',
      'Math.min(state.to, position - 1)',
      'A key was compromised since a position of this evidence: it was not valid at the last one.',
      told(['compromised', '5']),
    ),
    ended(
      'checkpoint-key-compromised-since-the-last',
      'Math.min(state.to, position - 1, compromisedSince ?? position)',
      'Compromised since the last position of this evidence: valid up to the one before.',
      told(['compromised', String(size - 1)]),
    ),
    ended(
      'checkpoint-key-revoked-twice',
      'Math.min(position - 1, (compromisedSince ?? position) - 1)',
      'Compromised since early, and revoked again without a position: the earliest end counts.',
      told(['compromised', '5'], ['superseded', null]),
    ),
    ended(
      'tiles-last-record-revokes',
      'Math.min(state.to, position, compromisedSince ?? position)',
      'The last record of a log revokes the key that signs the checkpoint: valid up to the record before.',
      { ledger: revoked, tiles: revoked.tiles() },
    ),
    against(
      'examination.ts',
      ' && !state.compromised',
      '',
      bad(
        'forged',
        'pinned-key-compromised-since-after',
        'PINNED_KEY_REVOKED',
        'Compromised since a position behind this evidence: it still signs, and vouches for nothing.',
        told(['compromised', String(size)]),
      ),
    ),
    against(
      'keys.ts',
      'state !== undefined && isValidAt(state, position)',
      'state !== undefined && isValidAt(state, position) && !state.compromised',
      bad(
        'forged',
        'pinned-key-compromised-and-valid',
        'PINNED_KEY_REVOKED',
        'The only signer is known as compromised and was valid here: that is a matter of trust, not of soundness.',
        told(['compromised', null]),
      ),
    ),
    against(
      'keys.ts',
      "compromised: state.compromised || reason === 'compromised' })",
      "compromised: reason === 'compromised' })",
      bad(
        'forged',
        'dsse-compromised-then-retired',
        'KEY_COMPROMISED',
        'Compromised, and revoked again for another reason: one reason makes it compromised.',
        { ledger: compromisedThenRetired(), lies: { signers: [evidenceKey] } },
      ),
    ),
  ]
}

function compromisedThenRetired(): TestLedger {
  const ledger = sampleLedger()
  ledger.revoke(evidenceKey, 'compromised')
  ledger.revoke(evidenceKey, 'retired')
  ledger.appendHeads()
  return ledger
}

function pinReadings(): Vector[] {
  const ledger = sampleLedger()
  const { vkey } = ledger
  const another = hex(sha256(utf8('another ledger')))
  const unsigned = pin(second).trust
  const compromised = twoKeys((it) => void it.revoke(first, 'compromised', '5'))
  return [
    against(
      'trust.ts',
      'matching.filter((pin) => pin.genesis === undefined || pin.genesis === genesis)',
      '(matching.every((pin) => pin.genesis === undefined || pin.genesis === genesis) ? matching : [])',
      good(
        'pins-of-two-ledgers',
        'One key is pinned for two ledgers of one origin, and this is one of them.',
        ledger,
        {},
        {
          trust: [
            { vkey, genesis: another },
            { vkey, genesis: hex(ledger.genesis) },
          ],
        },
      ),
    ),
    against(
      'trust.ts',
      'if (trusted.length > 0) return { trusted }',
      'if (trusted.length > 0) return { trusted: matching.map(({ key }) => key) }',
      bad(
        'forged',
        'pin-of-another-ledger-beside-a-compromised-key',
        'PINNED_KEY_REVOKED',
        'Two signers: one is pinned and compromised, the other is pinned for another ledger and vouches for nothing here.',
        {
          ...compromised,
          options: { trust: [...pin(first).trust, ...unsigned.map((one) => ({ ...one, genesis: another }))] },
        },
      ),
    ),
    against(
      'trust.ts',
      'if (matching.length > 0)',
      'if (matching.length > 0 && matching.length === forOrigin.length)',
      bad(
        'negative',
        'pin-of-another-ledger-beside-another-key',
        'PINNED_GENESIS_MISMATCH',
        'The right key pinned for another ledger, and another key of the origin: the first is said.',
        { ledger, options: { trust: [...unsigned, { vkey, genesis: another }] } },
      ),
    ),
  ]
}
