import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../../verifier/ts/src/json.js'
import { bundle, evidenceKey, type Lies } from '../../verifier/ts/test/bundle-maker.js'
import { TestLedger, testKey } from '../../verifier/ts/test/ledger-maker.js'
import { ARTIFACT, other, RUN, SALT, SEALED_VALUE } from '../../verifier/ts/test/sample-ledger.js'
import { keyRecordsOf } from '../../verifier/ts/test/vectors/key-records.js'
import type { KeyRecords, VectorOptions } from '../../verifier/ts/test/vectors/vector.js'
import { editValue } from '../differential/edit-value.js'
import type { Random } from '../fuzz/engine/random.js'
import { runByChance } from './runs-by-chance.js'
import type { Case } from './vectors.js'

type Files = Map<string, Uint8Array>

const second = testKey('evidence 2')
const stranger = testKey('stranger')
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/**
 * A bundle or a log that is made by chance, by its maker or with a lie, with what a caller might ask of it. What a lie
 * changes is listed, hashed and signed again with the keys of the vectors, so that the later stages are reached.
 */
export function caseByChance(random: Random): Case {
  return random.below(3) === 0 ? logByChance(random) : bundleByChance(random)
}

function bundleByChance(random: Random): Case {
  const chance = (percent: number) => random.below(100) < percent
  const ledger = ledgerByChance(random)
  const lies = liesByChance(random, ledger)
  const evidence = bundle(ledger, RUN, lies)
  const options = optionsByChance(random, ledger)
  if (chance(7)) flip(random, evidence)
  if (chance(75)) return { evidence, options }
  const artifacts = { [createHash('sha256').update(ARTIFACT).digest('hex')]: base64(random.pick([ARTIFACT, SALT])) }
  return {
    evidence,
    options: {
      ...options,
      ...(chance(30) && { run: random.pick([RUN, 'x']) }),
      ...(chance(30) && { requireArtifacts: true }),
      ...(chance(30) && { requireCompleteRun: true }),
      ...(chance(30) && { requireWarehouse: true }),
      ...(chance(30) && { artifacts }),
      ...(chance(60) && { keys: [laterByChance(random, ledger, lies), laterByChance(random, ledger, lies)] }),
    },
  }
}

/** A genesis record, keys that come and go, a run, and heads records; the last record is one. */
function ledgerByChance(random: Random): TestLedger {
  const ledger = new TestLedger()
  ledger.introduce(evidenceKey)
  if (random.below(2) === 0) ledger.appendHeads()
  for (const draft of runByChance(random)) {
    ledger.append(draft)
    if (random.below(10) === 0) changeKeys(random, ledger)
  }
  const heads = { size: String(ledger.records.length), root: 'a'.repeat(64) }
  ledger.appendHeads(random.below(50) === 0 ? { data: editValue(heads, random) } : {})
  return ledger
}

function changeKeys(random: Random, ledger: TestLedger): void {
  const reason = random.pick(['superseded', 'compromised', 'compromised', 'retired'])
  switch (random.below(3)) {
    case 0:
      ledger.introduce(second, random.pick(['evidence', 'badge', 'receipt', 'ledger']))
      return
    case 1:
      ledger.introduce(random.pick([second, stranger]), 'evidence', random.pick([null, evidenceKey.id, second.id]))
      return
    default:
      ledger.revoke(
        random.pick([evidenceKey, second, ledger.ledgerKey]),
        reason,
        random.pick([null, null, '0', '3', '99']),
      )
  }
}

