import { equalBytes } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { entriesPath, entryBundle, TILE_WIDTH, tilePath } from '../merkle/index.js'
import type { Ledger } from './ledger.js'
import { TileEdge } from './tile-edge.js'
import type { TileStore } from './tile-store.js'

export interface ExportedTiles {
  readonly size: bigint
  readonly tiles: number
  readonly bundles: number
}

/**
 * Writes the whole public log as a C2SP tlog-tiles tree: hash tiles, entry bundles and, last, the checkpoint. All of it
 * is computed from the records; TREE_DIVERGED where they do not give the checkpoint's root. A tree that is already
 * there is brought up to date: partial tiles that have become full are removed.
 */
export async function exportTiles(ledger: Ledger, target: TileStore): Promise<ExportedTiles> {
  const checkpoint = await ledger.checkpoint()
  const edge = TileEdge.empty()
  let tiles = 0
  let bundles = 0
  let entries: Uint8Array[] = []
  const write = async (last: boolean) => {
    const grown = last ? edge.takeTiles() : edge.takeFullTiles()
    const files = grown.map(({ path, bytes }) => ({ path, bytes }))
    const full = grown
      .filter(({ width }) => width === TILE_WIDTH)
      .map(({ level, index }) => `${tilePath(level, index)}.p`)
    tiles += files.length
    if (entries.length === TILE_WIDTH || (last && entries.length > 0)) {
      const index = Math.floor((edge.size - 1) / TILE_WIDTH)
      files.push({ path: entriesPath(index, entries.length), bytes: entryBundle.encode(entries) })
      if (entries.length === TILE_WIDTH) full.push(`${entriesPath(index)}.p`)
      bundles++
      entries = []
    }
    await target.write(files)
    await target.prune(full)
  }
  for await (const { leaf, bytes, position } of ledger.readAll({ before: checkpoint.size })) {
    edge.append([leaf])
    entries.push(bytes)
    if ((Number(position) + 1) % TILE_WIDTH === 0) await write(false)
  }
  await write(true)
  if (BigInt(edge.size) !== checkpoint.size || !equalBytes(edge.root(), checkpoint.root)) {
    throw new ClyraError('TREE_DIVERGED', `the records do not give the root of the checkpoint of ${checkpoint.size}`, {
      fix: 'clyra fsck',
    })
  }
  await target.publish(checkpoint.note)
  return { size: checkpoint.size, tiles, bundles }
}
