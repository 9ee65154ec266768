import { writeArchive } from '../../verifier/ts/src/archive.js'
import { canonicalBytes } from '../../verifier/ts/src/canonical.js'
import { admit, type JsonObject, type JsonValue } from '../../verifier/ts/src/json.js'
import { bundleFiles, evidenceKey, type Lies } from '../../verifier/ts/test/bundle-maker.js'
import { type Draft, signedNote, testKey } from '../../verifier/ts/test/ledger-maker.js'
import { type RawEntry, rawZip } from '../../verifier/ts/test/raw-zip.js'
import { RUN } from '../../verifier/ts/test/sample-ledger.js'
import { PINNED, type VectorOptions } from '../../verifier/ts/test/vectors/vector.js'
import { mutateBytes } from '../fuzz/engine/mutate-bytes.js'
import { Random } from '../fuzz/engine/random.js'
import { HONEST, type Honest, ledgerOf, WORDS } from './bases.js'
import { editValue } from './edit-value.js'

/** An archive that nobody should take, or that another one would have signed too, and how a caller asks about it. */
export interface Mutant {
  readonly archive: Uint8Array
  readonly options: VectorOptions
  /** What was done. */
  readonly how: string
  /** What it was made from. */
  readonly honest: Honest
  /** Whether the ledger's own keys signed what is in it: it then says something else and may be valid. */
  readonly signed: boolean
}

type Made = Uint8Array | { readonly archive: Uint8Array; readonly options?: VectorOptions }
interface Way {
  readonly how: string
  readonly weight: number
  readonly signed: boolean
  make(honest: Honest, random: Random): Made
}

const stranger = testKey('a stranger')
const spoil = (bytes: Uint8Array, random: Random) => mutateBytes(bytes, bytes, WORDS, random)
const changed =
  <T extends JsonValue>(random: Random) =>
  (value: T): T =>
    editValue(value, random)

/** The bundle of the honest ledger with one lie; all that follows from it is made honestly and signed. */
const lying = (honest: Honest, lies: Lies) => writeArchive(bundleFiles(honest.ledger, RUN, { ...honest.lies, ...lies }))

/** The honest files with one changed. */
const withFile = ({ files }: Honest, name: string, change: (bytes: Uint8Array) => Uint8Array) =>
  writeArchive(new Map(files).set(name, change(files.get(name)!)))

/** A bundle of another ledger, which is made honestly from its changed steps. */
function ofSteps(honest: Honest, change: Parameters<typeof ledgerOf>[1]): Uint8Array {
  const ledger = ledgerOf(honest.steps, change)
  return writeArchive(bundleFiles(ledger, RUN, honest.lies))
}

const json = (bytes: Uint8Array) => admit(bytes) as JsonObject // what the maker wrote is an object

function rawEntries(honest: Honest, random: Random): RawEntry[] {
  const entries: RawEntry[] = [...honest.files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, data]) => ({ name, data }))
  const at = random.below(entries.length)
  const entry = entries[at]!
  const odd: Partial<RawEntry>[] = [
    { method: random.pick([8, 1, 99]) },
    { flags: random.pick([1, 8, 2048]) },
    { crc: random.next() },
    { extra: Uint8Array.from([1, 0, 0, 0]) },
    { externalAttributes: 0x81a40000 },
    { date: 0x5a21 },
    { localName: entry.name.replace(/^./, 'z') },
    {
      name: random.pick([
        '/etc/passwd',
        '../up',
        'a\\b',
        'C:/x',
        'Manifest.json',
        'a//b',
        'dir/',
        '',
        '.',
        entry.name.toUpperCase(),
      ]),
    },
    { name: `artifacts/${'0'.repeat(64)}` },
    { name: 'issued.tlog-proof' },
  ]
  switch (random.below(5)) {
    case 0:
      return [...entries.slice(0, at), entry, ...entries.slice(at)]
    case 1:
      return entries.filter((_, i) => i !== at)
    case 2:
      return random.below(2) === 0
        ? entries.reverse()
        : [...entries, { name: random.pick(['zz', 'a', 'checkpoint.tsr']), data: entry.data }]
    default:
      return entries.map((one, i) => (i === at ? { ...one, ...random.pick(odd) } : one))
  }
}

