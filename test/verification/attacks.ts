/** The rows of the page, by its parts. */
import type { Attack } from './attack.js'
import { SIGNATURE_ATTACKS } from './signature-attacks.js'

/** A part of the page. What `passes` must be accepted; all else must be refused. */
export interface AttackGroup {
  readonly title: string
  readonly passes?: true
  readonly rows: readonly Attack[]
}

const LOG: readonly Attack[] = [
  {
    attack: 'rollback: an older log as the current one',
    vectors: 'checkpoint-older checkpoint-newer demand-min-size tiles-too-small demand-max-age age-above-the-limit',
    proofs: ['the log went back to an older size'],
  },
  {
    attack: 'fork: another history of the same or a larger size',
    vectors:
      'demand-checkpoint tiles-diverged held-checkpoint-unsigned newer-keys-other-history newer-keys-other-root ' +
      'newer-keys-of-equal-size newer-keys-diverged-are-not-used',
    proofs: ['another history of the same size', 'another history of a larger size'],
  },
  {
    attack: 'index or size off by one',
    vectors: 'proof-index-off-by-one proof-size heads-size tiles-heads-size heads-position',
    damages: ['a checkpoint of more records than there are, signed by the ledger'],
    proofs: ['an index one too high', 'a size one too high', 'a size one too high, of the last record'],
  },
  {
    attack: 'an inner node as a leaf',
    vectors: 'inner-node-as-leaf heads-leaf-out-of-place',
    proofs: ['an inner node as a leaf'],
  },
  {
    attack: 'an odd node doubled',
    vectors: 'duplicated-last-node',
    proofs: ['a root over a doubled last node', 'a proof through a doubled last node'],
  },
  {
    attack: 'another root than the signed one',
    vectors: 'manifest-root heads-root tiles-heads-root',
    tiles: 'tiles-root',
    damages: [
      'another root in the checkpoint, signed by the ledger',
      'another value in an entry, with every hash tile above it made to fit',
    ],
  },
  {
    attack: 'decimals in another form',
    vectors: 'manifest-size-* manifest-decimal record-revision-leading-zero data-size-2-53 data-size-number',
    notes: 'checkpoint-leading-zero checkpoint-size-zero checkpoint-size-2-53',
    noteDamages: ['a leading zero in the size, signed by the ledger'],
  },
  {
    attack: 'line ends of another kind, lines more or less',
    notes: 'note-crlf note-two-empty-lines note-text-of-one-line-feed note-cut note-unsigned note-line-*',
    noteDamages: ['carriage returns in the checkpoint, signed by the ledger'],
  },
  {
    attack: 'a note that is none: other characters, too much of it',
    notes:
      'note-bom note-not-utf-8 note-name-plus note-name-u0* note-name-u1680 note-name-u2* note-name-ufeff note-too-*',
  },
  {
    attack: 'another origin',
    vectors:
      'demand-origin pin-for-another-origin pin-under-another-name record-of-another-origin genesis-other-ledger',
    notes: 'checkpoint-other-origin',
    noteDamages: ['a checkpoint of another origin, signed by the ledger'],
  },
  {
    attack: 'another genesis of the same origin',
    vectors:
      'restarted-ledger impostor other-genesis-named demand-genesis start-of-another-ledger second-genesis genesis-p*',
  },
  {
    attack: 'a line more in the checkpoint',
    notes: 'checkpoint-extension-line',
    noteDamages: ['an extension line in the checkpoint, signed by the ledger'],
  },
  {
    attack: 'a flipped tile',
    tiles: 'tiles-flipped tiles-partial-wrong-beside-full',
    damages: ['a bit in a full hash tile', 'a bit in the last hash tile', 'a bit in the top hash tile'],
  },
  {
    attack: 'entries changed or exchanged',
    tiles: 'tiles-entries-swapped',
    damages: [
      'two entry bundles in each other’s place',
      'two entries of a bundle in each other’s place',
      'another value in an entry',
      'a bit in the length of an entry',
    ],
  },
  {
    attack: 'an entry or a hash more than there are',
    tiles: 'tiles-257th-entry tiles-entry-more tiles-full-too-long tiles-partial-too-long',
    damages: [
      'a 257th entry in a full bundle',
      'an entry too many in the last bundle',
      'a 257th hash in a full tile',
      'a hash too many in the last tile',
      'one byte more in an entry bundle',
    ],
  },
  {
    attack: 'a tile or a bundle cut short',
    tiles: 'tiles-short-full-tile tiles-full-too-short tiles-full-bundle-too-short tiles-entry-cut',
    damages: [
      'a full hash tile without its last byte',
      'a full hash tile without its last hash',
      'the last hash tile without its last hash',
      'an entry bundle without its last byte',
      'a full entry bundle without its last entry',
      'the last entry bundle without its last entry',
    ],
  },
  {
    attack: 'a tile, a bundle or the checkpoint that is not there',
    tiles: 'tiles-no-* tiles-full-tile-missing tiles-full-bundle-missing tiles-wider-partial-for-partial',
    damages: ['a hash tile that is not there', 'an entry bundle that is not there', 'no checkpoint'],
  },
  {
    attack: 'files among the tiles that contradict them or are none',
    tiles:
      'tiles-older-* tiles-stray-file tiles-second-spelling tiles-other-folder tiles-width-* tiles-level-64 tiles-index-90*',
    damages: [
      'an older partial tile that holds something else',
      'an older partial bundle that holds something else',
      'a stray file among the tiles',
      'a tile under a second spelling of its path',
    ],
  },
]

