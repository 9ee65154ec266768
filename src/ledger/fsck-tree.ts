import { equalBytes, hex } from '../canonical/index.js'
import type { Vkey } from '../crypto/index.js'
import { CompactRange, entriesPath, entryBundle, TILE_WIDTH, type Tile, tilePath } from '../merkle/index.js'
import type { CheckpointStore } from './checkpoint-store.js'
import type { Findings } from './fsck-result.js'
import { openCheckpoint, type Sealed } from './signed-checkpoint.js'
import { TileEdge } from './tile-edge.js'
import type { TileStore } from './tile-store.js'

interface ListedTile {
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

/** Compares the published tree and the signed checkpoints with the log, while its records pass by. */
export class TreeCheck {
  readonly #findings: Findings
  readonly #tiles: TileStore
  readonly #edge = TileEdge.empty()
  /** Goes on behind the sealed size, for checkpoints that were kept but not taken over. */
  readonly #range = new CompactRange()
  /** Checkpoints to come, by size. */
  readonly #expected = new Map<number, { readonly where: string; readonly checkpoint: Sealed }[]>()
  readonly #kept = new Set<number>()
  readonly #widths = new Map<string, number[]>()
  #sealed: Sealed | undefined
  #bundle: Uint8Array[] = []

  private constructor(findings: Findings, tiles: TileStore) {
    this.#findings = findings
    this.#tiles = tiles
  }

  /** Reads and verifies all checkpoints, and lists the tiles. */
  static async begin(
    findings: Findings,
    tiles: TileStore,
    checkpoints: CheckpointStore,
    key: Vkey,
  ): Promise<TreeCheck> {
    const check = new TreeCheck(findings, tiles)
    const latest = check.#expect(await checkpoints.latest(), 'the last signed checkpoint', key)
    const published = check.#expect(await tiles.read('checkpoint'), 'the published checkpoint', key)
    for (const size of await checkpoints.keptSizes()) {
      const kept = check.#expect(await checkpoints.kept(size), `the checkpoint kept at ${size}`, key)
      check.#kept.add(size)
      if (kept !== undefined && kept.size !== size)
        findings.add('TREE_DIVERGED', `checkpoints/${size}`, `a checkpoint of ${kept.size} is kept as ${size}`)
    }
    if (published !== undefined && published.size > (latest?.size ?? 0)) {
      findings.add(
        'TREE_DIVERGED',
        'checkpoint',
        `a checkpoint of ${published.size} is published, the last signed one is of ${latest?.size ?? 0}`,
      )
    }
    check.#sealed = latest
    for await (const path of tiles.list()) check.#list(path)
    return check
  }