function note(honest: Honest, random: Random): Uint8Array {
  const text = new TextDecoder().decode(honest.files.get('checkpoint'))
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const line = lines[at]!
  const other = random.pick([
    line.replace(/[0-9A-Za-z+/]/, (one) => (one === 'B' ? 'C' : 'B')),
    `${line} `,
    `${line}\r`,
    line.slice(0, -1),
    line.replace(/=+$/, ''),
    line.toUpperCase(),
    line.replace('\u2014', '-'),
    '',
    `0${line}`,
    random.pick(WORDS),
    new TextDecoder('latin1').decode(spoil(new TextEncoder().encode(line), random)),
  ])
  const made = random.pick([
    [...lines.slice(0, at), other, ...lines.slice(at + 1)],
    [...lines.slice(0, at), line, line, ...lines.slice(at + 1)],
    [...lines.slice(0, at), ...lines.slice(at + 1)],
    [...lines.slice(0, at), other, line, ...lines.slice(at + 1)],
  ])
  return new TextEncoder().encode(made.join('\n'))
}

/** Lines of signatures that do not fit the text, or are of somebody else. */
function signature(honest: Honest, random: Random): Uint8Array {
  const { ledger } = honest
  const text = ledger.checkpointText()
  const good = { name: ledger.origin, key: ledger.ledgerKey }
  const strange = { name: random.pick([ledger.origin, 'other.example']), key: stranger }
  const made = random.pick([
    [strange],
    [{ name: 'other.example', key: ledger.ledgerKey }],
    [{ name: ledger.origin, key: evidenceKey }],
    [good, strange],
    [strange, good],
    [good, good],
  ])
  const bytes = signedNote(text, made)
  if (random.below(2) === 0) return bytes
  // A bit of the signature of one line.
  const whole = new TextDecoder().decode(bytes)
  const at = whole.length - 4 - random.below(80)
  return new TextEncoder().encode(`${whole.slice(0, at)}${whole[at] === 'A' ? 'Q' : 'A'}${whole.slice(at + 1)}`)
}

/** A checkpoint that the ledger's own key signed over something else. */
function signedCheckpoint({ ledger }: Honest, random: Random): Uint8Array {
  const size = ledger.records.length
  const [origin, , root] = ledger.checkpointText().split('\n') as [string, string, string] // three lines
  const text = random.pick([
    ledger.checkpointText(1 + random.below(size)),
    `${origin}\n${size + 1 + random.below(3)}\n${root}\n`,
    `${origin}\n${size}\n${ledger.checkpointText(Math.max(1, size - 1)).split('\n')[2]}\n`,
    `other.example\n${size}\n${root}\n`,
  ])
  return signedNote(text, [{ name: text.split('\n')[0]!, key: ledger.ledgerKey }])
}

const ATTRIBUTES = [
  'id',
  'source',
  'type',
  'time',
  'ledger',
  'stream',
  'revision',
  'prev',
  'submitter',
  'recordedat',
  'specversion',
  'subject',
]

function attribute(honest: Honest, random: Random): Uint8Array {
  const at = random.below(honest.steps.length + 1) - 1
  const name = random.pick(ATTRIBUTES)
  const twin = honest.ledger.records[random.below(honest.ledger.records.length)]!
  const event = json(twin.bytes)
  const value = random.pick<JsonValue | undefined>([
    event[name],
    undefined,
    editValue<JsonValue>(event[name] ?? 'x', random),
    '0',
    'run-other',
    'ledger-keys',
    'dev.clyra.ledger.unknown.v1',
    '2030-01-01T00:00:00.000Z',
    '2000-01-01T00:00:00.000Z',
    '0'.repeat(64),
  ])
  return ofSteps(honest, (step, i) =>
    i === at ? { ...step, attributes: { ...step.attributes, [name]: value } } : step,
  )
}

