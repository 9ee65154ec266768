import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { readZip } from '../../../src/replay/index.js'
import { readArchive } from '../../../verifier/ts/src/archive.js'
import { bundle } from '../../../verifier/ts/test/bundle-maker.js'
import { type RawEntry, rawZip } from '../../../verifier/ts/test/raw-zip.js'
import { RUN, sampleLedger } from '../../../verifier/ts/test/sample-ledger.js'
import { accepted, outcomeOf, refused, type Target } from '../engine/target.js'
import { naiveReadZip, naiveWriteZip } from '../naive/naive-zip.js'
import { bytesOf, latin1, mostly } from './generators.js'
import { clyraCode, refusalCode } from './json-targets.js'

const small: readonly (readonly [string, Uint8Array])[] = [
  ['a', bytesOf('first')],
  ['b/c', bytesOf('')],
  ['manifest.json', bytesOf('{}')],
]

const SEEDS = [
  naiveWriteZip(small),
  naiveWriteZip([]),
  naiveWriteZip([['only', bytesOf('x'.repeat(300))]]),
  naiveWriteZip(Array.from({ length: 40 }, (_, i) => [`f${String(i).padStart(2, '0')}`, bytesOf(String(i))] as const)),
  bundle(sampleLedger(), RUN),
]

const WORDS = ['PK\u0003\u0004', 'PK\u0001\u0002', 'PK\u0005\u0006', 'PK\u0006\u0006', '../', '/', 'a', '\u0000\u0000']

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'a/b', 'manifest.json', 'records.jsonl', 'checkpoint') },
  fc.constantFrom(
    '',
    '.',
    '..',
    '../a',
    'a/../b',
    '/a',
    'a/',
    'a//b',
    'A',
    'a b',
    'c:/x',
    'a\\b',
    'é',
    'a\u0000',
    'x'.repeat(255),
    'x'.repeat(256),
  ),
)

const entry: fc.Arbitrary<RawEntry> = fc
  .tuple(
    name,
    fc.uint8Array({ maxLength: 20 }),
    mostly(
      fc.constant<Partial<RawEntry>>({}),
      fc.constantFrom<Partial<RawEntry>>(
        { method: 8 },
        { flags: 0x0800 },
        { flags: 8 },
        { crc: 0 },
        { extra: latin1('\u0001\u0000\u0000\u0000') },
        { externalAttributes: 0x20 },
        { date: 0x22 },
        { localName: 'z' },
      ),
      8,
    ),
  )
  .map(([one, data, broken]) => ({ name: one, data, ...broken }))

const structured: fc.Arbitrary<Uint8Array> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .uniqueArray(
        fc.tuple(fc.stringMatching(/^[a-z0-9.-]{1,5}(\/[a-z0-9.-]{1,5})?$/), fc.uint8Array({ maxLength: 40 })),
        {
          maxLength: 6,
          selector: ([one]) => one,
        },
      )
      .map(naiveWriteZip),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.array(entry, { maxLength: 4 }),
        fc.boolean(),
        mostly(fc.constant(''), fc.constantFrom('x', 'PK\u0003\u0004'), 10),
        mostly(fc.constant(''), fc.constantFrom('x', '\u0000'), 10),
      )
      .map(([entries, sort, prefix, gap]) => {
        const ordered = sort ? [...entries].sort((a, b) => (a.name < b.name ? -1 : 1)) : entries
        return rawZip(ordered, { prefix: latin1(prefix), gap: latin1(gap) })
      }),
  },
)

const show = (files: Iterable<readonly [string, Uint8Array]>): string =>
  JSON.stringify(
    [...files]
      .map(([file, content]) => `${file} ${content.length} ${createHash('sha256').update(content).digest('hex')}`)
      .sort(),
  )

const common = {
  seeds: SEEDS,
  words: WORDS,
  structured,
  naive: (bytes: Uint8Array) => {
    const read = naiveReadZip(bytes)
    return 'code' in read ? refused(read.code) : accepted(show(read.files))
  },
}

export const targets: readonly Target[] = [
  {
    ...common,
    name: 'zip-verifier',
    real: (bytes) => outcomeOf(() => show(readArchive(bytes)), refusalCode),
    compareCodes: true,
    weight: 1.5,
  },
  { ...common, name: 'zip-replay', real: (bytes) => outcomeOf(() => show(readZip(bytes)), clyraCode) },
]
