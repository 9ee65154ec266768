import { base64, hex, utf8 } from '../../../src/bytes.js'
import type { JsonObject } from '../../../src/json.js'
import { sha256 } from '../../../src/sha256.js'
import { evidenceKey } from '../../bundle-maker.js'
import { replaceText } from '../../edit-json.js'
import { keyObject, signedNote, type TestKey, type TestLedger, testKey } from '../../ledger-maker.js'
import { ARTIFACT, DRAFTS, sampleLedger } from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'

/** Log, section 8, and DEF, sections 7 and 8: who may sign, and what a caller asks for. */
export function keyAndDemandReadings(): Vector[] {
  return [...rootReadings(), ...streamReadings(), ...signerReadings(), ...demandReadings()]
}

const next = testKey('evidence 2')

function after(...acts: ((ledger: TestLedger) => void)[]): TestLedger {
  const ledger = sampleLedger()
  for (const act of acts) act(ledger)
  ledger.appendHeads()
  return ledger
}

const introduce = (key: TestKey, purpose?: string, replaces?: string | null) => (ledger: TestLedger) =>
  void ledger.introduce(key, purpose, replaces)
const revoke = (key: TestKey, reason?: string, since?: string) => (ledger: TestLedger) =>
  void ledger.revoke(key, reason, since)

/** A ledger whose genesis record names these roots. */
const rooted = (...roots: JsonObject[]) =>
  sampleLedger(DRAFTS(), { genesis: (draft) => ({ ...draft, data: { ...(draft.data as JsonObject), roots } }) })

function rootReadings(): Vector[] {
  const ledger = rooted(keyObject(next, 'evidence'))
  ledger.introduce(testKey('evidence 3'), 'evidence', next.id)
  ledger.appendHeads()
  return [
    bad('forged', 'root-malformed', 'KEY_MALFORMED', 'A root under the id of another key.', {
      ledger: rooted({ ...keyObject(next, 'ledger'), id: testKey('x').id }),
    }),
    against(
      'keys.ts',
      'for (const key of genesis.roots) checkForm(key, 0)',
      'for (const key of genesis.roots) introduce(key, 0)',
      good(
        'roots-of-any-purpose',
        'Roots are not introduced: any purpose, one of them twice, one the evidence key itself.',
        rooted(keyObject(next, 'badge'), keyObject(next, 'badge'), keyObject(evidenceKey, 'attestation')),
      ),
    ),
    bad('forged', 'root-replaced', 'KEY_UNKNOWN', 'A key that replaces a root.', { ledger }),
    bad('forged', 'root-signs-manifest', 'KEY_NOT_INTRODUCED', 'A root signs the manifest.', {
      ledger: rooted(keyObject(next, 'evidence')),
      lies: { signers: [next] },
    }),
  ]
}

function streamReadings(): Vector[] {
  const before = testKey('before')
  return [
    bad('forged', 'key-replaces-itself', 'KEY_UNKNOWN', 'A key that replaces itself: it is not introduced before.', {
      ledger: after(introduce(next, 'evidence', next.id)),
    }),
    good(
      'key-replaces-ledger-key',
      'A key that replaces a key of another purpose.',
      after((ledger) => {
        ledger.introduce(next, 'evidence', ledger.ledgerKey.id)
      }),
    ),
    bad('forged', 'key-again', 'KEY_REUSED', 'A key that was revoked is introduced again.', {
      ledger: after(introduce(next), revoke(next), introduce(next)),
    }),
    bad(
      'forged',
      'ledger-key-introduced-again',
      'KEY_REUSED',
      "The ledger's key is introduced as an evidence key too.",
      {
        ledger: after((ledger) => void ledger.introduce(ledger.ledgerKey)),
      },
    ),
    bad(
      'forged',
      'genesis-key-of-another-purpose',
      'KEY_PURPOSE',
      'A genesis key that is no ledger key, beside one that is.',
      {
        ledger: sampleLedger(DRAFTS(), {
          genesis: (draft) => {
            const data = draft.data as JsonObject // the honest draft's data
            return {
              ...draft,
              data: { ...data, keys: [...(data['keys'] as JsonObject[]), keyObject(before, 'badge')] },
            }
          },
        }),
      },
    ),
    good(
      'key-revoked-twice',
      'A key is revoked twice: allowed.',
      after(introduce(next), revoke(next), revoke(next, 'retired')),
    ),
    bad('forged', 'key-revoked-before', 'KEY_UNKNOWN', 'A key is revoked before it is introduced.', {
      ledger: after(revoke(next), introduce(next)),
    }),
    good(
      'key-compromised-since-itself',
      'Compromised since the position of the revocation itself, and since 0.',
      after(introduce(next), introduce(before), revoke(next, 'compromised', '11'), (ledger) => {
        ledger.revoke(before, 'compromised', '0')
      }),
    ),
    bad('forged', 'key-compromised-without-reason', 'KEY_REVOCATION_INVALID', 'Compromised since, and only retired.', {
      ledger: after(introduce(next), revoke(next, 'retired', '5')),
    }),
    bad(
      'forged',
      'key-malformed-before-reused',
      'KEY_MALFORMED',
      'A second key under an id that is taken: its id is no hash of it.',
      {
        ledger: after((ledger) => {
          ledger.append({
            stream: 'ledger-keys',
            type: 'dev.clyra.ledger.key.introduced.v1',
            data: { key: { ...keyObject(next, 'evidence'), id: evidenceKey.id }, replaces: null },
          })
        }),
      },
    ),
  ]
}