/** An attribute that is one in its form, and does not fit where it stands. */
function misplaced(honest: Honest, random: Random): Uint8Array {
  const { records } = honest.ledger
  const at = random.below(honest.steps.length)
  const twin = random.pick(records)
  const hash = Buffer.from(random.pick([twin.leaf, honest.ledger.root()])).toString('hex')
  const wrong = random.pick<Readonly<Record<string, string>>>([
    { revision: String(random.below(5)) },
    { prev: hash },
    { stream: random.pick(records).stream },
    { stream: 'ledger-other' },
    { id: twin.id },
    { recordedat: random.pick(['2024-12-31T23:59:59.999Z', '2025-01-01T00:00:02.000Z', '2025-06-01T00:00:00.000Z']) },
    { ledger: 'other.example' },
    { type: random.pick(['dev.clyra.ledger.unknown.v1', 'org.example.thing.happened.v1']) },
  ])
  return ofSteps(honest, (step, i) => (i === at ? { ...step, attributes: { ...step.attributes, ...wrong } } : step))
}

/** A heads record of another size, root or place. */
function headsRecord(honest: Honest, random: Random): Uint8Array {
  const last = honest.steps.length - 1
  const at = random.below(3) === 0 ? honest.steps.indexOf('heads') : last
  const other = random.pick(honest.ledger.records)
  return ofSteps(honest, (step, i) => {
    if (i !== at) return step
    const { size, root } = step.data as { size: string; root: string } // those of a heads record
    return random.pick<Draft>([
      { ...step, data: { size: String(Number(size) - 1 + random.below(3)), root } },
      { ...step, data: { size, root: Buffer.from(other.leaf).toString('hex') } },
      { ...step, attributes: { revision: String(random.below(4)) } },
      { ...step, attributes: { prev: Buffer.from(other.leaf).toString('hex') } },
    ])
  })
}

/** heads.json in its form, with something that is another's. */
const paths = (random: Random) => (heads: JsonObject) => {
  const copy = structuredClone(heads)
  const list = copy['paths'] as { stream: string; head: JsonValue; siblings: string[]; other: JsonValue }[] // as it was made
  const path = random.pick(list)
  const other = random.pick(list)
  const hash = random.pick([...other.siblings, '0'.repeat(64), String(copy['root'])])
  const at = random.below(path.siblings.length + 1)
  const head = { revision: String(random.below(4)), leaf: hash }
  const change: readonly (() => unknown)[] = [
    () => path.siblings.splice(at, 0, hash),
    () => path.siblings.splice(at, 1),
    () => path.siblings.splice(at, 1, hash),
    () => path.siblings.reverse(),
    () => Object.assign(path, { head: other.head, siblings: other.siblings, other: other.other }),
    () => Object.assign(path, { head: path.head === null ? head : null }),
    () => Object.assign(path, { head }),
    () => Object.assign(path, { other: random.pick([null, { key: hash, value: hash }]) }),
    () => list.splice(list.indexOf(path), 1),
    () => Object.assign(copy, { root: hash }),
    () => Object.assign(copy, { position: String(Number(copy['position']) - 1 + random.below(3)) }),
  ]
  random.pick(change)()
  return copy
}

/** Data of a record of the ledger's own, or of the run, that say something else. */
const data = (honest: Honest, random: Random, wanted: (draft: Draft) => boolean) => {
  const chosen = honest.steps.flatMap((step, i) => (step !== 'heads' && wanted(step) ? [i] : []))
  const at = random.pick(chosen)
  return ofSteps(honest, (step, i) => (i === at ? { ...step, data: editValue(step.data, random) } : step))
}

