import { base64, concatBytes, hex, u16be, utf8 } from '../../src/bytes.js'
import { nodeHash, rootOf } from '../../src/merkle.js'
import { sha256 } from '../../src/sha256.js'
import { claimOf, evidenceKey } from '../bundle-maker.js'
import { edit, editFile, flip, replaceText } from '../edit-json.js'
import { keyObject, signatureLine, signedNote, TestLedger, testKey } from '../ledger-maker.js'
import { closed, DRAFTS, other, RUN, sampleLedger, started } from '../sample-ledger.js'
import { bad, type Vector } from './vector.js'

/** Note, signature, root, multiproof, chain, heads: what a log must not do, and what may not be done to it. */
export function logVectors(): Vector[] {
  return [
    ...noteVectors(),
    ...signatureVectors(),
    ...rootVectors(),
    ...proofVectors(),
    ...chainVectors(),
    ...headsVectors(),
  ]
}

function noteVectors(): Vector[] {
  const ledger = sampleLedger()
  const text = ledger.checkpointText()
  const signed = (changed: string) => () => signedNote(changed, [{ name: ledger.origin, key: ledger.ledgerKey }])
  const [origin, size, root] = text.split('\n') as [string, string, string]
  return [
    bad('truncated', 'note-unsigned', 'NOTE_MALFORMED', 'A checkpoint without signatures.', {
      lies: { checkpoint: () => utf8(text) },
    }),
    bad('truncated', 'note-cut', 'NOTE_MALFORMED', 'A checkpoint without its last line feed.', {
      lies: { checkpoint: (note) => note.slice(0, -1) },
    }),
    bad('negative', 'note-crlf', 'NOTE_MALFORMED', 'Carriage returns.', {
      lies: { checkpoint: (note) => utf8(new TextDecoder().decode(note).replaceAll('\n', '\r\n')) },
    }),
    bad('negative', 'note-base64', 'NOTE_MALFORMED', 'A signature with spare bits set.', {
      lies: { checkpoint: spareBits },
    }),
    bad('negative', 'note-too-large', 'NOTE_MALFORMED', 'More than 128 KiB.', {
      lies: { checkpoint: (note) => concatBytes(note, utf8(`\u2014 w ${base64(new Uint8Array(98_400))}\n`)) },
    }),
    bad('negative', 'note-bom', 'NOTE_MALFORMED', 'A byte order mark before the checkpoint.', {
      lies: { checkpoint: (note) => concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), note) },
    }),
    bad('negative', 'note-key-name', 'NOTE_MALFORMED', 'An unknown key with a control character in its name.', {
      lies: { checkpoint: (note) => concatBytes(note, utf8(`\u2014 a\u0085b ${base64(new Uint8Array(68))}\n`)) },
    }),
    bad('negative', 'checkpoint-origin-space', 'CHECKPOINT_MALFORMED', 'An origin that no key name can be, signed.', {
      lies: { checkpoint: signed(`${origin} x\n${size}\n${root}\n`) },
    }),
    bad('negative', 'checkpoint-extension-line', 'CHECKPOINT_MALFORMED', 'An extension line, signed.', {
      lies: { checkpoint: signed(`${text}extra\n`) },
    }),
    bad('negative', 'checkpoint-leading-zero', 'CHECKPOINT_MALFORMED', 'A size with a leading zero, signed.', {
      lies: { checkpoint: signed(`${origin}\n0${size}\n${root}\n`) },
    }),
    bad('negative', 'checkpoint-size-zero', 'CHECKPOINT_MALFORMED', 'A size of zero, signed.', {
      lies: { checkpoint: signed(`${origin}\n0\n${root}\n`) },
    }),
    bad('negative', 'checkpoint-short-root', 'CHECKPOINT_MALFORMED', 'A root of 31 bytes, signed.', {
      lies: { checkpoint: signed(`${origin}\n${size}\n${base64(new Uint8Array(31))}\n`) },
    }),
    bad('forged', 'checkpoint-other-origin', 'CHECKPOINT_ORIGIN_MISMATCH', 'A checkpoint of another origin.', {
      lies: { checkpoint: signed(`other.example\n${size}\n${root}\n`) },
    }),
  ]
}

