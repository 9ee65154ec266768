import { base64, concatBytes, utf8 } from '../../src/bytes.js'
import type { JsonObject } from '../../src/json.js'
import { formatVkey } from '../../src/note.js'
import { keyObject, noteKey, signatureLine, type TestKey, TestLedger, testKey } from '../ledger-maker.js'
import { DRAFTS, sampleLedger } from '../sample-ledger.js'
import { bad, good, type Vector } from './vector.js'

/** Lists at their limit and one beyond: what a verifier does is bounded by the size of what it is given. */
export function limitVectors(): Vector[] {
  return [...noteVectors(), ...genesisVectors(), ...envelopeVectors()]
}

const stranger = testKey('a stranger')
/** Two keys of which the first four bytes of SHA-256(`vectors.clyra.internal` || 0x0A || 0x01 || key) are equal. */
const TWINS = ['twin 8784', 'twin 13040'] as const

function noteVectors(): Vector[] {
  const ledger = sampleLedger()
  const lines = (count: number) =>
    Array.from({ length: count }, (_, i) => utf8(signatureLine(`w${i}.example`, stranger, 'another text\n')))
  const another = new TestLedger({ seed: TWINS[1] })
  return [
    good('hundred-signature-lines', 'A hundred lines, the most that a note has.', ledger, {
      checkpoint: (note) => concatBytes(note, ...lines(99)),
    }),
    bad('negative', 'note-too-many-lines', 'NOTE_MALFORMED', 'A hundred and one lines.', {
      ledger,
      lies: { checkpoint: (note) => concatBytes(note, ...lines(100)) },
    }),
    bad(
      'forged',
      'pin-of-equal-key-hash',
      'ORIGIN_KEY_MISMATCH',
      'The pinned key has the key hash of the one that signed, and is another key.',
      { ledger: sampleLedger(DRAFTS(), { seed: TWINS[0] }), options: { trust: [{ vkey: another.vkey }] } },
    ),
  ]
}

function genesisVectors(): Vector[] {
  const more = (count: number) => Array.from({ length: count }, (_, i) => testKey(`ledger ${i + 2}`))
  const withKeys = (keys: readonly TestKey[], seed = 'ledger') => sampleLedger(DRAFTS(), edited({ keys, seed }))
  const refused = (name: string, shows: string, ledger: TestLedger) =>
    bad('negative', name, 'RECORD_DATA_INVALID', shows, { ledger })
  const last = more(15).at(-1)!
  const sixteen = withKeys(more(15))
  return [
    {
      ...good('sixteen-ledger-keys', 'Sixteen ledger keys, two of which sign; the second is pinned.', sixteen, {
        checkpoint: (note) => concatBytes(note, utf8(signatureLine(sixteen.origin, last, sixteen.checkpointText()))),
      }),
      options: {
        trust: [{ vkey: formatVkey(noteKey(sixteen.origin, last)) }],
        now: '2025-01-02T00:00:00Z',
      },
    },
    refused('genesis-too-many-keys', 'Seventeen ledger keys.', withKeys(more(16))),
    refused('genesis-too-many-roots', 'Seventeen roots.', sampleLedger(DRAFTS(), edited({ roots: more(17) }))),
    refused('genesis-key-twice', 'A genesis record that states its key twice.', withKeys([testKey('ledger')])),
    refused(
      'genesis-keys-of-equal-hash',
      'Two ledger keys of which a signature line cannot say which it is of.',
      withKeys([testKey(TWINS[1])], TWINS[0]),
    ),
  ]
}

/** A genesis record with further keys, or with roots. */
function edited({
  keys = [],
  roots = [],
  seed = 'ledger',
}: {
  keys?: readonly TestKey[]
  roots?: readonly TestKey[]
  seed?: string
}): ConstructorParameters<typeof TestLedger>[0] {
  const asLedger = (key: TestKey) => keyObject(key, 'ledger')
  return {
    seed,
    genesis: (draft) => ({
      ...draft,
      data: {
        ...(draft.data as JsonObject), // the maker's own genesis data
        keys: [asLedger(testKey(seed)), ...keys.map(asLedger)],
        roots: roots.map(asLedger),
      },
    }),
  }
}

function envelopeVectors(): Vector[] {
  const signature = { keyid: stranger.id, sig: base64(new Uint8Array(64)) }
  return [
    bad('negative', 'dsse-too-many-signatures', 'DSSE_MALFORMED', 'Sixty-five signatures.', {
      lies: { envelope: (envelope) => ({ ...envelope, signatures: Array(65).fill(signature) }) },
    }),
    bad('negative', 'dsse-too-large', 'DSSE_MALFORMED', 'An envelope of more than 64 KiB.', {
      lies: { envelope: (envelope) => ({ ...envelope, payload: base64(new Uint8Array(49_152)) }) },
    }),
  ]
}
