import { concatBytes, equalBytes } from './bytes.js'
import { nodeHash } from './merkle.js'
import type { Offences } from './refusal.js'
import type { TileListing } from './tile-listing.js'
import { TILE_WIDTH, tilePath } from './tiles.js'

const HASH_BYTES = 32

export type ReadTile = (path: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>

/**
 * Recomputes every hash tile of a log from its leaves, as they come, and compares it with the published one. Memory: at
 * most one open tile a level.
 */
export class TileWalk {
  readonly #read: ReadTile
  readonly #listing: TileListing
  readonly #offences: Offences
  /** Hashes of the open tile of each level, and how many full tiles lie before it. */
  readonly #levels: { hashes: Uint8Array[]; full: number }[] = []

  constructor(read: ReadTile, listing: TileListing, offences: Offences) {
    this.#read = read
    this.#listing = listing
    this.#offences = offences
  }

  append(leaf: Uint8Array): Promise<void> | void {
    const open = this.#level(0)
    open.hashes.push(leaf)
    if (open.hashes.length === TILE_WIDTH) return this.#complete(0)
  }

  /** Compares the partial tiles at the right edge. */
  async finish(): Promise<void> {
    for (const [level, { hashes, full }] of this.#levels.entries()) {
      if (hashes.length > 0) await this.#compare(level, full, hashes)
    }
  }

  async #complete(level: number): Promise<void> {
    const tile = this.#level(level)
    await this.#compare(level, tile.full, tile.hashes)
    const above = this.#level(level + 1)
    above.hashes.push(perfectRoot(tile.hashes))
    tile.hashes = []
    tile.full++
    if (above.hashes.length === TILE_WIDTH) await this.#complete(level + 1)
  }

  async #compare(level: number, index: number, hashes: readonly Uint8Array[]): Promise<void> {
    const file = tilePath(level, index, hashes.length)
    const exact = await this.#read(file)
    // A partial tile may be gone where a full one has replaced it; its first hashes are the same.
    const full =
      exact === undefined && hashes.length < TILE_WIDTH ? await this.#read(tilePath(level, index)) : undefined
    const published = exact ?? full?.subarray(0, hashes.length * HASH_BYTES)
    const whole = full === undefined || full.length === TILE_WIDTH * HASH_BYTES
    const tile = concatBytes(...hashes)
    if (published === undefined) this.#offences.add('TILE_MISSING', 'is not there', { file })
    else if (!whole || !equalBytes(published, tile)) {
      this.#offences.add('TILE_MISMATCH', 'is not what the entries below it hash to', { file })
    }
    for (const width of this.#listing.takeOlder(level, index, hashes.length)) {
      await compareOlder(this.#read, tilePath(level, index, width), tile.subarray(0, width * 32), this.#offences)
    }
  }

  #level(level: number): { hashes: Uint8Array[]; full: number } {
    this.#levels[level] ??= { hashes: [], full: 0 }
    return this.#levels[level]
  }
}

/** An earlier partial tile or bundle must hold what the one in its place begins with. */
export async function compareOlder(
  read: ReadTile,
  file: string,
  expected: Uint8Array,
  offences: Offences,
): Promise<void> {
  const published = await read(file)
  if (published === undefined || equalBytes(published, expected)) return
  offences.add('TILE_UNEXPECTED', 'holds something else than the tree', { file })
}

/** Root over 256 hashes. */
function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[i * 2]!, row[i * 2 + 1]!))
  }
  return row[0]!
}