/** A record of keys that breaks a rule of keys, in the form of a good one. */
function keyRecord(honest: Honest, random: Random): Uint8Array {
  const records = honest.steps.flatMap((step, i) => (step !== 'heads' && step.stream === 'ledger-keys' ? [i] : []))
  const at = random.pick(records)
  const other = honest.steps[random.pick(records)] as Draft // none of these is a heads record
  const edit = (value: JsonValue): JsonValue => {
    const copy = structuredClone(value) as JsonObject // data of key records are objects
    const key = copy['key'] as JsonObject | undefined
    const place = key !== undefined && random.below(3) > 0 ? key : copy
    const name = random.pick(Object.keys(place))
    const id = random.pick([evidenceKey.id, stranger.id, '0'.repeat(64), String(place[name])])
    const values: Readonly<Record<string, readonly JsonValue[]>> = {
      id: [id],
      purpose: ['ledger', 'evidence', 'attestation', 'badge', 'receipt'],
      public: ['0'.repeat(64), `01${'0'.repeat(62)}`, 'f'.repeat(64), Buffer.from(stranger.publicKey).toString('hex')],
      replaces: [id, null],
      reason: ['compromised', 'retired', 'superseded'],
      compromisedSince: ['0', '3', '99', null],
      alg: ['ed25519', 'ecdsa-p256-sha256'],
      type: [1, 2],
    }
    place[name] = random.pick(values[name] ?? [null])
    return copy
  }
  return ofSteps(honest, (step, i) => {
    if (i !== at) return step
    return random.below(4) === 0 ? { ...step, type: other.type, data: other.data } : { ...step, data: edit(step.data) }
  })
}

function lines(honest: Honest, random: Random): Uint8Array {
  return lying(honest, {
    lines: (all) => {
      const at = random.below(all.length)
      const other = random.below(all.length)
      const line = all[at]!
      return random.pick([
        all.filter((_, i) => i !== at),
        [...all.slice(0, at), line, ...all.slice(at)],
        all.map((one, i) => (i === at ? all[other]! : i === other ? line : one)),
        all.map((one, i) => (i === at ? canonicalBytes(editValue(json(one), random)) : one)),
      ])
    },
  })
}

function demands(honest: Honest, random: Random): Made {
  const { ledger } = honest
  const size = ledger.records.length
  const pinned = PINNED(ledger)
  const foreign = ledgerOf(honest.steps, (step, i) =>
    i === -1 ? { ...step, data: { ...(step.data as JsonObject), nonce: '1'.repeat(64) } } : step,
  )
  const note = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const options: readonly VectorOptions[] = [
    { run: random.pick([RUN, 'other', '']) },
    { origin: random.pick([ledger.origin, 'other.example']) },
    { genesis: random.pick([Buffer.from(ledger.genesis).toString('hex'), '0'.repeat(64)]) },
    { minSize: String(size - 1 + random.below(3)) },
    { maxAge: random.pick([0, 1, 86_000, 86_400, 10 ** 9]) },
    { maxAge: 60, now: random.pick(['2024-12-31T23:00:00Z', '2025-01-01T00:00:00Z', '2025-01-01T00:01:00Z']) },
    { requireArtifacts: true },
    { requireCompleteRun: true },
    { requireWarehouse: true },
    { trust: random.pick([[], [{ vkey: foreign.vkey, genesis: '0'.repeat(64) }], [{ vkey: 'x' }]]) },
    { checkpoints: [note(random.pick([ledger, foreign]).checkpoint())] },
    { checkpoints: [note(ledger.checkpoint(1 + random.below(size)))] },
    { checkpoints: ['AAAA'] },
    { keys: [note(writeArchive(new Map(honest.files))), ...(random.below(2) === 0 ? ['AAAA'] : [])] },
  ]
  const given = { ...pinned, ...random.pick(options), ...(random.below(3) === 0 ? random.pick(options) : {}) }
  return { archive: writeArchive(new Map(honest.files)), options: given }
}

const ofKeys = ({ stream }: Draft) => stream === 'ledger-keys'
const ofRun = ({ stream }: Draft) => stream.startsWith('run-')

