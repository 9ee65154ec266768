import { concatBytes } from '../canonical/index.js'
import { CompactRange, peaksOf, TILE_WIDTH, type Tile, tilePath, tileReader, tileWidth } from '../merkle/index.js'
import type { TileStore } from './tile-store.js'

/**
 * The growing right edge of the published tree: the compact range for the root, and on each tile level the hashes that
 * do not fill a tile yet. Appending leaves gives the tiles they complete; `partials` gives the rest.
 */
export class TileEdge {
  readonly #range: CompactRange
  /** Per tile level: hashes of the unfinished tile, and how many of them the last partial tile had. */
  readonly #levels: { index: number; hashes: Uint8Array[]; written: number }[] = []
  #full: Tile[] = []

  private constructor(range: CompactRange) {
    this.#range = range
  }

  static empty(): TileEdge {
    return new TileEdge(new CompactRange())
  }

  /**
   * The edge of a tree of `size` leaves out of its tiles. Rejects with what `fetch` rejects with for a missing tile.
   * The caller MUST compare `root()` with a signed root.
   */
  static async restore(
    size: number,
    fetch: (level: number, index: number, width: number) => Promise<Uint8Array>,
  ): Promise<TileEdge> {
    const read = tileReader(size, ({ level, index, width }) => fetch(level, index, width))
    const peaks: Uint8Array[] = []
    for (const { level, index } of peaksOf(size)) peaks.push(await read(level, index))
    const edge = new TileEdge(CompactRange.fromPeaks(size, peaks))
    for (let level = 0; Math.floor(size / TILE_WIDTH ** level) > 0; level++) {
      const index = Math.floor(size / TILE_WIDTH ** (level + 1))
      const width = tileWidth(level, index, size)
      const bytes = width === 0 ? new Uint8Array(0) : await fetch(level, index, width)
      const hashes: Uint8Array[] = []
      for (let i = 0; i < width; i++) hashes.push(bytes.slice(32 * i, 32 * i + 32))
      edge.#levels.push({ index, hashes, written: width })
    }
    return edge
  }

  get size(): number {
    return this.#range.size
  }

  /** An independent copy, so that a step that fails half-way leaves no trace. */
  clone(): TileEdge {
    const copy = new TileEdge(this.#range.clone())
    for (const { index, hashes, written } of this.#levels) copy.#levels.push({ index, hashes: [...hashes], written })
    copy.#full = [...this.#full]
    return copy
  }

  root(): Uint8Array {
    return this.#range.root()
  }

  /** Leaf hashes of the unfinished tile of level 0: the newest ones. */
  newestLeaves(): readonly Uint8Array[] {
    return this.#levels[0]?.hashes ?? []
  }

  append(leaves: readonly Uint8Array[]): void {
    this.#range.append(leaves, (level, _, hash) => {
      if (level % 8 === 0) this.#add(level / 8, hash)
    })
  }

  /** The full tiles that came into being since the last call. */
  takeFullTiles(): Tile[] {
    const tiles = this.#full
    this.#full = []
    return tiles
  }

  /** The tiles that came into being since the last call: full ones, and the unfinished ones that have grown. */
  takeTiles(): Tile[] {
    const tiles = this.takeFullTiles()
    this.#levels.forEach((edge, level) => {
      const width = edge.hashes.length
      if (width === 0 || width === edge.written) return
      edge.written = width
      tiles.push({
        level,
        index: edge.index,
        width,
        path: tilePath(level, edge.index, width),
        bytes: concatBytes(...edge.hashes),
      })
    })
    return tiles
  }

  #add(level: number, hash: Uint8Array): void {
    this.#levels[level] ??= { index: 0, hashes: [], written: 0 }
    const edge = this.#levels[level]
    edge.hashes.push(hash)
    if (edge.hashes.length < TILE_WIDTH) return
    this.#full.push({
      level,
      index: edge.index,
      width: TILE_WIDTH,
      path: tilePath(level, edge.index),
      bytes: concatBytes(...edge.hashes),
    })
    this.#levels[level] = { index: edge.index + 1, hashes: [], written: 0 }
  }
}

/** Reads a tile from a store: of that width, or the full one in its place, which tlog-tiles allows. */
export async function fetchTile(
  tiles: TileStore,
  level: number,
  index: number,
  width: number,
): Promise<Uint8Array | undefined> {
  const exact = await tiles.read(tilePath(level, index, width))
  if (exact !== undefined || width === TILE_WIDTH) return exact
  return tiles.read(tilePath(level, index))
}
