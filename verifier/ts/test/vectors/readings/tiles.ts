import { concatBytes, hex, u16be, utf8 } from '../../../src/bytes.js'
import type { FaultCode } from '../../../src/spec.generated.js'
import { TILE_WIDTH, tilePath } from '../../../src/tiles.js'
import { editFile, flip } from '../../edit-json.js'
import { TestLedger } from '../../ledger-maker.js'
import { other, sampleLedger } from '../../sample-ledger.js'
import { against, bad, PINNED, type Vector } from '../vector.js'

type Files = Map<string, Uint8Array>

/** A log of 50 records that has grown since to 256: its full tile and bundle lie where the partial ones were. */
const SIZE = 50

/** Log, section 5, and DEF, section 8: which files are tiles, and what may stand in for another. */
export function tileReadings(): Vector[] {
  return [...pathReadings(), ...fullReadings()]
}

const valid = (name: string, shows: string, ledger: TestLedger, files: Files): Vector => ({
  group: 'valid',
  name,
  shows,
  options: PINNED(ledger),
  verdict: 'VALID',
  code: 'OK',
  evidence: files,
})

function pathReadings(): Vector[] {
  const ledger = sampleLedger()
  const withFile = (path: string) => new Map([...ledger.tiles(), [path, new Uint8Array(32)]])
  const later = (name: string, shows: string, path: string) => valid(name, shows, ledger, withFile(path))
  const stray = (name: string, shows: string, path: string) =>
    bad('negative', name, 'TILE_UNEXPECTED', shows, { ledger, tiles: withFile(path) })
  const last = '9007199254740991'
  const indexPath = (index: string) => index.padStart(18, '0').replace(/(\d{3})(?=\d)/g, 'x$1/')
  return [
    against(
      'tile-listing.ts',
      'LAST_LEVEL = 63',
      'LAST_LEVEL = 62',
      later('tiles-level-63', 'Level 63 is the last one.', 'tile/63/000'),
    ),
    against(
      'tile-listing.ts',
      'LAST_LEVEL = 63',
      'LAST_LEVEL = 64',
      stray('tiles-level-64', 'Level 64 is none.', 'tile/64/000'),
    ),
    stray('tiles-level-two-digits', 'A level with a leading zero.', 'tile/00/000.p/1'),
    later('tiles-index-2-53-less-1', 'An index of 2^53-1 is the last one.', `tile/0/${indexPath(last)}`),
    ...['9007199254740992', '9007199254740994'].map((index) =>
      against(
        'tile-listing.ts',
        '!Number.isSafeInteger(index)',
        '!Number.isInteger(index)',
        stray(`tiles-index-${index}`, 'An index above 2^53-1 is none.', `tile/entries/${indexPath(index)}`),
      ),
    ),
    stray('tiles-index-of-seven-groups', 'A longer index.', 'tile/0/x001/x000/x000/x000/x000/x000/000'),
    stray('tiles-width-0', 'A width of zero.', 'tile/0/001.p/0'),
    stray('tiles-width-256', 'A full tile under the path of a partial one.', 'tile/0/001.p/256'),
    stray('tiles-width-leading-zero', 'A width with a leading zero.', 'tile/0/001.p/01'),
    against(
      'tile-listing.ts',
      'named.includes(parts.at(-1)!)',
      'parts.some((part) => named.includes(part))',
      stray(
        'tiles-folder-of-an-ignored-name',
        'A file in a folder of an ignored name: only its own name counts.',
        'tile/Thumbs.db/000',
      ),
    ),
    stray('tiles-other-folder', 'A folder under tile/ that is no level.', 'tile/data/000'),
    later('tiles-beside', 'What lies outside tile/ is not looked at.', 'tiles/0/000'),
  ]
}