/** One half spoils what was signed, the other half lies and signs it. */
export const WAYS: readonly Way[] = [
  {
    how: 'bytes of the archive',
    weight: 7,
    signed: false,
    make: ({ files }, random) => spoil(writeArchive(new Map(files)), random),
  },
  {
    how: 'structure of the archive',
    weight: 12,
    signed: false,
    make: (honest, random) =>
      rawZip(rawEntries(honest, random), random.below(12) === 0 ? { gap: Uint8Array.from([0]) } : {}),
  },
  {
    how: 'bytes of a file',
    weight: 7,
    signed: false,
    make: (honest, random) => withFile(honest, random.pick([...honest.files.keys()]), (bytes) => spoil(bytes, random)),
  },
  {
    how: 'the manifest, as it stands',
    weight: 2,
    signed: false,
    make: (honest, random) =>
      withFile(honest, 'manifest.json', (bytes) => canonicalBytes(editValue(json(bytes), random))),
  },
  {
    how: 'lines of the note',
    weight: 14,
    signed: false,
    make: (honest, random) => withFile(honest, 'checkpoint', () => note(honest, random)),
  },
  {
    how: 'signatures of the note',
    weight: 13,
    signed: false,
    make: (honest, random) => withFile(honest, 'checkpoint', () => signature(honest, random)),
  },
  {
    how: 'the envelope',
    weight: 11,
    signed: false,
    make: (honest, random) =>
      withFile(honest, 'manifest.dsse.json', (bytes) => canonicalBytes(editValue(json(bytes), random))),
  },

  {
    how: 'the manifest',
    weight: 6,
    signed: true,
    make: (honest, random) => lying(honest, { manifest: changed(random) }),
  },
  { how: 'the proof', weight: 8, signed: true, make: (honest, random) => lying(honest, { proof: changed(random) }) },
  { how: 'the heads', weight: 2, signed: true, make: (honest, random) => lying(honest, { heads: changed(random) }) },
  {
    how: 'openings',
    weight: 2,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        openings: [
          editValue(
            honest.lies.openings?.[0] ?? { position: '4', pointer: '/data/text', salt: '0'.repeat(64), value: null },
            random,
          ),
        ],
      }),
  },
  {
    how: 'bytes of a listed file',
    weight: 3,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        listed: (files) => {
          const name = random.pick([...files.keys()])
          return files.set(name, spoil(files.get(name)!, random))
        },
      }),
  },
  { how: 'lines of records', weight: 6, signed: true, make: lines },
  { how: 'an attribute of a record', weight: 3, signed: true, make: attribute },
  { how: 'data of the run', weight: 2, signed: true, make: (honest, random) => data(honest, random, ofRun) },
  { how: 'an attribute out of place', weight: 14, signed: true, make: misplaced },
  { how: 'a heads record', weight: 5, signed: true, make: headsRecord },
  {
    how: 'paths of the heads',
    weight: 6,
    signed: true,
    make: (honest, random) => lying(honest, { heads: paths(random) }),
  },
  { how: 'data of keys', weight: 3, signed: true, make: (honest, random) => data(honest, random, ofKeys) },
  { how: 'a rule of keys', weight: 22, signed: true, make: keyRecord },
  {
    how: 'a checkpoint of something else',
    weight: 10,
    signed: true,
    make: (honest, random) => lying(honest, { checkpoint: () => signedCheckpoint(honest, random) }),
  },
  {
    how: 'the statement',
    weight: 6,
    signed: true,
    make: (honest, random) => lying(honest, { statement: changed(random) }),
  },
  {
    how: 'who signs',
    weight: 2,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        signers: random.pick([
          [stranger],
          [stranger, evidenceKey],
          [honest.ledger.ledgerKey],
          [testKey('evidence of last year')],
          [],
        ]),
      }),
  },
  {
    how: 'claimed streams',
    weight: 9,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        streams: (all) =>
          random.pick([
            all.filter((_, i) => i !== random.below(all.length)),
            [...all, 'run-other'],
            [...all, 'ledger-heads'],
            [...all, 'approval-2'],
          ]),
      }),
  },
  { how: 'what is asked', weight: 18, signed: true, make: demands },
]

/** Each way as often as it is to come. */
const WHEEL = WAYS.flatMap((way) => Array.from({ length: way.weight }, () => way))

/** Mutant number `i` of a seed: the same bytes each time. A lie that the maker of bundles cannot tell is drawn anew. */
export function mutantOf(seed: number, i: number): Mutant {
  for (let attempt = 0; ; attempt++) {
    const random = new Random('differential', seed, i, attempt)
    const way = random.pick(WHEEL)
    const honest = random.pick(HONEST)
    try {
      const made = way.make(honest, random)
      const { archive, options = PINNED(honest.ledger) } = made instanceof Uint8Array ? { archive: made } : made
      return { archive, options, how: `${way.how}, of a bundle ${honest.name}`, honest, signed: way.signed }
    } catch (error) {
      if (attempt === 100) throw error
    }
  }
}