  /** The next record of the log. */
  async record(leaf: Uint8Array, bytes: Uint8Array): Promise<void> {
    this.#range.append(leaf)
    const size = this.#range.size
    for (const { where, checkpoint } of this.#expected.get(size) ?? []) {
      if (!equalBytes(this.#range.root(), checkpoint.root)) {
        this.#findings.add(
          'TREE_DIVERGED',
          where,
          `${where} of ${size} records has root ${hex(checkpoint.root)}, the log gives ${hex(this.#range.root())}`,
        )
      }
    }
    this.#expected.delete(size)
    if (size > (this.#sealed?.size ?? 0)) return
    this.#edge.append([leaf])
    for (const tile of this.#edge.takeFullTiles()) await this.#checkTile(tile)
    await this.#checkBundle(bytes, size)
  }

  /** Each heads record that is sealed has a checkpoint of its own, kept for ever: bundles and proofs rest on it. */
  checkKept(headsPositions: readonly number[]): void {
    for (const position of headsPositions) {
      const size = position + 1
      if (size > (this.#sealed?.size ?? 0) || this.#kept.has(size)) continue
      const message = `the checkpoint of the heads record at position ${position} is not kept; a backup has it`
      this.#findings.add('TREE_DIVERGED', `checkpoints/${size}`, message, position)
    }
  }

  /** After the last record: unfinished tiles, and whatever was not accounted for. */
  async end(): Promise<void> {
    for (const tile of this.#edge.takeTiles()) await this.#checkTile(tile)
    for (const [size, waiting] of [...this.#expected].sort(([a], [b]) => a - b)) {
      for (const { where } of waiting) {
        this.#findings.add(
          'TREE_DIVERGED',
          where,
          `${where} is of ${size} records, the log has ${this.#range.size}`,
          this.#range.size,
        )
      }
    }
    if (this.#widths.size === 0) return
    // A writer that is at work meanwhile has more tiles than the checkpoint that was read first.
    const newer = await this.#tiles.read('checkpoint')
    if (newer !== undefined && this.#sealed !== undefined && !equalBytes(newer, this.#sealed.note)) {
      this.#findings.notes.push('the tree was sealed further during the check; its newest tiles were not looked at')
      return
    }
    for (const key of this.#widths.keys())
      this.#findings.add('TREE_DIVERGED', `tile/${key}`, `the tile tile/${key} is not part of the tree`)
  }

  #expect(note: Uint8Array | undefined, where: string, key: Vkey): Sealed | undefined {
    if (note === undefined) return undefined
    try {
      const checkpoint = openCheckpoint(note, key, where)
      this.#findings.counts.checkpoints++
      const there = this.#expected.get(checkpoint.size) ?? []
      this.#expected.set(checkpoint.size, [...there, { where, checkpoint }])
      return checkpoint
    } catch (error) {
      this.#findings.addError(error, where)
      return undefined
    }
  }

  #list(path: string): void {
    if (path === 'checkpoint') return
    const tile = parseTilePath(path)
    if (tile === undefined) {
      this.#findings.add('TREE_DIVERGED', path, `the file ${path} does not belong into a published tree`)
      return
    }
    const key = `${tile.level}/${tile.index}`
    this.#widths.set(key, [...(this.#widths.get(key) ?? []), tile.width])
  }

  async #checkTile({ level, index, width, bytes, path }: Tile): Promise<void> {
    const key = `${level}/${index}`
    const widths = this.#widths.get(key) ?? []
    this.#widths.delete(key)
    const first = index * TILE_WIDTH ** (level + 1)
    if (!widths.includes(width)) this.#findings.add('TREE_DIVERGED', path, `the tile ${path} is missing`, first)
    for (const one of widths) {
      const name = tilePath(level, index, one)
      const there = await this.#tiles.read(name)
      this.#findings.counts.tiles++
      if (one > width) this.#findings.add('TREE_DIVERGED', name, `the tile ${name} is wider than the tree`, first)
      else if (there === undefined || there.length !== 32 * one) {
        this.#findings.add(
          'TREE_DIVERGED',
          name,
          `the tile ${name} has ${there?.length ?? 0} bytes instead of ${32 * one}`,
          first,
        )
      } else if (!equalBytes(there, bytes.subarray(0, 32 * one))) {
        const at = differingHash(there, bytes)
        this.#findings.add(
          'TREE_DIVERGED',
          name,
          `the tile ${name} has another hash ${at} than the log gives`,
          (index * TILE_WIDTH + at) * TILE_WIDTH ** level,
        )
      }
    }
  }

  /** Entry bundles are only here where the tree was exported with them. */
  async #checkBundle(bytes: Uint8Array, size: number): Promise<void> {
    const index = Math.floor((size - 1) / TILE_WIDTH)
    const key = `entries/${index}`
    const widths = this.#widths.get(key)
    if (widths === undefined) return
    if ((size - 1) % TILE_WIDTH === 0) this.#bundle = []
    this.#bundle.push(bytes)
    const width = this.#bundle.length
    if (width !== TILE_WIDTH && size !== this.#sealed?.size) return
    this.#widths.delete(key)
    for (const one of widths) {
      const name = entriesPath(index, one)
      const there = await this.#tiles.read(name)
      this.#findings.counts.bundles++
      const expected = one <= width ? entryBundle.encode(this.#bundle.slice(0, one)) : undefined
      if (there === undefined || expected === undefined || !equalBytes(there, expected)) {
        this.#findings.add(
          'TREE_DIVERGED',
          name,
          `the entry bundle ${name} does not hold exactly the ${one} records of the log`,
          index * TILE_WIDTH,
        )
      }
    }
  }
}

function differingHash(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return Math.floor(i / 32)
  return 0
}

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, in its one form. */
export function parseTilePath(path: string): ListedTile | undefined {
  const match = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path)
  if (match === null) return undefined
  const level = match[1] === 'entries' ? ('entries' as const) : Number(match[1])
  const index = Number(match[2]!.replace(/[x/]/g, ''))
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3])
  if (width < 1 || width > TILE_WIDTH || !Number.isSafeInteger(index) || (level !== 'entries' && level > 63))
    return undefined
  const form = level === 'entries' ? entriesPath(index, width) : tilePath(level, index, width)
  return form === path ? { level, index, width } : undefined
}