/** Sets a bit in the padding of the last base64 group: the same bytes for a careless decoder. */
function spareBits(note: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(note)
  // 68 bytes of hash and signature: one padding character, two spare bits in the character before it.
  const at = text.lastIndexOf('=') - 1
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return utf8(text.slice(0, at) + alphabet[alphabet.indexOf(text[at]!) | 1]! + text.slice(at + 1))
}

const L = 2n ** 252n + 27742317777372353535851937790883648493n

/** S + L: the same equation, other bytes. */
function malleable(signature: Uint8Array): Uint8Array {
  let s = BigInt(`0x${hex(signature.slice(32).reverse())}`) + L
  return concatBytes(
    signature.subarray(0, 32),
    Uint8Array.from({ length: 32 }, () => {
      const byte = Number(s & 255n)
      s >>= 8n
      return byte
    }),
  )
}

function signatureVectors(): Vector[] {
  const ledger = sampleLedger()
  const text = ledger.checkpointText()
  const stranger = testKey('a stranger')
  const keyHash = (line: string) => line.trimEnd().split(' ')[2]!
  const lineWith = (change: (signature: Uint8Array) => Uint8Array) => {
    const honest = Uint8Array.from(atob(keyHash(signatureLine(ledger.origin, ledger.ledgerKey, text))), (c) =>
      c.charCodeAt(0),
    )
    const line = base64(concatBytes(honest.subarray(0, 4), change(honest.slice(4))))
    return () => utf8(`${text}\n\u2014 ${ledger.origin} ${line}\n`)
  }
  const twin = new TestLedger({ seed: 'another ledger of that name' })
  const impostor = sampleLedger(DRAFTS(), { seed: 'another ledger of that name' })
  return [
    bad('forged', 'signature-flipped', 'SIGNATURE_INVALID', 'One bit of the signature.', {
      ledger,
      lies: { checkpoint: lineWith(flip(5)) },
    }),
    bad('forged', 'signature-malleable', 'SIGNATURE_INVALID', 'S + L: the equation holds, the form does not.', {
      ledger,
      lies: { checkpoint: lineWith(malleable) },
    }),
    bad('forged', 'signature-small-order-r', 'SIGNATURE_INVALID', 'R is the neutral element.', {
      ledger,
      lies: {
        checkpoint: lineWith((signature) =>
          concatBytes(Uint8Array.of(1, ...new Uint8Array(31)), signature.subarray(32)),
        ),
      },
    }),
    bad('forged', 'signature-short', 'SIGNATURE_INVALID', 'A signature of 63 bytes.', {
      ledger,
      lies: { checkpoint: lineWith((signature) => signature.subarray(0, 63)) },
    }),
    bad('forged', 'signature-other-text', 'SIGNATURE_INVALID', 'A good signature of an older checkpoint.', {
      ledger,
      lies: {
        checkpoint: () => utf8(`${text}\n${signatureLine(ledger.origin, ledger.ledgerKey, ledger.checkpointText(5))}`),
      },
    }),
    bad('forged', 'signature-good-and-bad', 'SIGNATURE_INVALID', 'A good line and a bad one of the same key.', {
      ledger,
      lies: {
        checkpoint: (note) =>
          concatBytes(note, utf8(signatureLine(ledger.origin, ledger.ledgerKey, ledger.checkpointText(5)))),
      },
    }),
    bad('forged', 'signature-stranger', 'SIGNATURE_MISSING', 'Signed by a key that the genesis record does not name.', {
      ledger,
      lies: { checkpoint: () => signedNote(text, [{ name: ledger.origin, key: stranger }]) },
    }),
    bad('forged', 'signature-evidence-key', 'SIGNATURE_MISSING', 'A checkpoint signed by the evidence key.', {
      ledger,
      lies: { checkpoint: () => signedNote(text, [{ name: ledger.origin, key: evidenceKey }]) },
    }),
    bad('forged', 'signature-other-name', 'SIGNATURE_MISSING', 'The right key under another name.', {
      ledger,
      lies: { checkpoint: () => signedNote(text, [{ name: 'other.example', key: ledger.ledgerKey }]) },
    }),
    bad(
      'forged',
      'small-order-ledger-key',
      'SIGNATURE_INVALID',
      'A ledger key of small order, for which anything verifies.',
      smallOrderLedger(),
    ),
    bad('negative', 'no-pin', 'NO_TRUSTED_KEY', 'Sound, but the caller has pinned nothing.', {
      ledger,
      options: { trust: [] },
    }),
    bad(
      'negative',
      'pin-for-another-origin',
      'NO_TRUSTED_KEY',
      'The caller has pinned a key for another origin only.',
      {
        ledger,
        options: { trust: [{ vkey: new TestLedger({ origin: 'other.example' }).vkey }] },
      },
    ),
    bad('forged', 'impostor', 'ORIGIN_KEY_MISMATCH', 'A whole ledger under the same origin, with its own key.', {
      ledger: impostor,
      options: { trust: [{ vkey: ledger.vkey }] },
    }),
    bad(
      'forged',
      'restarted-ledger',
      'PINNED_GENESIS_MISMATCH',
      'The right key under another genesis: a ledger started anew.',
      {
        ledger,
        options: { trust: [{ vkey: ledger.vkey, genesis: hex(twin.genesis) }] },
      },
    ),
  ]
}

