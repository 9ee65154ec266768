import * as fc from 'fast-check'
import { entryBundle } from '../../../src/merkle/index.js'
import { readEntryBundle } from '../../../verifier/ts/src/tiles.js'
import { verifyBundle } from '../../../verifier/ts/src/verify-bundle.js'
import { verifyTiles } from '../../../verifier/ts/src/verify-tiles.js'
import { bundleFiles } from '../../../verifier/ts/test/bundle-maker.js'
import { RUN, sampleLedger } from '../../../verifier/ts/test/sample-ledger.js'
import { mutateBytes } from '../engine/mutate-bytes.js'
import { Random } from '../engine/random.js'
import { accepted, type Outcome, outcomeOf, refused, type Target } from '../engine/target.js'
import { naiveCheckpoint, naiveKeyHash, naiveNote, naiveVerifies } from '../naive/naive-note.js'
import { naiveReadZip, naiveWriteZip } from '../naive/naive-zip.js'
import { bytesOf, join, latin1, showHex } from './generators.js'
import { clyraCode } from './json-targets.js'

/** An entry bundle after two bytes that say how many entries it should have. */
const counted = (count: number, entries: readonly Uint8Array[]): Uint8Array => {
  const parts = entries.map((entry) => join(Uint8Array.of(entry.length >> 8, entry.length & 255), entry))
  return join(Uint8Array.of(count >> 8, count & 255), ...parts)
}

const entry = fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constant(new Uint8Array(300)))
const structuredBundle = fc
  .tuple(fc.array(entry, { maxLength: 5 }), fc.constantFrom(0, 0, 0, 1, -1, 252))
  .map(([entries, more]) => counted(Math.max(0, entries.length + more), entries))

function naiveBundle(bytes: Uint8Array): Outcome {
  const count = bytes[0]! * 256 + bytes[1]!
  const entries: Uint8Array[] = []
  let rest = bytes.slice(2)
  while (rest.length > 0) {
    const length = rest.length < 2 ? Number.POSITIVE_INFINITY : rest[0]! * 256 + rest[1]!
    if (rest.length < 2 + length) return refused('no')
    entries.push(rest.slice(2, 2 + length))
    rest = rest.slice(2 + length)
  }
  return entries.length === count && count <= 256 ? accepted(entries.map(showHex).join()) : refused('no')
}

/** Two bytes of count, at most 256, then the bundle; anything else is no input. */
const withCount =
  (read: (bytes: Uint8Array, count: number) => Outcome) =>
  (bytes: Uint8Array): Outcome => {
    if (bytes.length < 2 || bytes[0]! * 256 + bytes[1]! > 256) return refused('no')
    return read(bytes.subarray(2), bytes[0]! * 256 + bytes[1]!)
  }

const bundles = {
  words: ['\u0000\u0000', '\u0000\u0001', '\u0001'],
  seeds: [
    counted(3, [bytesOf('a'), bytesOf(''), bytesOf('ccc')]),
    counted(
      256,
      Array.from({ length: 256 }, (_, i) => Uint8Array.of(i)),
    ),
    counted(0, []),
    counted(1, [new Uint8Array(65_535)]),
  ],
  structured: structuredBundle,
  naive: withCount((bytes, count) => naiveBundle(join(Uint8Array.of(count >> 8, count & 255), bytes))),
}

const LEDGER = sampleLedger()
const KEY = { name: LEDGER.origin, publicKey: LEDGER.ledgerKey.publicKey }
const OPTIONS = { trust: [LEDGER.vkey], now: new Date('2025-01-02T00:00:00Z') }

/** A note that says of the ledger what its own says, signed by its key, with whatever other lines. */
function saysTheSame(note: Uint8Array): boolean {
  const read = naiveNote(note)
  if (read === undefined || naiveCheckpoint(read.text) === undefined) return false
  const mine = read.lines.filter(({ name, keyHash }) => name === KEY.name && keyHash === naiveKeyHash(KEY))
  const good = mine.every(({ signature }) => naiveVerifies(KEY, read.text, signature))
  return read.text === LEDGER.checkpointText() && mine.length > 0 && good
}

