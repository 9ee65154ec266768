import { base64, concatBytes, hex, utf8 } from '../../src/bytes.js'
import type { JsonObject, JsonValue } from '../../src/json.js'
import { sha256 } from '../../src/sha256.js'
import { claimOf, evidenceKey } from '../bundle-maker.js'
import { edit, editFile, flip, replaceText } from '../edit-json.js'
import { keyObject, TestLedger, testKey } from '../ledger-maker.js'
import { ARTIFACT, captured, closed, DRAFTS, gap, SALT, SEALED_VALUE, sampleLedger, started } from '../sample-ledger.js'
import { bad, type Vector } from './vector.js'

/** Keys, DSSE, claims and the caller's demands. */
export function evidenceVectors(): Vector[] {
  return [...keyVectors(), ...dsseVectors(), ...claimVectors(), ...openingVectors(), ...demandVectors()]
}

const next = testKey('evidence 2')

/** An honest ledger with one more act before its last heads record. */
function after(act: (ledger: TestLedger) => void): TestLedger {
  const ledger = sampleLedger()
  act(ledger)
  ledger.appendHeads()
  return ledger
}

const introduced =
  (key: JsonObject, replaces: string | null = null) =>
  (ledger: TestLedger) =>
    void ledger.append({ stream: 'ledger-keys', type: 'dev.clyra.ledger.key.introduced.v1', data: { key, replaces } })

function keyVectors(): Vector[] {
  const weak = { ...next, publicKey: Uint8Array.of(1, ...new Uint8Array(31)) }
  const weakId = hex(sha256(Uint8Array.of(1), weak.publicKey))
  return [
    bad('forged', 'key-id-of-another', 'KEY_MALFORMED', 'A key under the id of another key.', {
      ledger: after(introduced({ ...keyObject(next, 'evidence'), id: testKey('x').id })),
    }),
    bad('forged', 'key-small-order', 'KEY_MALFORMED', 'A key of small order is introduced.', {
      ledger: after(introduced({ ...keyObject(weak, 'evidence'), id: weakId })),
    }),
    bad('forged', 'key-twice', 'KEY_REUSED', 'One key is introduced twice.', {
      ledger: after((ledger) => void ledger.introduce(evidenceKey)),
    }),
    bad('forged', 'key-two-purposes', 'KEY_REUSED', 'The evidence key is introduced for badges too.', {
      ledger: after((ledger) => void ledger.introduce(evidenceKey, 'badge')),
    }),
    bad('forged', 'key-ledger-purpose', 'KEY_PURPOSE', 'A ledger key without endorsement.', {
      ledger: after((ledger) => void ledger.introduce(next, 'ledger')),
    }),
    bad('forged', 'key-revokes-unknown', 'KEY_UNKNOWN', 'A key is revoked that never was.', {
      ledger: after((ledger) => void ledger.revoke(next)),
    }),
    bad('forged', 'key-replaces-unknown', 'KEY_UNKNOWN', 'A key replaces one that never was.', {
      ledger: after((ledger) => void ledger.introduce(next, 'evidence', testKey('x').id)),
    }),
    bad(
      'forged',
      'key-compromised-later',
      'KEY_REVOCATION_INVALID',
      'Compromised since a position after the revocation.',
      { ledger: after((ledger) => void ledger.revoke(evidenceKey, 'compromised', '99')) },
    ),
    bad(
      'forged',
      'ledger-key-revoked',
      'CHECKPOINT_KEY_REVOKED',
      'The only ledger key was revoked before this checkpoint.',
      { ledger: after((ledger) => void ledger.revoke(ledger.ledgerKey)) },
    ),
  ]
}

