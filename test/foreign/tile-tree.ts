import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  entriesPath,
  entryBundle,
  leafHash,
  nodeHash,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '../../src/merkle/index.js'

type Level = number | 'entries'

/** A published tree in a directory that can be damaged and put back as it was. */
export class TileTree {
  readonly directory: string
  readonly size: number
  readonly #before = new Map<string, Buffer | undefined>()
  readonly #made: string[] = []

  constructor(directory: string, size: number) {
    this.directory = directory
    this.size = size
  }

  /** Tiles of a level, the last one included. */
  count(level: Level): number {
    return Math.ceil(Math.floor(this.size / this.#span(level)) / TILE_WIDTH)
  }

  /** The top level of hash tiles. */
  get top(): number {
    let level = 0
    while (this.size >= TILE_WIDTH ** (level + 1)) level++
    return level
  }

  width(level: Level, index: number): number {
    return tileWidth(level === 'entries' ? 0 : level, index, this.size)
  }

  /** The path that a tile has in a tree of this size. */
  path(level: Level, index: number): string {
    const width = this.width(level, index)
    return level === 'entries' ? entriesPath(index, width) : tilePath(level, index, width)
  }

  read(path: string): Buffer {
    return readFileSync(join(this.directory, path))
  }

  entries(index: number): Uint8Array[] {
    return entryBundle.decode(this.read(this.path('entries', index)), this.width('entries', index))
  }

  write(path: string, bytes: Uint8Array | string): void {
    this.#remember(path)
    const target = join(this.directory, path)
    const made = mkdirSync(dirname(target), { recursive: true })
    if (made !== undefined) this.#made.push(made)
    writeFileSync(target, bytes)
  }

  remove(path: string): void {
    this.#remember(path)
    rmSync(join(this.directory, path))
  }

  /** Changes the bytes of a file. */
  edit(path: string, change: (bytes: Buffer) => Uint8Array): void {
    this.write(path, change(this.read(path)))
  }

  /**
   * Puts other entries into a bundle and makes every hash tile above fit, as somebody would who may write the directory
   * but has no key.
   */
  forge(index: number, entries: readonly Uint8Array[]): void {
    this.write(this.path('entries', index), entryBundle.encode(entries))
    let hashes = entries.map(leafHash)
    let first = 0
    for (let [level, at] = [0, index]; ; level++) {
      const tile = this.path(level, at)
      const bytes = this.read(tile)
      for (const [i, hash] of hashes.entries()) bytes.set(hash, 32 * (first + i))
      this.write(tile, bytes)
      if (this.width(level, at) < TILE_WIDTH) return
      hashes = [foldTile(bytes)]
      first = at % TILE_WIDTH
      at = Math.floor(at / TILE_WIDTH)
    }
  }

  /** Everything as it was. */
  restore(): void {
    for (const [path, bytes] of this.#before) {
      if (bytes === undefined) rmSync(join(this.directory, path), { force: true })
      else writeFileSync(join(this.directory, path), bytes)
    }
    for (const folder of this.#made.splice(0)) rmSync(folder, { recursive: true, force: true })
    this.#before.clear()
  }

  #remember(path: string): void {
    if (this.#before.has(path)) return
    try {
      this.#before.set(path, this.read(path))
    } catch {
      this.#before.set(path, undefined)
    }
  }

  #span(level: Level): number {
    return level === 'entries' ? 1 : TILE_WIDTH ** level
  }
}

/** The node over the 256 hashes of a full tile. */
function foldTile(bytes: Uint8Array): Uint8Array {
  let row = Array.from({ length: TILE_WIDTH }, (_, i) => bytes.subarray(32 * i, 32 * i + 32))
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!))
  return row[0]!
}