/** Files as one text: `@@ <name>` before each. */
const MARK = '\n@@ '
const pack = (files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  join(...[...files].flatMap(([name, bytes]) => [bytesOf(`${MARK}${name}\n`), bytes]))
function unpack(bytes: Uint8Array): Map<string, Uint8Array> {
  const parts = Buffer.from(bytes).toString('latin1').split(MARK).slice(1)
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), latin1(part.slice(part.indexOf('\n') + 1))]))
}

/** One file mutated, taken away, or exchanged for another. */
const oneChanged = (files: ReadonlyMap<string, Uint8Array>): fc.Arbitrary<Map<string, Uint8Array>> =>
  fc
    .tuple(fc.constantFrom(...files.keys()), fc.constantFrom(...files.keys()), fc.nat(), fc.nat(9))
    .map(([name, other, seed, kind]) => {
      const changed = new Map(files)
      if (kind === 0) changed.delete(name)
      else if (kind === 1) changed.set(name, files.get(other)!)
      else if (kind > 2)
        changed.set(name, mutateBytes(files.get(name)!, files.get(other)!, ['\n', '"', '0'], new Random(seed)))
      return changed
    })

const TILES = LEDGER.tiles()
const BUNDLE = bundleFiles(LEDGER, RUN)
const verdictOf = ({ verdict, code }: { readonly verdict: string; readonly code: string }): Outcome =>
  verdict === 'VALID' ? accepted('') : refused(code)
const equal = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a !== undefined && b !== undefined && Buffer.from(a).equals(b)

export const targets: readonly Target[] = [
  {
    ...bundles,
    name: 'entry-bundle',
    real: withCount((bytes, count) => outcomeOf(() => entryBundle.decode(bytes, count).map(showHex).join(), clyraCode)),
    weight: 0.5,
  },
  {
    ...bundles,
    name: 'entry-bundle-verifier',
    real: withCount((bytes, count) => {
      const entries = readEntryBundle(bytes, count)
      return entries === undefined ? refused('no') : accepted(entries.map(showHex).join())
    }),
    weight: 0.5,
  },
  {
    // A whole log: VALID only where every file is the ledger's, but for what others may add to the note.
    name: 'tiles',
    seeds: [pack(TILES)],
    words: [MARK, '\n', '0', '"'],
    structured: oneChanged(TILES).map(pack),
    real: async (bytes) => {
      const files = unpack(bytes)
      return verdictOf(await verifyTiles((path) => files.get(path), OPTIONS))
    },
    naive: (bytes) => {
      const files = unpack(bytes)
      const genuine = [...TILES].every(([name, content]) => name === 'checkpoint' || equal(files.get(name), content))
      return genuine && saysTheSame(files.get('checkpoint') ?? new Uint8Array(0)) ? accepted('') : refused('no')
    },
  },
  {
    // A whole bundle: VALID only where it is the one that was made, but for what others may add to the note.
    name: 'bundle',
    seeds: [naiveWriteZip([...BUNDLE])],
    words: ['PK\u0005\u0006', '\n', '"', '00', '\u0000'],
    structured: oneChanged(BUNDLE).map((files) => naiveWriteZip([...files])),
    real: async (bytes) => verdictOf(await verifyBundle(bytes, OPTIONS)),
    naive: (bytes) => {
      const read = naiveReadZip(bytes)
      if ('code' in read) return refused(read.code)
      const files = new Map(read.files)
      const genuine = [...BUNDLE].every(([name, content]) => name === 'checkpoint' || equal(files.get(name), content))
      const note = files.get('checkpoint') ?? new Uint8Array(0)
      return genuine && files.size === BUNDLE.size && saysTheSame(note) ? accepted('') : refused('no')
    },
    weight: 1.5,
  },
]
