import { base64, concatBytes, hex, u16be, utf8 } from '../../src/bytes.js'
import { sha256 } from '../../src/sha256.js'
import { evidenceKey } from '../bundle-maker.js'
import { editFile } from '../edit-json.js'
import { keyObject, signatureLine, signedNote, TestLedger, testKey } from '../ledger-maker.js'
import {
  ARTIFACT,
  captured,
  closed,
  DRAFTS,
  gap,
  other,
  RUN,
  SALT,
  SEALED_VALUE,
  SUBJECT,
  sampleLedger,
  sealed,
  started,
} from '../sample-ledger.js'
import { good, PINNED, type Vector } from './vector.js'

const POSITION_OF_SEALED = 6

export function validVectors(): Vector[] {
  const ledger = sampleLedger()
  const text = ledger.checkpointText()
  const stranger = testKey('a stranger')
  const artifact = hex(sha256(ARTIFACT))
  const opening = { position: String(POSITION_OF_SEALED), pointer: '/data/text', salt: hex(SALT), value: SEALED_VALUE }
  return [
    good('honest', 'A complete run, an external artefact that is not at hand, a sealed value withheld.', ledger),
    good(
      'renderer-named',
      'The manifest names who rendered the report; the bundles beside this one, of the form before, do not.',
      ledger,
      { manifest: (it) => ({ ...it, renderer: { name: 'def-report', version: 2 } }) },
    ),
    good(
      'renderer-unknown',
      'A renderer, and a fold, of which the verifier knows nothing: it takes no part in what they made.',
      ledger,
      {
        manifest: (it) => ({
          ...it,
          projections: [{ name: 'later-fold', version: 7, digest: hex(sha256(utf8('later'))) }],
          renderer: { name: 'somebody', version: 999 },
        }),
      },
    ),
    good(
      'genesis-pinned',
      'Key and genesis leaf pinned together.',
      ledger,
      {},
      {
        trust: [{ vkey: ledger.vkey, genesis: hex(ledger.genesis) }],
      },
    ),
    good(
      'demands-met',
      'Every demand of the caller is met.',
      ledger,
      {},
      {
        run: RUN,
        origin: ledger.origin,
        genesis: hex(ledger.genesis),
        minSize: '10',
        maxAge: 86400,
        requireCompleteRun: true,
        requireArtifacts: true,
        artifacts: { [artifact]: base64(ARTIFACT) },
        checkpoints: [base64(ledger.checkpoint())],
      },
    ),
    good(
      'held-checkpoint-of-another-size',
      'A checkpoint that cannot be compared is a warning, not a finding.',
      ledger,
      {},
      {
        checkpoints: [base64(ledger.checkpoint(5))],
      },
    ),
    good('unknown-signature-line', 'A signature line of an unknown key is ignored.', ledger, {
      checkpoint: (note) => concatBytes(note, utf8(signatureLine('witness.example', stranger, text))),
    }),
    good('unknown-signature-line-first', 'The order of signature lines means nothing.', ledger, {
      checkpoint: () =>
        signedNote(text, [
          { name: 'witness.example', key: stranger },
          { name: ledger.origin, key: ledger.ledgerKey },
        ]),
    }),
    good(
      'unknown-algorithm-line',
      'A line of another signature type under the ledger name has another key hash.',
      ledger,
      {
        checkpoint: (note) =>
          concatBytes(note, utf8(`\u2014 ${ledger.origin} ${base64(new Uint8Array(100).fill(7))}\n`)),
      },
    ),
    good('sixteen-signature-lines', 'Sixteen lines are accepted.', ledger, {
      checkpoint: (note) =>
        concatBytes(
          note,
          ...Array.from({ length: 15 }, (_, i) => utf8(signatureLine(`w${i}.example`, stranger, text))),
        ),
    }),
    good('signer-twice', 'A key that signed twice counts once.', ledger, {
      checkpoint: (note) => concatBytes(note, utf8(signatureLine(ledger.origin, ledger.ledgerKey, text))),
    }),
    good(
      'partial-run',
      'A run with gaps is VALID evidence of an incomplete run.',
      sampleLedger([started(), gap('log-truncated'), gap('artifact-manifest-missing'), gap('log-truncated'), closed()]),
    ),
    good(
      'killed-run',
      'A run that was never closed is unknown, for the reason run-not-closed.',
      sampleLedger([started()]),
    ),
    good(
      'demonstration',
      'A recorded demonstration is marked.',
      sampleLedger([started({ demonstration: true }), closed()]),
    ),
    good('absent-run', 'The ledger proves that it has no such run.', sampleLedger([other()])),
    good('embedded-artifact', 'An embedded artefact is no longer external.', ledger, { embed: [ARTIFACT] }),
    good('opening', 'A sealed value is opened.', ledger, { openings: [opening] }),
    good(
      'redacted-run',
      'A redaction record names the subject of the run.',
      sampleLedger([
        ...DRAFTS(),
        {
          stream: 'ledger-redactions',
          type: 'dev.clyra.ledger.redacted.v1',
          data: { subject: SUBJECT, reason: 'erasure-request' },
        },
      ]),
    ),
    good(
      'redacted-later-start',
      'A redaction record names the subject of a later start of the run: the run is redacted (no verdict and no code shows it).',
      sampleLedger([
        started(),
        started({ subject: 'another subject' }),
        closed(),
        {
          stream: 'ledger-redactions',
          type: 'dev.clyra.ledger.redacted.v1',
          data: { subject: 'another subject', reason: 'mistake' },
        },
      ]),
    ),
    good(
      'unknown-event-type',
      'A type that the verifier does not know is admitted in a run.',
      sampleLedger([
        started(),
        {
          stream: `run-${RUN}`,
          type: 'dev.clyra.something.new.v7',
          data: { list: [1, -1, 9007199254740991, 'é\u2028😀'] },
        },
        { ...other(`run-${RUN}`), attributes: { someextension: 'x', subject: 'y' } },
        closed(),
      ]),
    ),
    good(
      'first-heads-record',
      'The heads record is the first of its stream: its own path shows absence.',
      firstHeads(),
    ),
    ...keyVectors(),
    good('detached-file-not-checked', 'A timestamp token is present: not read, said so, no pass.', ledger, {
      files: editFile('manifest.tsr', () => utf8('not looked at')),
    }),
    good(
      'shared-recordedat',
      'A clock that stood still repeats its value.',
      sampleLedger([
        started(),
        {
          ...sealed(),
          attributes: { id: '01940000-0000-7000-8000-00000000bbbb', recordedat: '2025-01-01T00:00:03.000Z' },
        },
        { ...captured(), attributes: { recordedat: '2025-01-01T00:00:03.000Z' } },
        closed(),
      ]),
    ),
    { ...tiles('tiles-honest', 'A whole log as tiles.', ledger) },
    {
      ...tiles('tiles-held-checkpoint', 'An older checkpoint is compared by recomputing the root at its size.', ledger),
      options: { ...PINNED(ledger), checkpoints: [base64(ledger.checkpoint(5))] },
    },
    {
      ...tiles('tiles-older-partials', 'Partial tiles of earlier sizes are still there.', ledger),
      evidence: withOlder(ledger),
    },
    {
      ...tiles('tiles-ahead', 'A tile of a later checkpoint, and a file beside the tree: not looked at.', ledger),
      evidence: new Map([
        ...ledger.tiles(),
        ['tile/0/001.p/1', new Uint8Array(32)],
        ['README.txt', utf8('not a part of the log\n')],
      ]),
    },
    {
      ...tiles('tiles-litter', 'What desktops leave in every directory is no tile and says nothing.', ledger),
      evidence: new Map([
        ...ledger.tiles(),
        ['tile/.directory', utf8('[Dolphin]\n')],
        ['tile/0/._000', new Uint8Array(82)],
        ['tile/entries/Thumbs.db', new Uint8Array(8)],
        ['tile/.Trash-1000/files/000', new Uint8Array(32)],
      ]),
    },
    tiles('tiles-of-one-record', 'The smallest log: its genesis.', new TestLedger()),
  ]
}