function dsseVectors(): Vector[] {
  const predicate = (member: string, value: JsonValue) => ({
    lies: { statement: edit({ [`/predicate/${member}`]: value }) },
  })
  const digest = { sha256: '00'.repeat(32) }
  const badge = after((ledger) => void ledger.introduce(next, 'badge'))
  const revoked = after((ledger) => void ledger.revoke(evidenceKey, 'superseded'))
  const compromised = after((ledger) => void ledger.revoke(evidenceKey, 'compromised', '5'))
  const empty = new TestLedger()
  for (const draft of DRAFTS()) empty.append(draft)
  empty.appendHeads()
  return [
    bad('forged', 'dsse-payload-type', 'DSSE_PAYLOAD_TYPE', 'Another payload type over the same payload.', {
      lies: { payloadType: 'application/json' },
    }),
    bad('negative', 'dsse-base64-newline', 'DSSE_BASE64', 'A line feed in the payload.', {
      lies: { envelope: (envelope) => ({ ...envelope, payload: `${String(envelope['payload'])}\n` }) },
    }),
    bad('negative', 'dsse-base64-unpadded', 'DSSE_BASE64', 'A signature without padding.', {
      lies: { envelope: edit({ '/signatures/0/sig': base64(new Uint8Array(64)).slice(0, -2) }) },
    }),
    bad('forged', 'dsse-signature', 'DSSE_SIGNATURE_INVALID', 'A signature of zeros.', {
      lies: { envelope: edit({ '/signatures/0/sig': base64(new Uint8Array(64)) }) },
    }),
    bad('forged', 'dsse-payload-changed', 'DSSE_SIGNATURE_INVALID', 'Another payload under the signature.', {
      lies: {
        envelope: (envelope) => ({
          ...envelope,
          payload: base64(flip(-3)(Uint8Array.from(atob(String(envelope['payload'])), (c) => c.charCodeAt(0)))),
        }),
      },
    }),
    bad('forged', 'dsse-key-id-swapped', 'DSSE_SIGNATURE_INVALID', 'A known key id over a signature of another key.', {
      lies: { signers: [{ ...next, id: evidenceKey.id }] },
    }),
    bad('forged', 'dsse-wrong-purpose', 'KEY_WRONG_PURPOSE', 'A badge key signs a manifest.', {
      ledger: badge,
      lies: { signers: [next] },
    }),
    bad('forged', 'dsse-ledger-key', 'KEY_WRONG_PURPOSE', 'The ledger key signs a manifest.', {
      lies: { signers: [sampleLedger().ledgerKey] },
    }),
    bad('forged', 'dsse-revoked-key', 'KEY_REVOKED', 'A key that was revoked before the heads record.', {
      ledger: revoked,
    }),
    bad('forged', 'dsse-compromised-key', 'KEY_COMPROMISED', 'A key that the ledger knows as compromised.', {
      ledger: compromised,
    }),
    bad('forged', 'dsse-stranger', 'KEY_NOT_INTRODUCED', 'A key that the ledger never introduced.', {
      lies: { signers: [testKey('a stranger')] },
    }),
    bad('negative', 'dsse-no-keys', 'KEY_NOT_INTRODUCED', 'A ledger that has introduced no evidence key.', {
      ledger: empty,
    }),
    bad(
      'truncated',
      'dsse-revocation-left-out',
      'HEADS_CLAIM_MISMATCH',
      'The revocation of the signing key is left out of the bundle.',
      {
        ledger: revoked,
        lies: { positions: (positions) => positions.filter((position) => position !== 10) },
      },
    ),
    bad(
      'negative',
      'statement-not-canonical',
      'DSSE_STATEMENT_INVALID',
      'A signed statement that is not in canonical form.',
      { lies: { payload: (payload) => concatBytes(payload, utf8('\n')) } },
    ),
    bad('negative', 'statement-type', 'DSSE_STATEMENT_INVALID', 'A statement of another predicate type.', {
      lies: { statement: edit({ '/predicateType': 'https://slsa.dev/provenance/v1' }) },
    }),
    bad('forged', 'statement-two-subjects', 'DSSE_SUBJECT', 'Two subjects.', {
      lies: { statement: (it) => ({ ...it, subject: [...(it['subject'] as JsonValue[]), { name: 'x', digest }] }) },
    }),
    bad('forged', 'statement-other-subject', 'DSSE_SUBJECT', 'Another file as subject.', {
      lies: { statement: edit({ '/subject/0/name': 'proof.json' }) },
    }),
    bad('forged', 'statement-second-digest', 'DSSE_SUBJECT', 'A second, weaker digest.', {
      lies: { statement: edit({ '/subject/0/digest/md5': '00' }) },
    }),
    bad('forged', 'statement-digest', 'DSSE_DIGEST_MISMATCH', 'A statement about another manifest.', {
      lies: { statement: edit({ '/subject/0/digest': digest }) },
    }),
    bad(
      'forged',
      'statement-run',
      'DSSE_PREDICATE_MISMATCH',
      'A statement about another run.',
      predicate('run', 'other'),
    ),
    bad(
      'forged',
      'statement-size',
      'DSSE_PREDICATE_MISMATCH',
      'A statement about another size.',
      predicate('size', '11'),
    ),
    bad(
      'forged',
      'statement-origin',
      'DSSE_PREDICATE_MISMATCH',
      'A statement about another origin (tenant).',
      predicate('origin', 'other.example'),
    ),
  ]
}

