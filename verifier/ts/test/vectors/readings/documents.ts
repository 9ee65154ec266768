import { base64, hex } from '../../../src/bytes.js'
import type { JsonObject, JsonValue } from '../../../src/json.js'
import { sha256 } from '../../../src/sha256.js'
import type { FaultCode } from '../../../src/spec.generated.js'
import { edit, editFile } from '../../edit-json.js'
import type { Draft } from '../../ledger-maker.js'
import { ARTIFACT, captured, closed, sampleLedger, started } from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'

/** DEF, sections 3, 6 and 7: the manifest, the artefacts that it lists, and the statement that is signed. */
export function documentReadings(): Vector[] {
  return [...manifestReadings(), ...artifactReadings(), ...statementReadings()]
}

const refused = (name: string, code: FaultCode, shows: string, lies: Parameters<typeof bad>[4] & object) =>
  bad('negative', name, code, shows, lies)
const manifest = (name: string, code: FaultCode, shows: string, change: (manifest: JsonObject) => JsonObject) =>
  refused(name, code, shows, { lies: { manifest: change } })

function manifestReadings(): Vector[] {
  const twice = (member: string, changes: JsonObject) => (it: JsonObject) => {
    const [first, ...rest] = it[member] as JsonObject[] // the honest manifest has such a list
    return { ...it, [member]: [first!, { ...first!, ...changes }, ...rest] }
  }
  return [
    against(
      'documents.ts',
      'isRecordedAt(String(value)) ? value',
      'String(value) !== "" ? value',
      manifest(
        'manifest-day-that-is-none',
        'MANIFEST_MALFORMED',
        'completeAsOf names the 30th of February.',
        edit({ '/completeAsOf/recordedat': '2025-02-30T00:00:09.000Z' }),
      ),
    ),
    manifest(
      'format-absent',
      'MANIFEST_MALFORMED',
      'No format, and an unknown profile: neither is judged before both are texts.',
      edit({ '/format': undefined, '/profile': 'pef' }),
    ),
    manifest(
      'profile-number',
      'MANIFEST_MALFORMED',
      'An unknown format, and a profile that is a number.',
      edit({ '/format': 'clyra.bundle/1', '/profile': 1 }),
    ),
    manifest(
      'format-before-shape',
      'FORMAT_UNSUPPORTED',
      'An unknown format is said before the rest of the manifest is looked at.',
      edit({ '/format': 'clyra.bundle/1', '/size': 1 }),
    ),
    refused('manifest-before-missing-file', 'MANIFEST_MALFORMED', 'A refused manifest is said before a missing file.', {
      lies: { manifest: edit({ '/size': 1 }), files: editFile('proof.json', () => undefined) },
    }),
    refused('missing-file-before-digest', 'FILE_MISSING', 'A missing file is said before a digest that differs.', {
      lies: {
        files: (files) => {
          const cut = editFile('proof.json', () => undefined)(files)
          return editFile('report.html', (bytes) => bytes.map((byte) => byte ^ 1))(cut)
        },
      },
    }),
    manifest(
      'manifest-file-twice',
      'MANIFEST_MALFORMED',
      'One path twice, with two sizes: a list has no two with the same key.',
      twice('files', { size: '1' }),
    ),
    manifest(
      'manifest-external-twice',
      'MANIFEST_MALFORMED',
      'One artefact twice, with two sizes.',
      twice('external', { size: '16' }),
    ),
    manifest(
      'manifest-run-not-its-own',
      'CLAIM_MISSING',
      'A run whose stream is not claimed.',
      edit({ '/run/id': 'r' }),
    ),
    manifest(
      'manifest-size-line-feed',
      'MANIFEST_MALFORMED',
      'A size with a line feed behind it.',
      edit({ '/size': '10\n' }),
    ),
    manifest(
      'manifest-size-other-digits',
      'MANIFEST_MALFORMED',
      'A size in full-width digits.',
      edit({ '/size': '\uff11\uff10' }),
    ),
    manifest('manifest-size-zero', 'ROOT_NOT_CHECKPOINT', 'A size of 0 is well formed.', edit({ '/size': '0' })),
    manifest(
      'manifest-version-text',
      'MANIFEST_MALFORMED',
      'A version that is a text.',
      edit({ '/projections/0/version': '1' }),
    ),
    ...(
      [
        ['null', 'A renderer that is null: where none is named, the member is absent.', null],
        ['text', 'A renderer that is a text.', 'def-report 2'],
        ['name', 'A renderer whose name begins with a capital letter.', { name: 'Def', version: 2 }],
        ['version-text', 'A version of the renderer that is a text.', { name: 'def-report', version: '2' }],
        ['version-missing', 'A renderer without a version.', { name: 'def-report' }],
        ['member', 'A renderer with a further member.', { name: 'def-report', version: 2, digest: null }],
      ] as const
    ).map(([name, shows, renderer]) =>
      manifest(`manifest-renderer-${name}`, 'MANIFEST_MALFORMED', shows, edit({ '/renderer': renderer })),
    ),
    manifest(
      'manifest-governance-list',
      'MANIFEST_MALFORMED',
      'Governance that is a list.',
      edit({ '/governance': [] }),
    ),
    refused('dsse-65-signatures', 'DSSE_MALFORMED', 'Sixty-five signatures.', {
      lies: { envelope: (it) => ({ ...it, signatures: Array(65).fill((it['signatures'] as JsonValue[])[0]!) }) },
    }),
    good('dsse-64-signatures', 'Sixty-four signatures, all of one key.', sampleLedger(), {
      envelope: (it) => ({ ...it, signatures: Array(64).fill((it['signatures'] as JsonValue[])[0]!) }),
    }),
    refused('proof-no-positions', 'PROOF_POSITIONS', 'No positions for the records there are.', {
      lies: { proof: edit({ '/positions': [] }) },
    }),
  ]
}

