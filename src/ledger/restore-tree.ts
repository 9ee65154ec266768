import { equalBytes } from '../canonical/index.js'
import type { Vkey } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import { TILE_WIDTH, tileWidth } from '../merkle/index.js'
import type { CheckpointStore, LogStore, TileStore } from '../ports/index.js'
import { assertSameRoot, openCheckpoint, type Sealed } from './signed-checkpoint.js'
import { fetchTile, TileEdge } from './tile-edge.js'

export interface TreePlaces {
  readonly store: LogStore
  readonly tiles: TileStore
  readonly checkpoints: CheckpointStore
  /** The ledger's key under its origin. */
  readonly key: Vkey
  readonly onWarning: (message: string) => void
  /** Asked before anything is published; throws where somebody else remembers another tree. */
  readonly witness?: ((tree: RestoredTree) => Promise<void>) | undefined
}

/** The sealed tree as it was left. */
export interface RestoredTree {
  readonly edge: TileEdge
  /** Undefined before the first seal. */
  readonly newest: Sealed | undefined
}

/**
 * Brings back the sealed tree when a ledger is opened for writing, or refuses with TREE_DIVERGED: the last signed
 * checkpoint, the published one, the kept ones, the tiles and the end of the log must tell the same story.
 * Missing tiles are built again from the log; wrong ones are not touched.
 */
export async function restoreTree(places: TreePlaces): Promise<RestoredTree> {
  const { store, tiles, checkpoints, key } = places
  // Against the order in which a seal writes them, the log last: what is read later is never behind what was read
  // before, also while another process seals.
  const published = opened(await tiles.read('checkpoint'), key, 'the published tree')
  const newest = opened(await checkpoints.latest(), key, 'the last signed state')
  const kept = await keptFrom(places, newest?.size ?? 0)
  const head = await store.head()
  checkSizes({ published, newest, kept, head })
  if (newest === undefined) {
    const tree = { edge: TileEdge.empty(), newest }
    await places.witness?.(tree)
    return tree
  }
  const edge = (await edgeFromTiles(places, newest.size)) ?? (await rebuildTiles(places, newest))
  assertSameRoot({ ...newest, size: edge.size, root: edge.root() }, newest, 'the tiles and the signed checkpoint')
  await checkNewestLeaves(places, newest.size)
  await places.witness?.({ edge, newest })
  if (published === undefined || published.size < newest.size) {
    // A crash between signing and publishing.
    places.onWarning(`the checkpoint of ${newest.size} was signed but not published; it is published now`)
    await tiles.publish(newest.note)
  }
  return { edge, newest }
}

function opened(note: Uint8Array | undefined, key: Vkey, where: string): Sealed | undefined {
  return note === undefined ? undefined : openCheckpoint(note, key, where)
}

/** The checkpoints that are kept at `size` and beyond it. */
async function keptFrom({ checkpoints, key }: TreePlaces, size: number): Promise<Sealed[]> {
  const found: Sealed[] = []
  for (const at of (await checkpoints.keptSizes()).filter((one) => one >= size)) {
    const kept = opened(await checkpoints.kept(at), key, `the checkpoint kept at ${at}`)
    if (kept === undefined) continue
    if (kept.size !== at) throw diverged(`a checkpoint of ${kept.size} is kept as ${at}`, { size: at })
    found.push(kept)
  }
  return found
}

interface Stated {
  readonly published: Sealed | undefined
  readonly newest: Sealed | undefined
  readonly kept: readonly Sealed[]
  readonly head: number
}

/** What was published was signed, what was signed is in the log, and one size has one root. */
function checkSizes({ published, newest, kept, head }: Stated): void {
  const size = newest?.size ?? 0
  if (size > head) throw diverged(`the log has ${head} records, a checkpoint of ${size} was signed`, { head, size })
  if (published !== undefined && published.size > size) {
    throw diverged(`a checkpoint of ${published.size} is published, but the last signed one is of ${size}`, {
      published: published.size,
      signed: size,
    })
  }
  if (newest !== undefined && published?.size === size)
    assertSameRoot(published, newest, 'the published and the signed checkpoint')
  for (const one of kept) {
    if (one.size > head)
      throw diverged(`a checkpoint of ${one.size} is kept; the log has ${head} records`, { size: one.size, head })
    if (newest?.size === one.size) assertSameRoot(one, newest, 'the kept and the signed checkpoint')
  }
}

/** Undefined where a tile is missing. */
async function edgeFromTiles({ tiles, onWarning }: TreePlaces, size: number): Promise<TileEdge | undefined> {
  let missing = false
  try {
    return await TileEdge.restore(size, async (level, index, width) => {
      const bytes = await fetchTile(tiles, level, index, width)
      if (bytes !== undefined) return bytes
      missing = true
      throw diverged(`tile ${level}/${index} is missing`, { level, index })
    })
  } catch (error) {
    if (!missing) throw error
    onWarning('tiles are missing; they are built again from the log')
    return undefined
  }
}

async function rebuildTiles({ store, tiles }: TreePlaces, newest: Sealed): Promise<TileEdge> {
  const edge = TileEdge.empty()
  while (edge.size < newest.size) {
    const records = await store.read({ from: edge.size, limit: Math.min(4096, newest.size - edge.size) })
    if (records.length === 0) throw diverged(`the log ends at ${edge.size}`, { size: edge.size })
    edge.append(records.map(({ leaf }) => leaf))
    // Half-filled tiles of the way are never published: only the last call's are left to write.
    await tiles.write(edge.takeTiles().filter(({ width }) => width === TILE_WIDTH || edge.size === newest.size))
  }
  return edge
}

/** The newest records of the sealed range must be those in the tiles; `fsck` compares them all. */
export async function checkNewestLeaves(
  { store, tiles }: Pick<TreePlaces, 'store' | 'tiles'>,
  size: number,
): Promise<void> {
  if (size === 0) return
  const index = Math.floor((size - 1) / TILE_WIDTH)
  const width = tileWidth(0, index, size)
  const tile = await fetchTile(tiles, 0, index, width)
  for (let at = 0; at < width; ) {
    const records = await store.read({ from: index * TILE_WIDTH + at, limit: width - at })
    if (records.length === 0) throw diverged(`the log ends before ${size}`, { size })
    for (const { position, leaf } of records) {
      if (tile === undefined || !equalBytes(leaf, tile.subarray(32 * at, 32 * at + 32))) {
        throw diverged(`the record at position ${position} is not the one in the tiles`, { position })
      }
      at++
    }
  }
}

function diverged(message: string, details: Readonly<Record<string, unknown>>): ClyraError {
  return new ClyraError('TREE_DIVERGED', message, { details: { ...details, damaged: 'tree' } })
}