const STREAMS: readonly Attack[] = [
  { attack: 'a gap, a duplicate, another order', vectors: 'revision-gap revision-twice records-exchanged' },
  { attack: 'a record changed', vectors: 'record-changed' },
  {
    attack: 'a stream under another name or in another ledger',
    vectors: 'link-elsewhere start-of-another-ledger heads-start',
  },
  { attack: 'the tail cut off', vectors: 'tail-cut tail-cut-claim-adjusted' },
  { attack: 'old heads under a new checkpoint', vectors: 'last-is-no-heads-record heads-size heads-other-head*' },
  {
    attack: 'a heads record in another stream, a forged reserved type',
    vectors:
      'forged-reserved-type unknown-reserved-type stranger-in-reserved-stream last-line-of-another-type key-version-2-elsewhere',
  },
  {
    attack: 'a claim left out, or one too many',
    vectors:
      'claim-missing claim-unexpected claim-of-ledger-heads* unclaimed-stream link-left-out link-absent-left-out link-*-claimed ' +
      'rpa-approval-left-out redaction-left-out redaction-not-claimed',
  },
  { attack: 'an approval that the run rests on and never linked', vectors: 'approval-* rpa-approval-not-linked' },
  {
    attack: 'a record slipped in behind the end, or into a window that was counted',
    vectors: 'after-close-hidden after-close-invented window-record-added etl-payment-added',
  },
  { attack: 'an event id twice', vectors: 'event-id-twice' },
  { attack: 'a link that is not the leaf of the tree', vectors: 'link-elsewhere' },
  {
    attack: 'absence of a stream that is there',
    vectors:
      'absence-by-own-leaf absent-claimed-over-records present-claimed-absent presence-with-neighbour heads-absent-of-heads',
  },
  { attack: 'lists of siblings that are padded, cut or changed', vectors: 'siblings-* heads-padded-root' },
  { attack: 'a clock that goes back', vectors: 'time-goes-back time-before-the-record-before' },
  {
    attack: 'an incomplete run called complete',
    vectors:
      'gap-left-out killed-called-complete killed-agent-called-complete reread-gap-hidden after-close-hidden demand-complete-after-close',
  },
]

const JSON_TEXTS: readonly Attack[] = [
  { attack: 'a member name twice, escaped too', vectors: 'json-duplicate* document-duplicate' },
  { attack: 'half a surrogate pair', vectors: 'json-*surrogate*' },
  {
    attack: 'bytes that are no UTF-8',
    vectors: 'json-bad-utf8* json-overlong json-utf8-too-high json-surrogate-bytes',
  },
  { attack: 'a byte order mark', vectors: 'json-bom*' },
  {
    attack: '-0, fractions, exponents, numbers beyond 2^53-1',
    vectors: 'json-minus-zero json-float json-exponent json-number-* json-too-large-number',
  },
  {
    attack: 'another order of members, another form',
    vectors: 'json-order json-space json-escape* json-crlf document-not-canonical',
  },
  { attack: 'data behind the value', vectors: 'json-trailing json-number-outside' },
  { attack: 'a bomb of depth', vectors: 'json-dee* json-depth-b*' },
  { attack: '__proto__', vectors: 'json-proto*' },
]

