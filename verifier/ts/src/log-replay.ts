import { concatBytes, equalBytes, u16be } from './bytes.js'
import { ChainWalk, genesisOf } from './chain.js'
import { HeadsMap } from './heads-map.js'
import { CompactRange } from './merkle.js'
import type { Checkpoint } from './note.js'
import { type LogRecord, readRecord } from './record.js'
import { dataOf, type GenesisData } from './record-data.js'
import { Offences } from './refusal.js'
import { attempt } from './shape.js'
import type { TileListing } from './tile-listing.js'
import { compareOlder, type ReadTile, TileWalk } from './tile-walk.js'
import { readEntryBundle, TILE_WIDTH, tilePath } from './tiles.js'

/** What one pass over all entries of a log has found. Each stage settles its own offences afterwards, in order. */
export interface LogReplay {
  readonly offences: {
    readonly json: Offences
    readonly root: Offences
    readonly chain: Offences
    readonly heads: Offences
  }
  readonly first: LogRecord | undefined
  readonly last: LogRecord | undefined
  readonly genesis: GenesisData | undefined
  readonly keyRecords: readonly { readonly record: LogRecord; readonly position: number }[]
  readonly redactions: number
  /** Roots at the checkpoint's size and at each size asked for. */
  readonly roots: ReadonlyMap<number, Uint8Array>
}

/**
 * Reads every entry of the log once: admits it, adds it to the tree, compares the tiles, follows the chains and replays
 * the heads. Memory grows with the number of streams and ids, not with the bytes.
 */
export async function replayLog(
  read: ReadTile,
  { origin, size }: Checkpoint,
  sizes: ReadonlySet<number>,
  listing: TileListing,
): Promise<LogReplay> {
  const offences = { json: new Offences(), root: new Offences(), chain: new Offences(), heads: new Offences() }
  const tiles = new TileWalk(read, listing, offences.root)
  const range = new CompactRange()
  const heads = new HeadsMap()
  const keyRecords: { record: LogRecord; position: number }[] = []
  const roots = new Map<number, Uint8Array>()
  let [redactions, walk, first, last] = [
    0,
    undefined as ChainWalk | undefined,
    undefined as LogRecord | undefined,
    undefined as LogRecord | undefined,
  ]
  for await (const { record, position } of admitted(read, size, listing, offences)) {
    first ??= record
    last = record
    walk ??= new ChainWalk(origin, first.leaf, offences.chain)
    await tiles.append(record.leaf)
    range.append(record.leaf)
    if (sizes.has(position + 1)) roots.set(position + 1, range.root())
    walk.add(record, position)
    if (record.stream === 'ledger-keys') keyRecords.push({ record, position })
    if (record.stream === 'ledger-redactions') redactions++
    checkHeads(record, position, heads, offences.heads)
    heads.set(record.stream, { revision: record.revision, leaf: record.leaf })
  }
  await tiles.finish()
  for (const file of listing.strays) offences.root.add('TILE_UNEXPECTED', 'is no tile', { file })
  roots.set(size, range.root())
  const genesis = genesisOf(first, origin)
  if (genesis === undefined)
    offences.chain.add('GENESIS_INVALID', `record 0 is no genesis record of ${origin}`, { position: 0 })
  return { offences, first, last, genesis, keyRecords, redactions, roots }
}

/** The records in position order. The first that is refused, or a bundle that is, ends them: JSON then ends the run. */
async function* admitted(
  read: ReadTile,
  size: number,
  listing: TileListing,
  offences: LogReplay['offences'],
): AsyncGenerator<{ readonly record: LogRecord; readonly position: number }> {
  for (let start = 0; start < size; start += TILE_WIDTH) {
    const entries = await readEntries(read, start / TILE_WIDTH, Math.min(TILE_WIDTH, size - start), offences.json)
    if (entries === undefined) return
    await compareOlderBundles(read, start / TILE_WIDTH, entries, listing, offences.root)
    for (const [i, bytes] of entries.entries()) {
      const position = start + i
      const record = attempt(offences.json, () => readRecord(bytes, { position }))
      if (record === undefined) return
      yield { record, position }
    }
  }
}

/** Earlier partial bundles are cut from one copy of what they must begin with: there may be 255 of them. */
async function compareOlderBundles(
  read: ReadTile,
  index: number,
  entries: readonly Uint8Array[],
  listing: TileListing,
  offences: Offences,
): Promise<void> {
  const older = listing.takeOlder('entries', index, entries.length)
  if (older.length === 0) return
  const bundle = concatBytes(...entries.flatMap((bytes) => [u16be(bytes.length), bytes]))
  const ends = entries.map(({ length }) => 2 + length)
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
  for (const width of older)
    await compareOlder(read, tilePath('entries', index, width), bundle.subarray(0, ends[width - 1]!), offences)
}

function checkHeads(record: LogRecord, position: number, heads: HeadsMap, offences: Offences): void {
  const stated = dataOf(record, 'dev.clyra.ledger.heads.v1')
  if (stated === undefined) return
  if (stated.size !== position) offences.add('HEADS_RECORD_INVALID', `size ${stated.size}`, { position })
  else if (!equalBytes(stated.root, heads.root())) {
    offences.add('HEADS_ROOT_MISMATCH', 'replaying the records before it gives another root', { position })
  }
}

/** The entries of one bundle; a partial one that is gone may be cut from the full one that has replaced it. */
async function readEntries(
  read: ReadTile,
  index: number,
  count: number,
  offences: Offences,
): Promise<Uint8Array[] | undefined> {
  const file = tilePath('entries', index, count)
  const exact = await read(file)
  const full = exact === undefined && count < TILE_WIDTH ? await read(tilePath('entries', index)) : undefined
  if (exact === undefined && full === undefined) {
    offences.add('ENTRIES_MISSING', 'is not there', { file })
    return undefined
  }
  const entries =
    exact !== undefined ? readEntryBundle(exact, count) : readEntryBundle(full!, TILE_WIDTH)?.slice(0, count)
  if (entries === undefined) offences.add('ENTRIES_MALFORMED', `does not hold exactly ${count} entries`, { file })
  return entries
}