function artifactReadings(): Vector[] {
  const sized = (size: string): Draft => ({ ...captured(), data: { ...(captured().data as JsonObject), size } })
  const sizes = (...all: string[]) => sampleLedger([started(), ...all.map(sized), closed()])
  const right = String(ARTIFACT.length)
  const digest = hex(sha256(ARTIFACT))
  const listed = (size: string) => edit({ '/external': [{ sha256: digest, size }] })
  return [
    against(
      'claims.ts',
      'named.set(captured.sha256, captured.size)',
      'if (!named.has(captured.sha256)) named.set(captured.sha256, captured.size)',
      good(
        'artifact-named-twice',
        'Of two records that name one artefact with two sizes the last counts.',
        sizes('1', right),
        {
          manifest: listed(right),
        },
      ),
    ),
    bad(
      'forged',
      'artifact-named-twice-embedded',
      'ARTIFACT_NOT_NAMED',
      'The same, and the last size is not that of the bytes.',
      {
        ledger: sizes(right, '1'),
        lies: { embed: [ARTIFACT], manifest: edit({ '/external': [] }) },
      },
    ),
    bad(
      'negative',
      'artifact-embedded-and-external',
      'EXTERNAL_MISMATCH',
      'An embedded artefact listed as external too.',
      {
        lies: { embed: [ARTIFACT], manifest: listed(right) },
      },
    ),
  ]
}

function statementReadings(): Vector[] {
  const statement = (name: string, code: FaultCode, shows: string, changes: Record<string, JsonValue | undefined>) =>
    bad('negative', `statement-${name}`, code, shows, { lies: { statement: edit(changes) } })
  const invalid = (name: string, shows: string, changes: Record<string, JsonValue | undefined>) =>
    statement(name, 'DSSE_STATEMENT_INVALID', shows, changes)
  const subject = (name: string, shows: string, changes: Record<string, JsonValue | undefined>) =>
    statement(name, 'DSSE_SUBJECT', shows, changes)
  return [
    invalid('subject-text', 'A subject that is no list.', { '/subject': 'manifest.json' }),
    invalid('subject-of-texts', 'A list of subjects that are no objects.', { '/subject': ['manifest.json'] }),
    subject('no-subject', 'An empty list of subjects.', { '/subject': [] }),
    subject('subject-empty', 'A subject without members.', { '/subject': [{}] }),
    subject('subject-member-more', 'A subject with a member more.', { '/subject/0/uri': 'x' }),
    subject('digest-upper', 'A digest in upper case.', { '/subject/0/digest/sha256': 'AB'.repeat(32) }),
    invalid('member-more', 'A statement with a member more.', { '/note': 'x' }),
    invalid('predicate-member-more', 'A predicate with a member more.', { '/predicate/note': 'x' }),
    invalid('predicate-member-missing', 'A predicate without its run.', { '/predicate/run': undefined }),
    invalid('predicate-number', 'A size that is a number.', { '/predicate/size': 10 }),
    against(
      'dsse.ts',
      'size: text(), root: text()',
      'size: text(/^(0|[1-9][0-9]*)$/), root: text()',
      statement(
        'predicate-form',
        'DSSE_PREDICATE_MISMATCH',
        'A size with a leading zero: any text is compared with the manifest, none has a form of its own.',
        { '/predicate/size': '010' },
      ),
    ),
    bad('negative', 'statement-empty', 'DSSE_STATEMENT_INVALID', 'A signed payload of no bytes.', {
      lies: { payload: () => new Uint8Array(0) },
    }),
    bad('negative', 'dsse-base64-before-signature', 'DSSE_BASE64', 'A bad signature before one that is no base64.', {
      lies: {
        envelope: (it) => {
          const [first] = it['signatures'] as JsonObject[]
          const zeros = { ...first!, sig: base64(new Uint8Array(64)) }
          return { ...it, signatures: [zeros, { ...first!, sig: '=' }] }
        },
      },
    }),
  ]
}