const ARCHIVE: readonly Attack[] = [
  { attack: 'a file more or less', vectors: 'file-extra file-*-missing file-unknown-name manifest-missing' },
  {
    attack: '../, absolute and drive paths, backslashes',
    vectors: 'zip-parent zip-inner-parent zip-absolute zip-drive zip-backslash zip-directory',
  },
  { attack: 'symbolic links', vectors: 'zip-symlink' },
  {
    attack: 'twins of a name: the same, by case, by normalisation',
    vectors: 'zip-duplicate zip-case-twin zip-unicode-twin',
  },
  { attack: 'local headers that differ from the central ones', vectors: 'zip-local-*' },
  {
    attack: 'an archive that is something else too',
    vectors: 'zip-polyglot zip-prefix zip-gap zip-with-comment zip-inner-comment',
  },
  { attack: 'two end records', vectors: 'zip-two-ends' },
  { attack: 'bombs', vectors: 'zip-overlap zip-too-many-entries' },
  { attack: 'unknown methods and flags', vectors: 'zip-unknown-method zip-deflate zip-data-descriptor zip-utf8-flag' },
  { attack: 'a weaker digest', vectors: 'digest-downgrade' },
  { attack: 'an archive that is cut', vectors: 'archive-*' },
]

const SUBSTITUTION: readonly Attack[] = [
  {
    attack: 'another artefact',
    vectors: 'artifact-substituted artifact-size artifact-not-named demand-artifact file-digest',
  },
  {
    attack: 'another policy, other governance, another payout',
    vectors: 'policy-substituted governance* payout-*ed payout-hidden',
  },
  { attack: 'the evidence of another tenant', vectors: 'impostor statement-origin demand-origin demand-genesis' },
  {
    attack: 'an anchor of another account, or one left out',
    vectors: 'postgres-other-account postgres-other-position postgres-contradiction-hidden',
  },
  { attack: 'one profile for the other', vectors: 'profile-*' },
  { attack: 'the bundle of another run', vectors: 'demand-run other-run-named manifest-run-not-its-own' },
  { attack: 'an old bundle as the current one', vectors: 'demand-max-age demand-min-size age-by-the-clock' },
  {
    attack: 'another salt, an opening moved to another record',
    vectors: 'opening-salt opening-moved opening-value opening-of-*',
  },
  { attack: 'a demonstration as a real run', vectors: 'demonstration-hidden' },
]

const MUST_PASS: readonly Attack[] = [
  {
    attack: 'honest evidence',
    vectors: 'honest pef-agent',
    notes: 'genesis-pinned',
    noteSignatures: 'first-heads-record',
    envelopeSignatures: 'opening ecdsa ecdsa-short-number rsa-3072 rsa-8192',
    proofs: ['an honest proof of a record', 'an honest proof of growth'],
  },
  { attack: 'a whole log as tiles', tiles: 'tiles-honest tiles-of-one-record tiles-lost' },
  {
    attack: 'lines of unknown keys, a cosignature that came later',
    notes: 'unknown-signature-line unknown-algorithm-line',
  },
  { attack: 'another order of signature lines', notes: 'unknown-signature-line-first sixteen-signature-lines' },
  { attack: 'a signer that signs twice: counted once', notes: 'signer-twice' },
  { attack: 'a stranger beside a good signature', envelopes: 'dsse-stranger-beside' },
  {
    attack: 'the first and the last position at which a key is valid',
    vectors: 'introduced-just-before overlapping-key newer-keys-superseded key-compromised-since-itself',
  },
  { attack: 'earlier partial tiles, litter of desktops', tiles: 'tiles-older-partials tiles-litter tiles-ahead' },
  {
    attack: 'a killed, a partial, a redacted run',
    vectors: 'partial-run pef-killed killed-* redacted-* after-close-call after-close-def',
  },
  { attack: 'a late word behind the end of a run', vectors: 'late-word-* rpa-judged-later postgres-settled-later' },
  { attack: 'runs of dbt with Postgres, of loads, of robots', vectors: 'postgres* etl* activation rpa*' },
]

export const ATTACKS: readonly AttackGroup[] = [
  { title: 'Signatures', rows: SIGNATURE_ATTACKS },
  { title: 'The log', rows: LOG },
  { title: 'Streams', rows: STREAMS },
  { title: 'JSON', rows: JSON_TEXTS },
  { title: 'The archive', rows: ARCHIVE },
  { title: 'Substitution', rows: SUBSTITUTION },
  { title: 'What must pass', passes: true, rows: MUST_PASS },
]