function claimVectors(): Vector[] {
  const manifest = (changes: Record<string, JsonValue>) => ({ lies: { manifest: edit(changes) } })
  const killed = sampleLedger([started()])
  const partial = sampleLedger([started(), gap('log-truncated'), closed()])
  const redactions = 'ledger-redactions'
  const withoutRedactions = {
    claims: (claims: JsonObject[]) => claims.filter(({ stream }) => stream !== redactions),
    heads: (heads: JsonObject) => ({
      ...heads,
      paths: (heads['paths'] as JsonObject[]).filter(({ stream }) => stream !== redactions),
    }),
  }
  const other = sampleLedger()
  const otherPath = other.headsMap(9).prove('run-absent')
  return [
    bad('truncated', 'claim-missing', 'CLAIM_MISSING', 'The redactions are not claimed.', { lies: withoutRedactions }),
    bad('negative', 'claim-unexpected', 'CLAIM_UNEXPECTED', 'A stream more than the profile has.', {
      ledger: other,
      lies: {
        claims: (claims) =>
          [...claims, claimOf('run-absent', null)].sort((a, b) => (String(a['stream']) < String(b['stream']) ? -1 : 1)),
        heads: (heads) => ({
          ...heads,
          paths: [
            ...(heads['paths'] as JsonObject[]),
            {
              stream: 'run-absent',
              head: null,
              siblings: otherPath.siblings.map(hex),
              other: otherPath.other && { key: hex(otherPath.other.keyHash), value: hex(otherPath.other.valueHash) },
            },
          ].sort((a, b) => (String(a['stream']) < String(b['stream']) ? -1 : 1)),
        }),
      },
    }),
    bad(
      'forged',
      'other-run-named',
      'CLAIM_MISSING',
      'The manifest names another run than the one it holds.',
      manifest({ '/run/id': 'another' }),
    ),
    bad(
      'forged',
      'complete-as-of',
      'COMPLETE_AS_OF_MISMATCH',
      'A later time than the heads record has.',
      manifest({ '/completeAsOf/recordedat': '2025-06-01T00:00:00.000Z' }),
    ),
    bad('forged', 'killed-called-complete', 'RUN_COMPLETENESS_MISMATCH', 'A killed run is called complete.', {
      ledger: killed,
      ...manifest({ '/run/completeness': 'complete', '/run/reasons': [] }),
    }),
    bad('forged', 'gap-left-out', 'RUN_COMPLETENESS_MISMATCH', 'A gap is left out of the reasons.', {
      ledger: partial,
      ...manifest({ '/run/completeness': 'complete', '/run/reasons': [] }),
    }),
    bad(
      'forged',
      'demonstration-hidden',
      'DEMONSTRATION_MISMATCH',
      'A recorded demonstration is handed out as a real run.',
      {
        ledger: sampleLedger([started({ demonstration: true }), closed()]),
        ...manifest({ '/demonstration': false }),
      },
    ),
    bad(
      'forged',
      'governance',
      'GOVERNANCE_MISMATCH',
      'Other governance metadata than the run recorded.',
      manifest({ '/governance': null }),
    ),
    bad(
      'forged',
      'policy-substituted',
      'POLICY_MISMATCH',
      'Another policy than the one in force.',
      manifest({ '/policy': '11'.repeat(32) }),
    ),
    bad('forged', 'artifact-substituted', 'ARTIFACT_NAME_MISMATCH', 'Other bytes under the name of an artefact.', {
      lies: { embed: [ARTIFACT], listed: editFile(`artifacts/${hex(sha256(ARTIFACT))}`, flip(2)) },
    }),
    bad('forged', 'artifact-not-named', 'ARTIFACT_NOT_NAMED', 'An artefact that no record names.', {
      lies: { embed: [utf8('who am I')] },
    }),
    bad(
      'forged',
      'external-left-out',
      'EXTERNAL_MISMATCH',
      'An external artefact is not listed.',
      manifest({ '/external': [] }),
    ),
    bad(
      'forged',
      'external-size',
      'EXTERNAL_MISMATCH',
      'An external artefact with another size.',
      manifest({ '/external/0/size': '1' }),
    ),
    bad('forged', 'artifact-size', 'ARTIFACT_NOT_NAMED', 'An artefact that the record names with another size.', {
      ledger: sampleLedger([
        started(),
        { ...captured(), data: { ...(captured().data as JsonObject), size: '1' } },
        closed(),
      ]),
      lies: { embed: [ARTIFACT] },
    }),
  ]
}

