import { CompactRange, peaksOf, TILE_WIDTH, type Tile, tilePath, tileReader, tileWidth } from '../merkle/index.js'
import type { TileStore } from '../ports/index.js'

/** `bytes` has room for a full tile; `width` hashes are there, of which the last partial tile had `written`. */
interface UnfinishedTile {
  index: number
  width: number
  written: number
  readonly bytes: Uint8Array
}

const TILE_BYTES = 32 * TILE_WIDTH

/**
 * The growing right edge of the published tree: the compact range for the root, and on each tile level the hashes that
 * do not fill a tile yet. Appending leaves gives the tiles they complete; `partials` gives the rest.
 */
export class TileEdge {
  readonly #range: CompactRange
  readonly #levels: UnfinishedTile[] = []
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
      const bytes = new Uint8Array(TILE_BYTES)
      if (width > 0) bytes.set((await fetch(level, index, width)).subarray(0, 32 * width))
      edge.#levels.push({ index, width, written: width, bytes })
    }
    return edge
  }

  get size(): number {
    return this.#range.size
  }

  /** An independent copy, so that a step that fails half-way leaves no trace. */
  clone(): TileEdge {
    const copy = new TileEdge(this.#range.clone())
    for (const tile of this.#levels) copy.#levels.push({ ...tile, bytes: tile.bytes.slice() })
    copy.#full = [...this.#full]
    return copy
  }

  root(): Uint8Array {
    return this.#range.root()
  }

  /** Whether a partial tile was written in the place of a tile that is unfinished now. */
  partials(): (level: number, index: number) => boolean {
    const there = this.#levels.map(({ index, written }) => (written > 0 ? index : undefined))
    return (level, index) => there[level] === index
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
      const { index, width } = edge
      if (width === 0 || width === edge.written) return
      edge.written = width
      tiles.push({ level, index, width, path: tilePath(level, index, width), bytes: edge.bytes.slice(0, 32 * width) })
    })
    return tiles
  }

  #add(level: number, hash: Uint8Array): void {
    this.#levels[level] ??= { index: 0, width: 0, written: 0, bytes: new Uint8Array(TILE_BYTES) }
    const edge = this.#levels[level]
    edge.bytes.set(hash, 32 * edge.width++)
    if (edge.width < TILE_WIDTH) return
    const { index } = edge
    this.#full.push({ level, index, width: TILE_WIDTH, path: tilePath(level, index), bytes: edge.bytes.slice() })
    edge.index++
    edge.width = 0
    edge.written = 0
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
