import { cp, mkdir, open, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { ClyraError } from '../../src/errors/index.js'
import { sameNote } from '../../src/ledger/signed-checkpoint.js'
import type { CheckpointStore, LogRecord, LogStore, LogStoreCapabilities, TileStore } from '../../src/ports/index.js'
import { openEmbeddedLogStore } from '../../src/stores/embedded/embedded-log-store.js'
import { segmentName } from '../../src/stores/embedded/segment-format.js'
import type { LayeredIndex } from '../../src/stores/index/index.js'
import {
  createMemoryLog,
  type MemoryKeyRing,
  type MemoryLog,
  MemoryTileStore,
  openMemoryLogStore,
} from '../../src/stores/memory/index.js'
import type { Lane } from './gates.js'

/** The checkpoints directory and the published checkpoint: what is seen, and what a power loss leaves at worst. */
export class Checkpoints {
  latest: Uint8Array | undefined
  latestFlushed: Uint8Array | undefined
  readonly kept = new Map<number, Uint8Array>()
  readonly keptFlushed = new Map<number, Uint8Array>()
  publishedFlushed: Uint8Array | undefined
  /** Every note that anybody could have seen published. */
  readonly seen: Uint8Array[] = []
}

/** What outlives the processes of a trace. A one-process store lies in a directory, one that many write in memory. */
export interface Medium {
  readonly checkpoints: Checkpoints
  readonly tiles: MemoryTileStore
  readonly keys: MemoryKeyRing
  readonly log: MemoryLog
  /** The state directory of a one-process store; another one after each crash. */
  directory: string | undefined
  /** An index that was left behind, as LMDB leaves one. */
  index: LayeredIndex | undefined
}

export class GatedTiles implements TileStore {
  readonly #medium: Medium
  readonly #lane: Lane
  readonly #assertHeld: () => void

  constructor(medium: Medium, lane: Lane, assertHeld: () => void = () => undefined) {
    this.#medium = medium
    this.#lane = lane
    this.#assertHeld = assertHeld
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (path === 'checkpoint') await this.#lane.arrive('look')
    return this.#medium.tiles.read(path)
  }

  async write(files: Parameters<TileStore['write']>[0]): Promise<void> {
    await this.#lane.arrive('write_tiles')
    this.#assertHeld()
    await this.#medium.tiles.write(files)
  }

  async publish(checkpoint: Uint8Array): Promise<void> {
    await this.#lane.arrive('publish')
    this.#assertHeld()
    await this.#medium.tiles.publish(checkpoint)
    const { checkpoints, tiles } = this.#medium
    checkpoints.seen.push(tiles.files.get('checkpoint')!)
    await this.#lane.arrive('publish_flush')
    checkpoints.publishedFlushed = tiles.files.get('checkpoint')
  }

  prune(paths: readonly string[]): Promise<void> {
    return this.#medium.tiles.prune(paths)
  }

  list(): AsyncIterable<string> {
    return this.#medium.tiles.list()
  }

  close(): Promise<void> {
    return this.#medium.tiles.close()
  }
}

export class GatedCheckpoints implements CheckpointStore {
  readonly #medium: Medium
  readonly #lane: Lane
  readonly #assertHeld: () => void

  constructor(medium: Medium, lane: Lane, assertHeld: () => void = () => undefined) {
    this.#medium = medium
    this.#lane = lane
    this.#assertHeld = assertHeld
  }

  async latest(): Promise<Uint8Array | undefined> {
    await this.#lane.arrive('look_signed')
    const { checkpoints } = this.#medium
    // What FileCheckpointStore does before its holder builds on it.
    checkpoints.latestFlushed = checkpoints.latest
    return checkpoints.latest
  }

  async compareAndSet(expected: Uint8Array | undefined, next: Uint8Array): Promise<void> {
    await this.#lane.arrive('swap')
    this.#assertHeld()
    const { checkpoints } = this.#medium
    if (!sameNote(checkpoints.latest, expected)) throw new ClyraError('TREE_DIVERGED', 'another one was signed')
    checkpoints.latest = Uint8Array.from(next)
    await this.#lane.arrive('swap_flush')
    checkpoints.latestFlushed = checkpoints.latest
  }

  async keep(size: number, note: Uint8Array): Promise<void> {
    await this.#lane.arrive('keep')
    this.#assertHeld()
    const { kept, keptFlushed } = this.#medium.checkpoints
    const there = kept.get(size)
    if (there !== undefined && !sameNote(there, note)) throw new ClyraError('TREE_DIVERGED', 'another one is kept')
    kept.set(size, Uint8Array.from(note))
    await this.#lane.arrive('keep_flush')
    keptFlushed.set(size, note)
  }

  async kept(size: number): Promise<Uint8Array | undefined> {
    return this.#medium.checkpoints.kept.get(size)
  }

  async keptSizes(): Promise<number[]> {
    return [...this.#medium.checkpoints.kept.keys()].sort((a, b) => a - b)
  }
}

/** A store that stops before it writes, and (in memory) before it answers. Once failed it takes no append. */
class GatedLog implements LogStore {
  readonly below: LogStore
  readonly #lane: Lane
  readonly #many: boolean
  #failed = false

  constructor(below: LogStore, lane: Lane, many: boolean) {
    this.below = below
    this.#lane = lane
    this.#many = many
  }

  /** The model's process takes no append after one that failed, whatever the store: that is `reopen`. */
  get capabilities(): LogStoreCapabilities {
    return { ...this.below.capabilities, afterFailure: 'reopen' }
  }

  async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    if (this.#failed) throw new ClyraError('STORE_FAILED', 'it failed before')
    try {
      await this.#lane.arrive(this.#many ? 'append' : 'write')
      try {
        await this.below.append(records, expectedHead)
      } catch (error) {
        if (this.#many) await this.#lane.arrive('catch_up_again')
        throw error
      }
      if (this.#many) await this.#lane.arrive('commit')
    } catch (error) {
      this.#failed = error instanceof ClyraError && error.code === 'STORE_FAILED'
      throw error
    }
  }

  head() {
    return this.below.head()
  }
  read(range: Parameters<LogStore['read']>[0]) {
    return this.below.read(range)
  }
  /**
   * Of others a writer learns by an append that finds the head moved, as in the model. By itself it would look some time
   * after this resolves, in the middle of any step.
   */
  moved(_size: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
  }
  close() {
    return this.below.close()
  }
}

interface OpenedLog {
  readonly store: LogStore
  /** Throws where the lock of the log was taken away. */
  readonly assertHeld: () => void
}

/** Opens the log for a process: recovery and lock are the product's own where it lies in a directory. */
export async function openLog(medium: Medium, lane: Lane): Promise<OpenedLog> {
  const { directory } = medium
  if (directory === undefined) {
    return { store: new GatedLog(openMemoryLogStore(medium.log), lane, true), assertHeld: () => undefined }
  }
  const { latest, kept } = medium.checkpoints
  const store = await openEmbeddedLogStore({
    directory: join(directory, 'log'),
    cacheDirectory: join(directory, 'cache'),
    sealedSize: Math.max(sizeOf(latest), ...kept.keys()),
    flush: async () => {
      await lane.arrive('flush')
      await lane.arrive('commit')
    },
  })
  return { store: new GatedLog(store, lane, false), assertHeld: () => store.assertHeld() }
}

/** The size in a checkpoint's note; 0 for none. */
export function sizeOf(note: Uint8Array | undefined): number {
  return note === undefined ? 0 : Number(Buffer.from(note).toString('utf8').split('\n')[1])
}

/** A copy of a medium in which a trace can begin. */
export async function copyOf(medium: Medium, directory: string | undefined): Promise<Medium> {
  if (medium.directory !== undefined && directory !== undefined)
    await cp(medium.directory, directory, { recursive: true })
  const tiles = new MemoryTileStore()
  for (const [path, bytes] of medium.tiles.files) tiles.files.set(path, bytes)
  const log = createMemoryLog()
  log.records.push(...medium.log.records)
  log.grown.announce(log.records.length)
  const checkpoints = new Checkpoints()
  const { latest, kept } = medium.checkpoints
  checkpoints.latest = checkpoints.latestFlushed = latest
  checkpoints.publishedFlushed = tiles.files.get('checkpoint')
  for (const [size, note] of kept) {
    checkpoints.kept.set(size, note)
    checkpoints.keptFlushed.set(size, note)
  }
  return { checkpoints, tiles, keys: medium.keys, log, directory, index: undefined }
}

/** What became of the bytes of a frame in a power loss. */
export type Fate = 'tear' | 'vanish'

/**
 * The directory as the next process finds it: what was there, with the frames of `fates` torn or gone. `ends[i]` is
 * where frame i ends. The processes that are gone keep the old directory.
 */
export async function crashed(
  medium: Medium,
  directory: string,
  ends: readonly number[],
  fates: ReadonlyMap<number, Fate>,
) {
  const before = medium.directory
  if (before === undefined) return
  await mkdir(directory, { recursive: true })
  await cp(before, directory, { recursive: true })
  medium.directory = directory
  for (const [position, fate] of [...fates].sort(([a], [b]) => a - b)) {
    const from = ends[position - 1]!
    if (fate === 'vanish') await truncate(segmentOf(directory), from)
    else await tearFrame(directory, from, ends[position]!)
  }
}

/** Zeros over the second half of a frame, as sectors that were never written. */
export async function tearFrame(directory: string, from: number, to: number): Promise<void> {
  const file = await open(segmentOf(directory), 'r+')
  try {
    const half = from + Math.floor((to - from) / 2)
    await file.write(Buffer.alloc(to - half), 0, to - half, half)
  } finally {
    await file.close()
  }
}

export async function segmentEnd(directory: string): Promise<number> {
  return (await stat(segmentOf(directory))).size
}

export function segmentOf(directory: string): string {
  return join(directory, 'log', segmentName(0))
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true })
}