/** What its maker lies about: nothing in half of the bundles, else one document, or files, or who signs. */
function liesByChance(random: Random, ledger: TestLedger): Lies {
  const chance = (percent: number) => random.below(100) < percent
  const mutated = (value: JsonObject): JsonObject => {
    const other: JsonValue = editValue(value, random)
    return isObject(other) ? other : value
  }
  const opening = { position: String(random.below(9)), pointer: '/data/text', salt: hex(SALT), value: SEALED_VALUE }
  const signers = [[second], [evidenceKey, second], [stranger], [ledger.ledgerKey], [stranger, evidenceKey]]
  const onDocuments: readonly Lies[] = [
    { proof: mutated },
    { heads: mutated },
    { manifest: mutated },
    { statement: mutated },
    { envelope: mutated },
    { claims: (claims) => listOfObjects(editValue(claims, random), claims) },
    { checkpoint: (note) => textChanged(random, note) },
    { streams: (streams) => streamsChanged(random, streams) },
    { files: (files) => filesChanged(random, files) },
    { listed: (files) => listedChanged(random, files) },
  ]
  return {
    ...(chance(50) && random.pick(onDocuments)),
    ...(chance(15) && { signers: random.pick(signers) }),
    ...(chance(20) && { openings: [random.below(2) === 0 ? opening : mutated(opening)] }),
    ...(chance(10) && { embed: [random.pick([ARTIFACT, SALT])] }),
  }
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listOfObjects = (value: JsonValue, otherwise: JsonObject[]): JsonObject[] =>
  Array.isArray(value) && value.every(isObject) ? value : otherwise

function streamsChanged(random: Random, streams: string[]): string[] {
  const added = random.pick(['run-other', 'ledger-heads', 'approval-1', 'ledger-genesis'])
  if (random.below(2) === 0) return [...new Set([...streams, added])]
  return streams.filter((_, index) => index !== random.below(streams.length))
}

function textChanged(random: Random, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString()
  return Buffer.from(
    text.replace(random.pick(['\n', '\u2014 ', '=', '1', '2']), random.pick(['', '\n\n', '\r\n', ' ', '9'])),
  )
}

/** Text of a document changed in one place, and listed as it is then. */
function listedChanged(random: Random, files: Files): Files {
  const name = random.pick(['records.jsonl', 'proof.json', 'heads.json'])
  const text = Buffer.from(files.get(name) ?? '').toString()
  const at = random.below(text.length)
  const tokens = ['', '"', '\\', '\\ud800', '\\u0041', '{', '[', ',', '0', '.5', 'e1', ' ', '\n', 'é', '-', 'null']
  const changed = `${text.slice(0, at)}${random.pick(tokens)}${text.slice(at + random.below(3))}`
  return new Map(files).set(name, Buffer.from(changed))
}

/** A file gone, added, or with other bytes, and listed as it was. */
function filesChanged(random: Random, files: Files): Files {
  const changed = new Map(files)
  const name = random.pick([...files.keys()])
  const bytes = files.get(name) ?? new Uint8Array()
  switch (random.below(4)) {
    case 0:
      changed.delete(name)
      return changed
    case 1:
      return changed.set(random.pick(['x.txt', 'manifest.tsr', `artifacts/${'a'.repeat(64)}`]), SALT)
    case 2:
      return changed.set(name, bytes.slice(0, random.below(bytes.length)))
    default:
      return changed.set(name, flip(random, Uint8Array.from(bytes)))
  }
}

function flip(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length)
  if (bytes.length > 0) bytes[at] = random.pick([0, 0x20, 0x22, 0x30, 0x5c, 0x7b, 0xff, (bytes[at] ?? 0) ^ 1])
  return bytes
}

/** A newer bundle of the ledger, in base64, or its key records: it has gone on, its keys have changed, its maker may lie too. */
function laterByChance(random: Random, ledger: TestLedger, lies: Lies): string | KeyRecords {
  for (let count = random.below(3); count > 0; count--) {
    if (random.below(2) === 0) changeKeys(random, ledger)
    else ledger.append(other())
  }
  ledger.appendHeads()
  switch (random.below(8)) {
    case 0:
      return keyRecordsOf(ledger)
    case 1:
      return keyRecordsOf(new TestLedger({ seed: 'another' }))
    case 2: {
      const { records } = keyRecordsOf(ledger)
      const size = random.pick([3, 99])
      return { size: String(size), records: records.filter(({ position }) => Number(position) < size) }
    }
    default:
      return base64(bundle(ledger, RUN, random.pick([lies, {}, {}, { signers: [second] }])))
  }
}