function fullReadings(): Vector[] {
  const ledger = new TestLedger()
  for (let n = 1; n < TILE_WIDTH; n++) ledger.append(other('run-other', n))
  const grown = ledger.tiles()
  const [tile, bundle] = [grown.get('tile/0/000')!, grown.get('tile/entries/000')!]
  const [partTile, partBundle] = [tilePath(0, 0, SIZE), tilePath('entries', 0, SIZE)]
  const partial: Files = new Map([
    ['checkpoint', ledger.checkpoint(SIZE)],
    [partTile, tile.slice(0, SIZE * 32)],
    [partBundle, concatBytes(...ledger.records.slice(0, SIZE).flatMap(({ bytes }) => [u16be(bytes.length), bytes]))],
  ])
  const full: Files = new Map([
    ['checkpoint', ledger.checkpoint(SIZE)],
    ['tile/0/000', tile],
    ['tile/entries/000', bundle],
  ])
  const refused = (name: string, code: FaultCode, shows: string, tiles: Files) =>
    bad('negative', name, code, shows, { ledger, tiles })
  const takesFull = ['tile-walk.ts', '!whole || !equalBytes', '!equalBytes'] as const
  const lastLength = ledger.records.at(-1)!.bytes.length + 2
  const rubbish = concatBytes(u16be(lastLength - 2), utf8('x'.repeat(lastLength - 2)))
  return [
    valid(
      'tiles-full-for-partial',
      'Full tile and bundle stand in for the partial ones, which are gone.',
      ledger,
      full,
    ),
    against(
      ...takesFull,
      refused(
        'tiles-full-too-long',
        'TILE_MISMATCH',
        'The tile that stands in has 8,193 bytes: it is no full one.',
        editFile('tile/0/000', (bytes) => concatBytes(bytes, Uint8Array.of(0)))(full),
      ),
    ),
    against(
      ...takesFull,
      refused(
        'tiles-full-too-short',
        'TILE_MISMATCH',
        'The tile that stands in has 60 hashes.',
        editFile('tile/0/000', (bytes) => bytes.slice(0, 60 * 32))(full),
      ),
    ),
    refused(
      'tiles-full-bundle-too-short',
      'ENTRIES_MALFORMED',
      'The bundle that stands in has 255 entries.',
      editFile('tile/entries/000', (bytes) => bytes.slice(0, -lastLength))(full),
    ),
    valid(
      'tiles-full-rest-not-read',
      'What stands in is read up to the width that is called for: the hashes and entries behind it say nothing.',
      ledger,
      new Map([
        ...full,
        ['tile/0/000', flip(-1)(tile)],
        ['tile/entries/000', concatBytes(bundle.slice(0, -lastLength), rubbish)],
      ]),
    ),
    valid(
      'tiles-full-beside-partial',
      'Where the partial tile is there, a full one beside it may belong to a later checkpoint: not looked at.',
      ledger,
      new Map([...partial, ['tile/0/000', new Uint8Array(1)]]),
    ),
    refused(
      'tiles-partial-wrong-beside-full',
      'TILE_MISMATCH',
      'A wrong partial tile is not replaced by a right full one beside it.',
      new Map([...full, [partTile, flip(0)(tile.slice(0, SIZE * 32))]]),
    ),
    refused(
      'tiles-wider-partial-for-partial',
      'TILE_MISSING',
      'Only a full tile stands in: one of 60 hashes does not.',
      editFile(partTile, () => undefined)(new Map([...partial, [tilePath(0, 0, 60), tile.slice(0, 60 * 32)]])),
    ),
    refused(
      'tiles-partial-too-long',
      'TILE_MISMATCH',
      'A partial tile with one byte too many.',
      editFile(partTile, (bytes) => concatBytes(bytes, Uint8Array.of(0)))(partial),
    ),
    refused(
      'tiles-full-bundle-missing',
      'ENTRIES_MISSING',
      'A full bundle that the checkpoint calls for is not there.',
      editFile('tile/entries/000', () => undefined)(grown),
    ),
    refused(
      'tiles-full-tile-missing',
      'TILE_MISSING',
      'A full tile that the checkpoint calls for is not there.',
      editFile('tile/0/000', () => undefined)(grown),
    ),
    headsOfAnotherSize(),
    against(
      'tiles.ts',
      'at + 2 + length > bytes.length || length',
      'length',
      refused(
        'tiles-entries-before-records',
        'ENTRIES_MALFORMED',
        'A bundle whose last entry is cut, and whose first is no record: its form is judged before its records.',
        editFile(partBundle, (bytes) => bytes.with(2, 0x5b).slice(0, -1))(partial),
      ),
    ),
    refused(
      'tiles-empty-entry',
      'JSON_SYNTAX',
      'An entry of no bytes is an entry; as a record it is no JSON.',
      editFile(partBundle, (bytes) => concatBytes(u16be(0), bytes.slice(2 + ledger.records[0]!.bytes.length)))(partial),
    ),
  ]
}

/** A whole log with a heads record that speaks of fewer records than stand before it. */
function headsOfAnotherSize(): Vector {
  const ledger = sampleLedger()
  ledger.appendHeads({ data: { size: '9', root: hex(ledger.headsMap(9).root()) } })
  return against(
    'log-replay.ts',
    'if (stated.size !== position) offences.add(',
    'if (stated.size > position) offences.add(',
    bad(
      'forged',
      'tiles-heads-size',
      'HEADS_RECORD_INVALID',
      'A heads record of a log that states another size than its own position.',
      { ledger, tiles: ledger.tiles() },
    ),
  )
}