/** The tree with the tile and the bundle that it had at size 3. */
function withOlder(ledger: TestLedger): Map<string, Uint8Array> {
  const older = ledger.records.slice(0, 3)
  return new Map([
    ...ledger.tiles(),
    ['tile/0/000.p/3', concatBytes(...older.map(({ leaf }) => leaf))],
    ['tile/entries/000.p/3', concatBytes(...older.flatMap(({ bytes }) => [u16be(bytes.length), bytes]))],
  ])
}

function tiles(name: string, shows: string, ledger: TestLedger): Vector {
  return {
    group: 'valid',
    name,
    shows,
    options: PINNED(ledger),
    verdict: 'VALID',
    code: 'OK',
    evidence: ledger.tiles(),
  }
}

function firstHeads(): TestLedger {
  const ledger = new TestLedger()
  ledger.introduce(evidenceKey)
  for (const draft of [started(), closed()]) ledger.append(draft)
  ledger.appendHeads()
  return ledger
}

function keyVectors(): Vector[] {
  const next = testKey('evidence 2')
  const rotated = sampleLedger([...DRAFTS()])
  rotated.introduce(next, 'evidence', evidenceKey.id)
  rotated.appendHeads()
  const revoked = sampleLedger([...DRAFTS()])
  revoked.introduce(next, 'evidence', evidenceKey.id)
  revoked.revoke(evidenceKey, 'superseded')
  revoked.appendHeads()
  const roots = sampleLedger(DRAFTS(), {
    genesis: (draft) => ({
      ...draft,
      data: { ...(draft.data as Record<string, string>), roots: [keyObject(testKey('root'), 'ledger')] },
    }),
  })
  return [
    good('rotated-key', 'The new evidence key signs.', rotated, { signers: [next] }),
    good('overlapping-key', 'The old evidence key is valid until it is revoked.', rotated),
    good('signed-by-both', 'A revoked key beside a valid one does no harm.', revoked, { signers: [evidenceKey, next] }),
    good(
      'introduced-just-before',
      'A key introduced at the position before the heads record is valid at it.',
      justBefore(),
      {
        signers: [next],
      },
    ),
    good('offline-roots', 'The genesis record names offline root keys.', roots),
  ]
}

function justBefore(): TestLedger {
  const ledger = sampleLedger()
  ledger.introduce(testKey('evidence 2'))
  ledger.appendHeads()
  return ledger
}
