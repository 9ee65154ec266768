import { ClyraError } from '../errors/index.js'
import type { HashReader } from './subtree.js'
import { nodeHash } from './tree-hash.js'

/*
 * C2SP tlog-tiles: a tile of level L holds up to 256 hashes of the tree's level 8L, tile N those from 256N on. An entry
 * bundle holds the 256 entries below a tile of level 0. The last tile of a level may be partial: its width is in its path.
 */

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256
const TILE_HEIGHT = 8

export interface TileAddress {
  /** Tile level, 0 to 6: a tree of 2^53 leaves has no more. */
  readonly level: number
  readonly index: number
  /** Hashes in the tile, 1 to 256. */
  readonly width: number
}

export interface Tile extends TileAddress {
  readonly path: string
  /** 32 bytes a hash. */
  readonly bytes: Uint8Array
}

/** `tile/<L>/<N>[.p/<W>]`: N in groups of three digits, all but the last with an x (`x001/234`), W where partial. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > 63) throw invalid(`there is no tile level ${level}`)
  return `tile/${level}/${indexPath(index)}${partial(width)}`
}

/** `tile/entries/<N>[.p/<W>]`. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexPath(index)}${partial(width)}`
}

/** How many hashes tile (level, index) has in a tree of `size` leaves: 0 to 256. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** Fetches the bytes of a tile: of the width asked for, or of a wider one in its place, as tlog-tiles allows. */
export type TileFetcher = (tile: TileAddress) => Uint8Array | Promise<Uint8Array>

/**
 * Reads the nodes of a tree of `size` leaves out of its tiles. A few tiles are kept, so that a proof fetches each once.
 * The reader throws `TREE_DIVERGED` for a tile of the wrong length, `INVALID_POSITION` for a node the tree has not.
 * Tiles are not trusted by this: whoever uses what is read MUST check it against a signed root.
 */
export function tileReader(size: number, fetch: TileFetcher, keep = 64): HashReader {
  const kept = new Map<string, Uint8Array>()
  const tile = async (level: number, index: number): Promise<Uint8Array> => {
    const width = tileWidth(level, index, size)
    const path = tilePath(level, index, width)
    const known = kept.get(path)
    if (known !== undefined) return known
    const bytes = await fetch({ level, index, width })
    if (bytes.length % 32 !== 0 || bytes.length < 32 * width || bytes.length > 32 * TILE_WIDTH) {
      throw new ClyraError('TREE_DIVERGED', `the tile ${path} has ${bytes.length} bytes instead of ${32 * width}`, {
        details: { path },
      })
    }
    const oldest = kept.size < keep ? undefined : kept.keys().next().value
    if (oldest !== undefined) kept.delete(oldest)
    kept.set(path, bytes)
    return bytes
  }
  return async (level, index) => {
    if (!Number.isSafeInteger(index) || index < 0 || (index + 1) * 2 ** level > size) {
      throw invalid(`a tree of ${size} leaves has no complete node ${index} on level ${level}`)
    }
    const tileLevel = Math.floor(level / TILE_HEIGHT)
    const span = 2 ** (level - tileLevel * TILE_HEIGHT)
    const first = index * span
    const bytes = await tile(tileLevel, Math.floor(first / TILE_WIDTH))
    return foldTile(bytes, first % TILE_WIDTH, span)
  }
}

/** The node over `span` (a power of two) hashes of a tile from `first` on. */
function foldTile(bytes: Uint8Array, first: number, span: number): Uint8Array {
  if (span === 1) return bytes.slice(32 * first, 32 * first + 32)
  return nodeHash(foldTile(bytes, first, span / 2), foldTile(bytes, first + span / 2, span / 2))
}

function indexPath(index: number): string {
  if (!Number.isSafeInteger(index) || index < 0) throw invalid(`there is no tile ${index}`)
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
}

function partial(width: number): string {
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) throw invalid(`a tile cannot be ${width} wide`)
  return width === TILE_WIDTH ? '' : `.p/${width}`
}

function invalid(message: string): ClyraError {
  return new ClyraError('INVALID_POSITION', message)
}