function smallOrderLedger() {
  const weak = { ...testKey('x'), publicKey: Uint8Array.of(1, ...new Uint8Array(31)) }
  const id = hex(sha256(Uint8Array.of(1), weak.publicKey))
  const ledger = sampleLedger(DRAFTS(), {
    genesis: (draft) => ({
      ...draft,
      data: { ...(draft.data as Record<string, string>), keys: [{ ...keyObject(weak, 'ledger'), id }] },
    }),
  })
  return {
    ledger,
    options: { trust: [] },
    lies: {
      // R = A = neutral element, S = 0: a careless verifier finds 0 = 0.
      checkpoint: () =>
        signedNote(ledger.checkpointText(), [{ name: ledger.origin, key: weak }]).slice(0, 0).length === 0
          ? utf8(
              `${ledger.checkpointText()}\n\u2014 ${ledger.origin} ${base64(concatBytes(noteHash(ledger.origin, weak.publicKey), Uint8Array.of(1, ...new Uint8Array(63))))}\n`,
            )
          : new Uint8Array(0),
    },
  }
}

const noteHash = (name: string, publicKey: Uint8Array) =>
  sha256(utf8(`${name}\n`), Uint8Array.of(1), publicKey).subarray(0, 4)

function rootVectors(): Vector[] {
  const ledger = sampleLedger()
  const older = sampleLedger()
  older.append(other('run-other', 9))
  older.appendHeads()
  return [
    bad('forged', 'checkpoint-older', 'ROOT_NOT_CHECKPOINT', 'A genuine but older checkpoint.', {
      lies: { checkpoint: () => ledger.checkpoint(8) },
    }),
    bad('forged', 'checkpoint-newer', 'ROOT_NOT_CHECKPOINT', 'A genuine but newer checkpoint.', {
      lies: { checkpoint: () => older.checkpoint() },
    }),
    bad('forged', 'manifest-root', 'ROOT_NOT_CHECKPOINT', 'A manifest with another root.', {
      lies: { manifest: edit({ '/root': '00'.repeat(32) }) },
    }),
    bad('forged', 'proof-size', 'ROOT_NOT_CHECKPOINT', 'A proof for another size.', {
      lies: { proof: edit({ '/size': '11' }) },
    }),
    ...tileVectors(),
  ]
}