function optionsByChance(random: Random, ledger: TestLedger): VectorOptions {
  const { vkey, genesis, origin, records } = ledger
  const now = '2025-01-02T00:00:00Z'
  const chance = (percent: number) => random.below(100) < percent
  if (chance(50)) return { trust: [{ vkey }], now }
  const leaf = hex(genesis)
  const trust = [
    [],
    [{ vkey, genesis: leaf }],
    [{ vkey, genesis: 'a'.repeat(64) }],
    [{ vkey: new TestLedger({ seed: 'another' }).vkey }],
    [{ vkey }, { vkey, genesis: 'b'.repeat(64) }],
  ]
  return {
    trust: chance(15) ? random.pick(trust) : [{ vkey }],
    now: chance(15) ? random.pick(['2025-01-01T00:00:30Z', '2024-12-31T23:50:00Z', '2025-01-01T00:00:09.999Z']) : now,
    ...(chance(10) && { origin: random.pick([origin, 'x']) }),
    ...(chance(10) && { genesis: random.pick([leaf, 'a'.repeat(64)]) }),
    ...(chance(10) && { minSize: String(records.length + random.below(2)) }),
    ...(chance(10) && { maxAge: random.below(100) }),
    ...(chance(30) && { checkpoints: [heldByChance(random, ledger)] }),
  }
}

/** A checkpoint that the caller holds, in base64; nobody asks who signed it. */
function heldByChance(random: Random, ledger: TestLedger): string {
  const { length } = ledger.records
  const size = random.pick([length, Math.max(1, length - 2), length + 3])
  const root = size <= length && random.below(2) === 0 ? ledger.root(size) : new Uint8Array(32)
  const text = `${random.pick([ledger.origin, ledger.origin, 'x'])}\n${size}\n${base64(root)}\n`
  return base64(Buffer.from(`${text}\n\u2014 x AAAAAAA=\n`))
}

const TILE_PATHS = [
  ...[
    'tile/x',
    'tile/0/x000/001',
    'tile/0/001',
    'tile/00/000',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/255',
  ],
  ...[
    'tile/1/000.p/1',
    'tile/2/000',
    'tile/entries/001',
    'tile/entries/x001/000',
    'tile/entries/000.p/3/x',
    'tile/.x/y',
  ],
  ...['tile/0/Thumbs.db', 'tile/Thumbs.db/x', 'other', 'tile/64/000', 'tile/63/x999/000', 'tile/0/1000', 'tile/0/-01'],
]

function logByChance(random: Random): Case {
  const ledger = new TestLedger()
  ledger.introduce(evidenceKey)
  const more = random.below(12) === 0 ? 250 + random.below(20) : random.below(12)
  const drafts = [
    ...runByChance(random),
    ...Array.from({ length: more }, (_, n) => other(random.pick(['run-a', 'x-c']), n)),
  ]
  for (const draft of drafts) {
    ledger.append(draft)
    if (random.below(10) === 0) ledger.appendHeads()
    if (random.below(60) === 0) changeKeys(random, ledger)
  }
  const files: Files = new Map(ledger.tiles())
  if (random.below(5) > 1) changeTiles(random, files)
  return { evidence: files, options: optionsByChance(random, ledger) }
}

function changeTiles(random: Random, files: Files): void {
  const name = random.pick([...files.keys()])
  const bytes = files.get(name) ?? new Uint8Array()
  const [, place, width] = /^(.*)\.p\/(\d+)$/.exec(name) ?? []
  switch (random.below(7)) {
    case 0:
      files.delete(name)
      return
    case 1:
      files.set(name, bytes.slice(0, random.below(bytes.length)))
      return
    case 2:
      files.set(random.pick(TILE_PATHS), bytes)
      return
    case 3:
      files.set(name, files.get(random.pick([...files.keys()])) ?? bytes)
      return
    case 4:
      files.set('checkpoint', textChanged(random, files.get('checkpoint') ?? new Uint8Array()))
      return
    case 5: {
      // An earlier partial tile, or the full one in the place of a partial one.
      if (place === undefined) return
      const earlier = 1 + random.below(Number(width))
      files.set(`${place}.p/${earlier}`, bytes.slice(0, 32 * earlier))
      return
    }
    default:
      files.set(name, flip(random, Uint8Array.from(bytes)))
  }
}
