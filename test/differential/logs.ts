import { evidenceKey } from '../../verifier/ts/test/bundle-maker.js'
import { TestLedger } from '../../verifier/ts/test/ledger-maker.js'
import { other } from '../../verifier/ts/test/sample-ledger.js'
import { PINNED, type VectorOptions } from '../../verifier/ts/test/vectors/vector.js'
import { Random } from '../fuzz/engine/random.js'
import { keyChange } from './base-by-chance.js'
import { LEDGER_KEY } from './bases.js'
import { runByChance } from './run-by-chance.js'

type Files = Map<string, Uint8Array>

/** A published log and how a caller asks about it. */
export interface MadeLog {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly options: VectorOptions
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

/** A published log by chance, number `i` of a seed: it may have more than one tile, and something in its files may be wrong. */
export function logOf(seed: number, i: number): MadeLog {
  const random = new Random('log', seed, i)
  const ledger = new TestLedger({ key: LEDGER_KEY })
  ledger.introduce(evidenceKey)
  const more = random.below(24) === 0 ? 250 + random.below(20) : random.below(12)
  const drafts = [
    ...runByChance(random),
    ...Array.from({ length: more }, (_, n) => other(random.pick(['run-a', 'x-c']), n)),
  ]
  for (const draft of drafts) {
    ledger.append(draft)
    if (random.below(10) === 0) ledger.appendHeads()
    if (random.below(60) === 0) ledger.append(keyChange(random))
  }
  const files: Files = new Map(ledger.tiles())
  if (random.below(5) > 1) changeTiles(random, files)
  return { files, options: { ...PINNED(ledger), ...(random.below(3) === 0 && asked(random, ledger)) } }
}

function asked(random: Random, ledger: TestLedger): VectorOptions {
  const { length } = ledger.records
  const held = (size: number, root: Uint8Array) =>
    Buffer.from(`${ledger.origin}\n${size}\n${Buffer.from(root).toString('base64')}\n\n\u2014 x AAAAAAA=\n`)
  const size = random.pick([length, Math.max(1, length - 2), length + 3])
  const root = size <= length && random.below(2) === 0 ? ledger.root(size) : new Uint8Array(32)
  return random.pick<VectorOptions>([
    { trust: [] },
    { origin: random.pick([ledger.origin, 'x']) },
    { minSize: String(length + random.below(2)) },
    { maxAge: random.below(100) },
    { checkpoints: [held(size, root).toString('base64')] },
  ])
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
function textChanged(random: Random, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString()
  return Buffer.from(
    text.replace(random.pick(['\n', '\u2014 ', '=', '1', '2']), random.pick(['', '\n\n', '\r\n', ' ', '9'])),
  )
}

function flip(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length)
  if (bytes.length > 0) bytes[at] = random.pick([0, 0x20, 0x22, 0x30, 0x5c, 0x7b, 0xff, (bytes[at] ?? 0) ^ 1])
  return bytes
}