function tileVectors(): Vector[] {
  const ledger = sampleLedger()
  const files = ledger.tiles()
  const tiles = (
    group: 'forged' | 'truncated' | 'negative',
    name: string,
    code: Parameters<typeof bad>[2],
    shows: string,
    change: (files: Map<string, Uint8Array>) => Map<string, Uint8Array>,
  ) => bad(group, name, code, shows, { ledger, tiles: change(files) })
  const entry = (bytes: Uint8Array) => concatBytes(u16be(bytes.length), bytes)
  const wide = new TestLedger()
  for (let n = 0; n < 255; n++) wide.append(other('run-other', n))
  const wrongHeads = sampleLedger()
  wrongHeads.appendHeads({ data: { size: '10', root: hex(sha256(utf8('no'))) } })
  const swapped = (bundle: Uint8Array) =>
    concatBytes(...sizes(bundle).map((_, i, all) => all[i === 3 ? 4 : i === 4 ? 3 : i]!))
  return [
    tiles(
      'truncated',
      'tiles-no-checkpoint',
      'NOTE_MALFORMED',
      'A directory without a checkpoint.',
      editFile('checkpoint', () => undefined),
    ),
    tiles(
      'truncated',
      'tiles-no-entries',
      'ENTRIES_MISSING',
      'No entry bundle.',
      editFile('tile/entries/000.p/10', () => undefined),
    ),
    tiles(
      'truncated',
      'tiles-entry-cut',
      'ENTRIES_MALFORMED',
      'The last byte of the last entry is gone.',
      editFile('tile/entries/000.p/10', (bytes) => bytes.slice(0, -1)),
    ),
    tiles(
      'forged',
      'tiles-entry-more',
      'ENTRIES_MALFORMED',
      'An eleventh entry in a bundle of ten.',
      editFile('tile/entries/000.p/10', (bytes) => concatBytes(bytes, entry(utf8('{}')))),
    ),
    bad('forged', 'tiles-257th-entry', 'ENTRIES_MALFORMED', 'A 257th entry in a full bundle.', {
      ledger: wide,
      tiles: editFile('tile/entries/000', (bytes) => concatBytes(bytes, entry(wide.records[1]!.bytes)))(wide.tiles()),
    }),
    bad('truncated', 'tiles-short-full-tile', 'TILE_MISMATCH', 'A full path with one hash too few.', {
      ledger: wide,
      tiles: editFile('tile/0/000', (bytes) => bytes.slice(0, -32))(wide.tiles()),
    }),
    tiles(
      'forged',
      'tiles-entries-swapped',
      'TILE_MISMATCH',
      'Two entries exchanged.',
      editFile('tile/entries/000.p/10', swapped),
    ),
    tiles(
      'truncated',
      'tiles-no-tile',
      'TILE_MISSING',
      'No hash tile.',
      editFile('tile/0/000.p/10', () => undefined),
    ),
    tiles(
      'forged',
      'tiles-older-partial',
      'TILE_UNEXPECTED',
      'An earlier partial tile of another tree.',
      editFile('tile/0/000.p/4', () => new Uint8Array(4 * 32)),
    ),
    tiles(
      'forged',
      'tiles-older-bundle',
      'TILE_UNEXPECTED',
      'An earlier partial bundle with another record.',
      editFile('tile/entries/000.p/1', () => entry(utf8('{}'))),
    ),
    tiles(
      'negative',
      'tiles-stray-file',
      'TILE_UNEXPECTED',
      'A file among the tiles that is none.',
      editFile('tile/0/000.bak', () => utf8('stray')),
    ),
    tiles(
      'negative',
      'tiles-second-spelling',
      'TILE_UNEXPECTED',
      'A tile under a path that is not its one form.',
      editFile('tile/0/x000/000.p/10', () => files.get('tile/0/000.p/10')),
    ),
    tiles('forged', 'tiles-flipped', 'TILE_MISMATCH', 'One bit of a hash tile.', editFile('tile/0/000.p/10', flip(40))),
    tiles(
      'forged',
      'tiles-root',
      'ROOT_MISMATCH',
      'A signed root that the entries do not have.',
      editFile('checkpoint', () =>
        signedNote(`${ledger.origin}\n10\n${base64(sha256(utf8('no')))}\n`, [
          { name: ledger.origin, key: ledger.ledgerKey },
        ]),
      ),
    ),
    bad(
      'forged',
      'tiles-heads-root',
      'HEADS_ROOT_MISMATCH',
      'A heads record with a root that a replay does not give.',
      { ledger: wrongHeads, tiles: wrongHeads.tiles() },
    ),
    bad('negative', 'tiles-diverged', 'ROOT_DIVERGED', 'The caller holds another root for a smaller size.', {
      ledger,
      tiles: files,
      options: { checkpoints: [base64(fork().checkpoint(5))] },
    }),
    bad('negative', 'tiles-too-small', 'SIZE_TOO_SMALL', 'A log that is shorter than demanded.', {
      ledger,
      tiles: files,
      options: { minSize: '11' },
    }),
    bad(
      'negative',
      'tiles-not-a-genesis',
      'SIGNATURE_MISSING',
      'A log whose first record is no genesis record.',
      withoutGenesis(),
    ),
  ]
}

function sizes(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + ((bundle[at]! << 8) | bundle[at + 1]!)
    entries.push(bundle.slice(at, end))
    at = end
  }
  return entries
}

/** The same ledger with another history from record 4 on. */
function fork(): TestLedger {
  return sampleLedger([started(), other('run-else'), ...DRAFTS().slice(2)])
}