function signerReadings(): Vector[] {
  const signed = (
    name: string,
    code: Parameters<typeof bad>[2],
    shows: string,
    ledger: TestLedger,
    ...signers: TestKey[]
  ) => bad('forged', name, code, shows, { ledger, lies: { signers } })
  const badge = after(introduce(next, 'badge'), revoke(next, 'compromised'))
  const revoked = after(revoke(evidenceKey, 'retired'))
  const both = after(revoke(evidenceKey, 'superseded'), revoke(evidenceKey, 'compromised', '11'))
  return [
    signed('dsse-purpose-before-compromised', 'KEY_WRONG_PURPOSE', 'A badge key that is compromised too.', badge, next),
    signed(
      'dsse-revoked-and-stranger',
      'KEY_REVOKED',
      'A revoked key and a stranger: the lower order.',
      revoked,
      testKey('s'),
      evidenceKey,
    ),
    signed(
      'dsse-compromised-later',
      'KEY_COMPROMISED',
      'Superseded first and known as compromised later: it is compromised.',
      both,
      evidenceKey,
    ),
    against(
      'dsse.ts',
      "if (state === undefined) rejected.push(['KEY_NOT_INTRODUCED', keyid])",
      "if (state === undefined) offences.add('KEY_NOT_INTRODUCED', keyid)",
      good('dsse-stranger-beside', 'A stranger beside a good signature does no harm.', sampleLedger(), {
        signers: [testKey('s'), evidenceKey],
      }),
    ),
    bad(
      'forged',
      'dsse-bad-beside-good',
      'DSSE_SIGNATURE_INVALID',
      'A bad signature of a known key beside a good one.',
      {
        lies: {
          envelope: (it) => {
            const [first] = it['signatures'] as JsonObject[]
            return { ...it, signatures: [first!, { ...first!, sig: base64(new Uint8Array(64)) }] }
          },
        },
      },
    ),
    bad(
      'forged',
      'dsse-bad-of-wrong-purpose',
      'DSSE_SIGNATURE_INVALID',
      'A bad signature of the ledger key beside a good one: a known key of whatever purpose.',
      {
        lies: {
          envelope: (it) => {
            const [first] = it['signatures'] as JsonObject[]
            const wrong = { keyid: sampleLedger().ledgerKey.id, sig: base64(new Uint8Array(64)) }
            return { ...it, signatures: [first!, wrong] }
          },
        },
      },
    ),
  ]
}

function demandReadings(): Vector[] {
  const ledger = sampleLedger()
  const artifact = hex(sha256(ARTIFACT))
  const wrongRoot = `${ledger.origin}\n10\n${base64(sha256(utf8('another root')))}\n`
  const stranger = signedNote(wrongRoot, [{ name: ledger.origin, key: testKey('a stranger') }])
  const met = (name: string, shows: string, options: Parameters<typeof good>[4]) =>
    good(name, shows, ledger, {}, options)
  return [
    bad(
      'negative',
      'held-checkpoint-unsigned',
      'ROOT_DIVERGED',
      'A held checkpoint is taken as it is: its signature is not asked for.',
      {
        ledger,
        options: { checkpoints: [base64(stranger)] },
      },
    ),
    met('artifact-of-nobody', 'An artefact at hand that the bundle does not call for is not looked at.', {
      artifacts: { [artifact]: base64(ARTIFACT), ['11'.repeat(32)]: base64(utf8('x')) },
    }),
    against(
      'demands.ts',
      'if (maxAge !== undefined) {',
      '{',
      met('future-not-asked', 'Without a greatest age nobody judges a record of a time to come.', {
        now: '2024-01-01T00:00:00Z',
      }),
    ),
    met('age-of-the-limit', 'A newest record exactly as old as it may be.', {
      maxAge: 10,
      now: '2025-01-01T00:00:19Z',
    }),
    met('future-of-the-limit', 'A newest record exactly 300 seconds ahead.', {
      maxAge: 10,
      now: '2024-12-31T23:55:09Z',
    }),
    bad('negative', 'age-above-the-limit', 'TOO_OLD', 'A thousandth of a second older than it may be.', {
      ledger,
      options: { maxAge: 10, now: '2025-01-01T00:00:19.001Z' },
    }),
    bad('negative', 'future-above-the-limit', 'RECORDED_IN_FUTURE', 'A thousandth of a second further ahead.', {
      ledger,
      options: { maxAge: 10, now: '2024-12-31T23:55:08.999Z' },
    }),
    against('options.ts', 'now = new Date()', 'now = new Date(0)', {
      ...bad('negative', 'age-by-the-clock', 'TOO_OLD', 'A greatest age, and no instant: the clock is asked.'),
      options: { trust: [{ vkey: ledger.vkey }], maxAge: 10 },
    }),
    met('min-size-of-the-limit', 'A size exactly as large as asked for.', { minSize: '10' }),
    bad('negative', 'demand-order', 'OTHER_ORIGIN', 'Another origin and another run: the lower order.', {
      ledger,
      options: { origin: 'other.example', run: 'another' },
    }),
    bad(
      'negative',
      'artifact-mismatch-before-untrusted',
      'ARTIFACT_MISMATCH',
      'INVALID wins over UNTRUSTED in demands too.',
      {
        ledger,
        options: { trust: [], artifacts: { [artifact]: base64(replaceText('{}', '[]')(ARTIFACT)) } },
      },
    ),
  ]
}