function openingVectors(): Vector[] {
  const opening = { position: '6', pointer: '/data/text', salt: hex(SALT), value: SEALED_VALUE }
  const opened = (changes: JsonObject) => ({ lies: { openings: [{ ...opening, ...changes }] } })
  return [
    bad('forged', 'opening-value', 'OPENING_MISMATCH', 'Another value.', opened({ value: 'select 2' })),
    bad('forged', 'opening-salt', 'OPENING_MISMATCH', 'Another salt.', opened({ salt: '00'.repeat(32) })),
    bad('forged', 'opening-type', 'OPENING_MISMATCH', 'A value of another type.', opened({ value: ['select 1'] })),
    bad(
      'forged',
      'opening-of-no-value',
      'OPENING_TARGET_MISSING',
      'An opening moved to a record without a sealed value.',
      opened({ position: '3' }),
    ),
    bad(
      'forged',
      'opening-of-no-record',
      'OPENING_TARGET_MISSING',
      'An opening for a record that is not in the bundle.',
      opened({ position: '4' }),
    ),
    bad(
      'forged',
      'opening-moved',
      'OPENING_MISMATCH',
      'An opening moved to another record with a sealed value.',
      movedOpening(),
    ),
  ]
}

/** Two records that seal the same value: the opening of one is not the opening of the other. */
function movedOpening() {
  const sealedDraft = DRAFTS()[3]!
  const copy = { ...sealedDraft, attributes: { id: '01940000-0000-7000-8000-00000000dddd' } }
  return {
    ledger: sampleLedger([started(), sealedDraft, copy, closed()]),
    lies: { openings: [{ position: '5', pointer: '/data/text', salt: hex(SALT), value: SEALED_VALUE }] },
  }
}

function demandVectors(): Vector[] {
  const ledger = sampleLedger()
  const artifact = hex(sha256(ARTIFACT))
  const fork = sampleLedger([started(), closed(), ...DRAFTS().slice(1, 5)])
  const demand = (
    group: 'forged' | 'negative',
    name: string,
    code: Parameters<typeof bad>[2],
    shows: string,
    options: Parameters<typeof bad>[4] & object,
  ) => bad(group, name, code, shows, { ledger, ...options })
  return [
    demand('negative', 'demand-origin', 'OTHER_ORIGIN', 'Another origin was asked for.', {
      options: { origin: 'other.example' },
    }),
    demand('negative', 'demand-genesis', 'OTHER_GENESIS', 'Another ledger was asked for.', {
      options: { genesis: '00'.repeat(32) },
    }),
    demand('forged', 'demand-run', 'OTHER_RUN', "Another run's bundle.", { options: { run: 'another' } }),
    demand('forged', 'demand-artifact', 'ARTIFACT_MISMATCH', 'The artefact at hand is not the one that was recorded.', {
      options: { artifacts: { [artifact]: base64(replaceText('{}', '[]')(ARTIFACT)) } },
    }),
    demand('forged', 'demand-checkpoint', 'ROOT_DIVERGED', 'The caller holds another root for this size.', {
      options: { checkpoints: [base64(fork.checkpoint())] },
    }),
    demand('negative', 'demand-complete-run', 'RUN_NOT_COMPLETE', 'A complete run was asked for.', {
      ledger: sampleLedger([started()]),
      options: { requireCompleteRun: true },
    }),
    demand('negative', 'demand-artifacts', 'ARTIFACTS_MISSING', 'All artefacts were asked for.', {
      options: { requireArtifacts: true },
    }),
    demand(
      'forged',
      'demand-min-size',
      'SIZE_TOO_SMALL',
      'An old bundle as the current one: the log is known to be larger.',
      { options: { minSize: '11' } },
    ),
    demand('forged', 'demand-max-age', 'TOO_OLD', 'An old bundle as the current one: its newest record is too old.', {
      options: { maxAge: 3600 },
    }),
    demand('negative', 'demand-future', 'RECORDED_IN_FUTURE', 'A newest record of a time to come.', {
      options: { maxAge: 3600, now: '2024-12-31T00:00:00Z' },
    }),
    demand('negative', 'untrusted-before-stale', 'NO_TRUSTED_KEY', 'Among several findings the worst verdict wins.', {
      options: { trust: [], maxAge: 3600, requireArtifacts: true },
    }),
    demand('negative', 'invalid-before-untrusted', 'OTHER_RUN', 'INVALID wins over all, wherever it is found.', {
      options: { trust: [], run: 'another' },
    }),
    demand('negative', 'incomplete-before-stale', 'ARTIFACTS_MISSING', 'INCOMPLETE wins over STALE.', {
      options: { maxAge: 3600, requireArtifacts: true },
    }),
    demand('negative', 'diverged-before-incomplete', 'ROOT_DIVERGED', 'DIVERGED wins over INCOMPLETE.', {
      options: { requireArtifacts: true, checkpoints: [base64(fork.checkpoint())] },
    }),
  ]
}