function withoutGenesis() {
  const ledger = new TestLedger({
    genesis: (draft) => ({ ...draft, type: 'org.example.no.genesis.v1', stream: 'run-x', data: {} }),
  })
  return { ledger, tiles: ledger.tiles() }
}

function proofVectors(): Vector[] {
  const ledger = sampleLedger()
  const honest = ledger.records
  const wanted = [0, 1, 3, 5, 6, 8, 9]
  return [
    bad('forged', 'proof-index-off-by-one', 'PROOF_ROOT', 'A record said to stand one place before its own.', {
      lies: { proof: edit({ '/positions': wanted.map((position) => String(position === 5 ? 4 : position)) }) },
    }),
    bad('negative', 'proof-descending', 'PROOF_POSITIONS', 'Positions out of order.', {
      lies: { proof: edit({ '/positions': ['1', '0', '3', '5', '6', '8', '9'] }) },
    }),
    bad('negative', 'proof-twice', 'PROOF_POSITIONS', 'A position twice.', {
      lies: { proof: edit({ '/positions': ['0', '1', '3', '5', '6', '6', '9'] }) },
    }),
    bad('negative', 'proof-beyond', 'PROOF_POSITIONS', 'A position that is not below the size.', {
      lies: { proof: edit({ '/positions': ['0', '1', '3', '5', '6', '8', '10'] }) },
    }),
    bad('truncated', 'proof-position-missing', 'PROOF_POSITIONS', 'Fewer positions than records.', {
      lies: { proof: edit({ '/positions': ['0', '1', '3', '5', '6', '8'] }) },
    }),
    bad('truncated', 'proof-hash-missing', 'PROOF_HASHES', 'One hash too few.', {
      lies: { proof: (proof) => ({ ...proof, hashes: (proof['hashes'] as string[]).slice(0, -1) }) },
    }),
    bad('negative', 'proof-hash-more', 'PROOF_HASHES', 'One hash too many.', {
      lies: { proof: (proof) => ({ ...proof, hashes: [...(proof['hashes'] as string[]), '00'.repeat(32)] }) },
    }),
    bad('forged', 'record-changed', 'PROOF_ROOT', 'One changed digit in a record.', {
      lies: {
        lines: (lines) =>
          lines.map((line, i) => (i === 2 ? replaceText('"capture":"wrapper"', '"capture":"ingests"')(line) : line)),
      },
    }),
    bad('forged', 'records-exchanged', 'PROOF_ROOT', 'Two records of the run exchanged.', {
      lies: { lines: (lines) => lines.map((line, i) => (i === 3 ? lines[4]! : i === 4 ? lines[3]! : line)) },
    }),
    bad(
      'forged',
      'duplicated-last-node',
      'PROOF_ROOT',
      'A tree that doubles its odd node instead of promoting it.',
      doubledTree(),
    ),
    bad('forged', 'inner-node-as-leaf', 'JSON_BAD_UTF8', 'Two child hashes handed out as the bytes of a record.', {
      ledger,
      lies: {
        lines: (lines) =>
          lines.map((line, i) =>
            i === 1 ? concatBytes(honest[0]!.leaf, honest[1]!.leaf).map((b) => (b === 10 ? 11 : b)) : line,
          ),
      },
    }),
  ]
}

/** The root of [a, b, c] as Bitcoin would make it is that of [a, b, c, c]: signed here, and refused. */
function doubledTree() {
  const ledger = new TestLedger()
  ledger.introduce(evidenceKey)
  ledger.appendHeads()
  const [a, b, c] = ledger.records.map(({ leaf }) => leaf) as [Uint8Array, Uint8Array, Uint8Array]
  const doubled = nodeHash(nodeHash(a, b), nodeHash(c, c))
  if (hex(doubled) === hex(rootOf([a, b, c]))) throw new Error('promotion and doubling agree')
  const text = `${ledger.origin}\n3\n${base64(doubled)}\n`
  return {
    ledger,
    lies: {
      manifest: edit({ '/root': hex(doubled) }),
      checkpoint: () => signedNote(text, [{ name: ledger.origin, key: ledger.ledgerKey }]),
    },
  }
}

