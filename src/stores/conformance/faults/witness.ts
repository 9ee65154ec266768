import { equalBytes, hex } from '../../../canonical/index.js'
import { type Checkpoint, statedCheckpoint } from '../../../crypto/index.js'
import { fetchTile, type LedgerPorts, TileEdge } from '../../../ledger/index.js'
import { rootOf, tileWidth } from '../../../merkle/index.js'
import type { TileStore } from '../../../ports/index.js'

/**
 * Stands where an auditor stands who misses nothing: below every handle of a run, it sees each checkpoint at the moment
 * in which it is signed or published for good, and notes what must never be seen.
 */
export class Witness {
  readonly violations: string[] = []
  /** Everything that was signed, kept or published, in that order of events. */
  readonly seen: Checkpoint[] = []
  #published: Checkpoint | undefined

  watch(below: LedgerPorts): LedgerPorts {
    const { tiles, checkpoints } = below
    return {
      ...below,
      tiles: {
        read: (path) => tiles.read(path),
        write: (files) => tiles.write(files),
        prune: (paths) => tiles.prune(paths),
        list: () => tiles.list(),
        close: () => tiles.close(),
        publish: async (note) => {
          await tiles.publish(note)
          await this.#onPublished(note, below)
        },
      },
      checkpoints: {
        latest: () => checkpoints.latest(),
        kept: (size) => checkpoints.kept(size),
        keptSizes: () => checkpoints.keptSizes(),
        compareAndSet: async (expected, next) => {
          await checkpoints.compareAndSet(expected, next)
          this.#note(statedCheckpoint(next))
        },
        keep: async (size, note) => {
          await checkpoints.keep(size, note)
          this.#note(statedCheckpoint(note))
        },
      },
    }
  }

  async #onPublished(given: Uint8Array, { tiles, checkpoints }: LedgerPorts): Promise<void> {
    // What a client reads now, which need not be what was given.
    const note = await tiles.read('checkpoint')
    if (note === undefined) return this.#violation('nothing is published after a publication')
    const checkpoint = statedCheckpoint(note)
    this.#note(checkpoint)
    const { size, root } = checkpoint
    const before = this.#published
    this.#published = checkpoint
    if (before !== undefined && size < before.size)
      this.#violation(`the published checkpoint went back from ${before.size} to ${size}`)
    const latest = await checkpoints.latest()
    if (latest === undefined || statedCheckpoint(latest).size < size)
      this.#violation(`${size} is published, but is not what was signed last`)
    if (equalBytes(note, given) && !equalBytes(root, (await rootOfTiles(tiles, size)) ?? new Uint8Array()))
      this.#violation(`the checkpoint of ${size} was published before its tiles were there`)
  }

  /** No size is ever signed with two roots. */
  #note(checkpoint: Checkpoint): void {
    const other = this.seen.find(({ size, root }) => size === checkpoint.size && !equalBytes(root, checkpoint.root))
    if (other !== undefined)
      this.#violation(`${checkpoint.size} was signed with the roots ${hex(other.root)} and ${hex(checkpoint.root)}`)
    this.seen.push(checkpoint)
  }

  #violation(what: string): void {
    this.violations.push(what)
  }
}

/** The root of the first `size` leaves as the tiles give them, by leaves and by edge; undefined where one is missing. */
async function rootOfTiles(tiles: TileStore, size: number): Promise<Uint8Array | undefined> {
  const missing = new Error('missing')
  const fetched = async (level: number, index: number, width: number) => {
    const tile = await fetchTile(tiles, level, index, width)
    if (tile === undefined) throw missing
    return tile
  }
  try {
    const leaves: Uint8Array[] = []
    for (let index = 0; leaves.length < size; index++) {
      const width = tileWidth(0, index, size)
      const tile = await fetched(0, index, width)
      for (let i = 0; i < width; i++) leaves.push(tile.subarray(32 * i, 32 * i + 32))
    }
    const root = rootOf(leaves)
    const edge = await TileEdge.restore(size, fetched)
    return equalBytes(edge.root(), root) ? root : undefined
  } catch (error) {
    if (error === missing) return undefined
    throw error
  }
}
