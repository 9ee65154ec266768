import { equalBytes, hex } from '../canonical/index.js'
import { statedCheckpoint, type Vkey } from '../crypto/index.js'
import { ClyraError, isClyraError } from '../errors/index.js'
import { CompactRange, entriesPath, entryBundle, leafHash, TILE_WIDTH, type Tile, tilePath } from '../merkle/index.js'
import type { CheckpointStore, TileStore } from '../ports/index.js'
import type { Findings } from './fsck-result.js'
import { isLitter } from './litter.js'
import { openCheckpoint, type Sealed, sameNote } from './signed-checkpoint.js'
import { fetchTile, TileEdge } from './tile-edge.js'

interface BundleEntry {
  readonly leaf: Uint8Array
  /** Undefined for a record that is gone. */
  readonly bytes: Uint8Array | undefined
}

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
  /** The unfinished tiles of the sealed tree; undefined until the log has come so far. */
  #unfinished: Tile[] | undefined
  /** Full tiles of the log behind the sealed tree, of which there is a file: a sealing that was cut off wrote it. */
  readonly #behind: Tile[] = []
  /** How many records the published tree has. */
  #sealed = 0
  /** What was signed and published last: when the check began, and whenever it is asked. */
  #began: readonly (Uint8Array | undefined)[] = []
  readonly #newest: () => Promise<readonly (Uint8Array | undefined)[]>
  #bundle: BundleEntry[] = []
  #published0: { readonly index: number; readonly bytes: Uint8Array } | undefined
  /** A leaf is known neither from the log nor from a tile: nothing above it can be computed. */
  #blind = false

  private constructor(findings: Findings, tiles: TileStore, checkpoints: CheckpointStore) {
    this.#findings = findings
    this.#tiles = tiles
    // In this order: a writer signs before it publishes.
    this.#newest = async () => [await tiles.read('checkpoint'), await checkpoints.latest()]
  }

  /** Reads and verifies all checkpoints (without a key: their form), and lists the tiles. */
  static async begin(
    findings: Findings,
    tiles: TileStore,
    checkpoints: CheckpointStore,
    key: Vkey | undefined,
  ): Promise<TreeCheck> {
    const check = new TreeCheck(findings, tiles, checkpoints)
    check.#began = await check.#newest()
    const [publishedNote, latestNote] = check.#began
    const latest = check.#expect(latestNote, 'the last signed checkpoint', key)
    const published = check.#expect(publishedNote, 'the published checkpoint', key)
    let known = published?.size ?? 0
    for (const size of await checkpoints.keptSizes()) {
      const kept = check.#expect(await checkpoints.kept(size), `the checkpoint kept at ${size}`, key)
      check.#kept.add(size)
      known = Math.max(known, kept?.size ?? 0)
      if (kept !== undefined && kept.size !== size)
        findings.add('TREE_DIVERGED', `checkpoints/${size}`, `a checkpoint of ${kept.size} is kept as ${size}`)
    }
    check.#comparePublished(latestNote, latest, publishedNote, published)
    for await (const path of tiles.list()) check.#list(path)
    // Where it is damaged the others and the tiles themselves say how far they go: else each would be told as too many.
    check.#sealed = latest?.size ?? Math.max(known, check.#listedSize())
    if (check.#sealed === 0) check.#unfinished = []
    return check
  }

  #comparePublished(
    latestNote: Uint8Array | undefined,
    latest: Sealed | undefined,
    publishedNote: Uint8Array | undefined,
    published: Sealed | undefined,
  ): void {
    if (latestNote === undefined && (published !== undefined || this.#kept.size > 0)) {
      this.#findings.add('TREE_DIVERGED', 'checkpoints/latest', 'the last signed checkpoint is missing')
    } else if (latest !== undefined && publishedNote === undefined) {
      // The first one: a writer that ended between signing and publishing, as it may with any later one.
      if ([...this.#kept].every((size) => size === latest.size))
        this.#findings.notes.push(`the first checkpoint, of ${latest.size}, is signed and not yet published`)
      else
        this.#findings.add('TREE_DIVERGED', 'checkpoint', `a checkpoint of ${latest.size} is signed, none is published`)
    } else if (latest !== undefined && published !== undefined && published.size > latest.size) {
      this.#findings.add(
        'TREE_DIVERGED',
        'checkpoint',
        `a checkpoint of ${published.size} is published, the last signed one is of ${latest.size}`,
      )
    }
  }

  /**
   * Records that are gone, from `from` to below `to`: their leaves are taken from the published tiles, so that everything
   * else is still compared.
   */
  async gap(from: number, to: number): Promise<void> {
    for (let position = from; position < to; position++) {
      const leaf = this.#blind ? undefined : await this.#publishedLeaf(position)
      if (leaf !== undefined) await this.record(leaf, undefined)
      else if (!this.#blind) {
        this.#blind = true
        if (position < this.#sealed)
          this.#findings.notes.push(
            `position ${position} is neither in the log nor in a tile: the tree was compared up to it`,
          )
      }
    }
  }

  /** The next record of the log; without its bytes: one of which only the leaf is known. */
  async record(leaf: Uint8Array, bytes: Uint8Array | undefined): Promise<void> {
    if (this.#blind) return
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
    this.#edge.append([leaf])
    if (size > this.#sealed) {
      for (const tile of this.#edge.takeFullTiles())
        if (this.#widths.has(`${tile.level}/${tile.index}`)) this.#behind.push(tile)
      return
    }
    for (const tile of this.#edge.takeFullTiles()) await this.#checkTile(tile)
    if (size === this.#sealed) this.#unfinished = this.#edge.takeTiles()
    await this.#checkBundle({ leaf, bytes }, size)
  }

  /** Each heads record that is sealed has a checkpoint of its own, kept for ever: bundles and proofs rest on it. */
  checkKept(headsPositions: readonly number[]): void {
    for (const position of headsPositions) {
      const size = position + 1
      if (size > this.#sealed || this.#kept.has(size)) continue
      const message = `the checkpoint of the heads record at position ${position} is not kept; a backup has it`
      this.#findings.add('TREE_DIVERGED', `checkpoints/${size}`, message, position)
    }
  }

  /** After the last record: unfinished tiles, and whatever was not accounted for. `grown`: a writer has gone on. */
  async end(grown: boolean): Promise<void> {
    const there = this.#range.size
    if (grown && (there < this.#sealed || this.#expected.size > 0)) {
      this.#findings.notes.push('the log has grown during the check; its newest tiles were not looked at')
      return
    }
    // What is sealed and not in the log is one finding, however many checkpoints and tiles know of it.
    if (!this.#blind && there < this.#sealed) {
      this.#findings.addLost(there, 'the log', `${this.#sealed} records are sealed, ${there} are there`)
      await this.gap(there, this.#sealed)
    }
    if (this.#blind) return
    // A writer that is at work meanwhile has other tiles than the checkpoint that was read first.
    const newest = await this.#newest()
    const further = this.#began.some((note, i) => !sameNote(note, newest[i]))
    if (!further) await this.#checkUnfinished()
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
    if (further) {
      this.#findings.notes.push('the tree was sealed further during the check; its newest tiles were not looked at')
      return
    }
    for (const [key, widths] of this.#widths) {
      const [level, index] = key.split('/')
      for (const width of widths) {
        const path =
          level === 'entries' ? entriesPath(Number(index), width) : tilePath(Number(level), Number(index), width)
        this.#findings.add('TREE_DIVERGED', path, `the tile ${path} is not part of the tree`)
      }
    }
  }

  #expect(note: Uint8Array | undefined, where: string, key: Vkey | undefined): Sealed | undefined {
    if (note === undefined) return undefined
    try {
      const checkpoint = key === undefined ? readCheckpoint(note, where) : openCheckpoint(note, key, where)
      this.#findings.counts.checkpoints++
      const there = this.#expected.get(checkpoint.size) ?? []
      this.#expected.set(checkpoint.size, [...there, { where, checkpoint }])
      return checkpoint
    } catch (error) {
      this.#findings.addError(error, where)
      return undefined
    }
  }

  /** The size of the tree that the tiles of level 0 make, or the entry bundles. */
  #listedSize(): number {
    let size = 0
    for (const [key, widths] of this.#widths) {
      const [level, index] = key.split('/')
      if (level === '0' || level === 'entries') size = Math.max(size, Number(index) * TILE_WIDTH + Math.max(...widths))
    }
    return size
  }

  /** The leaf that the widest published tile has at a position. */
  async #publishedLeaf(position: number): Promise<Uint8Array | undefined> {
    const index = Math.floor(position / TILE_WIDTH)
    if (this.#published0?.index !== index) {
      const width = Math.max(0, ...(this.#widths.get(`0/${index}`) ?? []))
      const bytes = width === 0 ? undefined : await this.#tiles.read(tilePath(0, index, width))
      this.#published0 = { index, bytes: bytes ?? new Uint8Array(0) }
    }
    const at = 32 * (position % TILE_WIDTH)
    const leaf = this.#published0.bytes.slice(at, at + 32)
    return leaf.length === 32 ? leaf : undefined
  }

  #list(path: string): void {
    if (path === 'checkpoint') return
    const tile = parseTilePath(path)
    if (tile === undefined) {
      if (isLitter(path)) this.#findings.notes.push(`${path} is no part of the published tree, and says nothing`)
      else this.#findings.add('TREE_DIVERGED', path, `the file ${path} does not belong into a published tree`)
      return
    }
    const key = `${tile.level}/${tile.index}`
    this.#widths.set(key, [...(this.#widths.get(key) ?? []), tile.width])
  }

  /** The tiles at the end of the sealed tree, and then those that a sealing which was cut off wrote behind it. */
  async #checkUnfinished(): Promise<void> {
    const last = this.#edge.takeTiles()
    for (const tile of this.#unfinished ?? last) await this.#checkTile(tile)
    if (this.#unfinished === undefined) return
    let unsigned = 0
    for (const tile of [...this.#behind, ...last]) unsigned += await this.#checkBehind(tile)
    if (unsigned > 0)
      this.#findings.notes.push(
        `${unsigned} tiles go further than what is signed, and fit the log: a sealing was cut off`,
      )
  }

  /** How many files fit a tile of the log that is not signed yet. One that does not is a finding, a wider one stays listed. */
  async #checkBehind({ level, index, width, bytes }: Tile): Promise<number> {
    const key = `${level}/${index}`
    const widths = this.#widths.get(key) ?? []
    this.#widths.delete(key)
    const wider = widths.filter((one) => one > width)
    if (wider.length > 0) this.#widths.set(key, wider)
    let fits = 0
    for (const one of widths.filter((each) => each <= width)) {
      if (await this.#compareTile(level, index, one, bytes)) fits++
    }
    return fits
  }

  async #checkTile({ level, index, width, bytes, path }: Tile): Promise<void> {
    const key = `${level}/${index}`
    const widths = this.#widths.get(key) ?? []
    this.#widths.delete(key)
    const first = index * TILE_WIDTH ** (level + 1)
    if (!widths.includes(width)) this.#findings.add('TREE_DIVERGED', path, `the tile ${path} is missing`, first)
    const wider = widths.filter((one) => one > width)
    if (wider.length > 0) this.#widths.set(key, wider)
    for (const one of widths.filter((each) => each <= width)) await this.#compareTile(level, index, one, bytes)
  }

  /** Whether the file of a tile of `width` hashes holds the first of those that the log gives; what it holds else is a finding. */
  async #compareTile(level: number, index: number, width: number, bytes: Uint8Array): Promise<boolean> {
    const name = tilePath(level, index, width)
    const first = index * TILE_WIDTH ** (level + 1)
    const there = await this.#tiles.read(name)
    // It was there when the tiles were listed: a full one has taken its place, and its writer has removed it.
    const replaced = there === undefined && width < TILE_WIDTH
    if (replaced && (await fetchTile(this.#tiles, level, index, width)) !== undefined) return true
    this.#findings.counts.tiles++
    if (there === undefined || there.length !== 32 * width) {
      const message = `the tile ${name} has ${there?.length ?? 0} bytes instead of ${32 * width}`
      this.#findings.add('TREE_DIVERGED', name, message, first)
      return false
    }
    if (equalBytes(there, bytes.subarray(0, 32 * width))) return true
    const at = differingHash(there, bytes)
    const position = (index * TILE_WIDTH + at) * TILE_WIDTH ** level
    this.#findings.add('TREE_DIVERGED', name, `the tile ${name} has another hash ${at} than the log gives`, position)
    return false
  }

  /** Entry bundles are only here where the tree was exported with them. */
  async #checkBundle(entry: BundleEntry, size: number): Promise<void> {
    const index = Math.floor((size - 1) / TILE_WIDTH)
    const key = `entries/${index}`
    const widths = this.#widths.get(key)
    if (widths === undefined) return
    if ((size - 1) % TILE_WIDTH === 0) this.#bundle = []
    this.#bundle.push(entry)
    const width = this.#bundle.length
    if (width !== TILE_WIDTH && size !== this.#sealed) return
    this.#widths.delete(key)
    for (const one of widths) {
      const name = entriesPath(index, one)
      const there = await this.#tiles.read(name)
      this.#findings.counts.bundles++
      if (there === undefined || one > width || !holdsExactly(there, this.#bundle.slice(0, one))) {
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

/** Whether a bundle holds exactly these entries. */
function holdsExactly(bundle: Uint8Array, entries: readonly BundleEntry[]): boolean {
  try {
    return entryBundle.decode(bundle, entries.length).every((found, i) => {
      const { leaf, bytes } = entries[i]!
      return bytes === undefined ? equalBytes(leafHash(found), leaf) : equalBytes(found, bytes)
    })
  } catch (error) {
    if (isClyraError(error, 'TREE_DIVERGED')) return false
    throw error
  }
}

/** The text of a checkpoint whose signature nobody can verify. */
function readCheckpoint(note: Uint8Array, where: string): Sealed {
  try {
    return { ...statedCheckpoint(note), note }
  } catch (cause) {
    throw new ClyraError('TREE_DIVERGED', `the checkpoint in ${where} cannot be read`, { details: { where }, cause })
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