function chainVectors(): Vector[] {
  const inRun = (attributes: Record<string, string>) =>
    sampleLedger([started(), { ...other(`run-${RUN}`), attributes }, closed()])
  const reserved = (draft: Parameters<TestLedger['append']>[0]) => ({
    ledger: sampleLedger([started(), draft, closed()]),
  })
  const run = `run-${RUN}`
  const heads = { size: '4', root: '00'.repeat(32) }
  const twin = new TestLedger({ seed: 'another ledger of that name' })
  const ledger = sampleLedger()
  const twoGeneses = sampleLedger()
  return [
    bad('forged', 'second-genesis', 'GENESIS_INVALID', 'A second genesis record.', {
      ledger: append(twoGeneses, {
        stream: 'ledger-genesis',
        type: 'dev.clyra.ledger.genesis.v1',
        data: genesisData(twoGeneses),
      }),
      lies: {
        positions: () => [...wantedOf(twoGeneses), twoGeneses.records.length - 2, twoGeneses.records.length - 1],
      },
    }),
    bad(
      'forged',
      'other-genesis-named',
      'GENESIS_MISMATCH',
      'A manifest that names another ledger of the same origin.',
      { lies: { manifest: edit({ '/genesis': hex(twin.genesis) }) } },
    ),
    bad('forged', 'record-of-another-origin', 'RECORD_ORIGIN_MISMATCH', 'A record of another ledger.', {
      ledger: inRun({ ledger: 'other.example' }),
    }),
    bad(
      'forged',
      'forged-reserved-type',
      'RESERVED_TYPE',
      'A heads record in a run.',
      reserved({ stream: run, type: 'dev.clyra.ledger.heads.v1', data: heads }),
    ),
    bad(
      'forged',
      'unknown-reserved-type',
      'RESERVED_TYPE',
      'An unknown type of the ledger.',
      reserved({ stream: run, type: 'dev.clyra.ledger.pardon.v1', data: {} }),
    ),
    bad(
      'forged',
      'stranger-in-reserved-stream',
      'RESERVED_TYPE',
      'Another type in ledger-keys.',
      reserved({ stream: 'ledger-keys', type: 'org.example.thing.happened.v1', data: {} }),
    ),
    bad('forged', 'unclaimed-stream', 'STREAM_NOT_CLAIMED', 'A record of a stream that is not claimed.', {
      ledger,
      lies: { positions: (positions) => [...positions, 4].sort((a, b) => a - b) },
    }),
    bad('forged', 'event-id-twice', 'EVENT_ID_TWICE', 'One event id in two records.', {
      ledger: inRun({ id: ledger.records[3]!.id }),
    }),
    bad('forged', 'revision-gap', 'REVISION_GAP', 'A revision is left out.', { ledger: inRun({ revision: '2' }) }),
    bad('forged', 'revision-twice', 'REVISION_GAP', 'A revision twice.', { ledger: inRun({ revision: '0' }) }),
    bad('forged', 'link-elsewhere', 'PREV_MISMATCH', 'A link that is not the leaf of the record before.', {
      ledger: inRun({ prev: hex(ledger.records[1]!.leaf) }),
    }),
    bad('forged', 'start-of-another-ledger', 'PREV_MISMATCH', 'A stream moved from another ledger.', {
      ledger: sampleLedger([
        { ...started(), attributes: { prev: hex(sha256(utf8('clyra.stream/1\n'), twin.genesis, utf8(run))) } },
        closed(),
      ]),
    }),
    bad('forged', 'time-goes-back', 'RECORDEDAT_BACKWARDS', 'A record that is recorded before the one before it.', {
      ledger: inRun({ recordedat: '2024-12-31T23:59:59.999Z' }),
    }),
  ]
}

const genesisData = (ledger: TestLedger) => {
  const event: { data: Record<string, string> } = JSON.parse(new TextDecoder().decode(ledger.records[0]!.bytes))
  return event.data
}

const wantedOf = (ledger: TestLedger) =>
  ledger.records.flatMap(({ stream }, i) => (i === 0 || stream === `run-${RUN}` || stream === 'ledger-keys' ? [i] : []))

function append(ledger: TestLedger, draft: Parameters<TestLedger['append']>[0]): TestLedger {
  ledger.append(draft)
  ledger.appendHeads()
  return ledger
}

function headsVectors(): Vector[] {
  const ledger = sampleLedger()
  const runPath = ledger.headsMap(9).prove(`run-${RUN}`)
  const otherThanLast = sampleLedger()
  otherThanLast.append(closed())
  const wrongSize = sampleLedger()
  wrongSize.appendHeads({ data: { size: '9', root: hex(wrongSize.headsMap().root()) } })
  const wrongStart = new TestLedger()
  wrongStart.introduce(evidenceKey)
  wrongStart.appendHeads({ attributes: { prev: '11'.repeat(32) } })
  const cut = (positions: number[]) => positions.filter((position) => position !== 8)
  const cutHead = { revision: '2', leaf: hex(ledger.records[6]!.leaf) }
  const path = `/paths/${['ledger-heads', 'ledger-keys', 'ledger-redactions', `run-${RUN}`].indexOf(`run-${RUN}`)}`
  return [
    bad('forged', 'last-is-no-heads-record', 'HEADS_RECORD_INVALID', 'Old heads under a newer checkpoint.', {
      ledger: otherThanLast,
    }),
    bad('forged', 'heads-size', 'HEADS_RECORD_INVALID', 'A heads record that does not cover all records before it.', {
      ledger: wrongSize,
    }),
    bad('forged', 'heads-start', 'HEADS_RECORD_INVALID', 'A first heads record that links elsewhere.', {
      ledger: wrongStart,
    }),
    bad('forged', 'heads-root', 'HEADS_FILE_MISMATCH', 'heads.json with another root.', {
      lies: { heads: edit({ '/root': '00'.repeat(32) }) },
    }),
    bad('truncated', 'heads-path-missing', 'HEADS_PATH_MISSING', 'No path for the run.', {
      lies: { heads: edit({ [path]: undefined }) },
    }),
    bad('truncated', 'tail-cut', 'HEADS_CLAIM_MISMATCH', 'The last record of the run is left out.', {
      lies: { positions: cut },
    }),
    bad(
      'truncated',
      'tail-cut-claim-adjusted',
      'HEADS_PATH_INVALID',
      'The last record is left out and the claim with it.',
      {
        lies: {
          positions: cut,
          manifest: edit({ '/run/completeness': 'unknown', '/run/reasons': ['run-not-closed'] }),
          claims: (claims) =>
            claims.map((claim) => (claim['stream'] === `run-${RUN}` ? claimOf(`run-${RUN}`, cutHead) : claim)),
          heads: edit({ [`${path}/head`]: cutHead }),
        },
      },
    ),
    bad('forged', 'present-claimed-absent', 'HEADS_PATH_INVALID', 'The run is left out and an absence is claimed.', {
      lies: {
        positions: (positions) => positions.filter((position) => ![3, 5, 6, 8].includes(position)),
        claims: (claims) =>
          claims.map((claim) => (claim['stream'] === `run-${RUN}` ? claimOf(`run-${RUN}`, null) : claim)),
        heads: edit({ [`${path}/head`]: null }),
      },
    }),
    bad(
      'forged',
      'absent-claimed-over-records',
      'HEADS_CLAIM_MISMATCH',
      'Absence is claimed for a stream whose records are there.',
      {
        lies: {
          claims: (claims) =>
            claims.map((claim) => (claim['stream'] === `run-${RUN}` ? claimOf(`run-${RUN}`, null) : claim)),
          heads: edit({ [`${path}/head`]: null }),
        },
      },
    ),
    bad('forged', 'siblings-padded', 'HEADS_PATH_INVALID', 'A path padded with an empty sibling.', {
      lies: {
        heads: edit({
          [`${path}/siblings`]: [hex(utf8('SPARSE_MERKLE_PLACEHOLDER_HASH__')), ...runPath.siblings.map(hex)],
        }),
      },
    }),
    bad('truncated', 'siblings-cut', 'HEADS_PATH_INVALID', 'A path without its last sibling.', {
      lies: { heads: edit({ [`${path}/siblings`]: runPath.siblings.slice(0, -1).map(hex) }) },
    }),
    bad('forged', 'siblings-flipped', 'HEADS_PATH_INVALID', 'A changed sibling.', {
      lies: { heads: edit({ [`${path}/siblings/0`]: '22'.repeat(32) }) },
    }),
    bad('forged', 'presence-with-neighbour', 'HEADS_PATH_INVALID', 'A presence path that also names another leaf.', {
      lies: { heads: edit({ [`${path}/other`]: { key: '33'.repeat(32), value: '44'.repeat(32) } }) },
    }),
  ]
}
