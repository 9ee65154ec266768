import { readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { fromSystemError } from '../../errors/index.js'
import { overtakes } from '../../ledger/index.js'
import type { TileStore } from '../../ports/index.js'
import { assertLiesIn, isMissingFile, readStateFileLater } from '../../system/index.js'
import { StoreThread } from '../store-thread.js'
import { ensureDirectory, readSmallFile, replaceFile, syncDirectory, writeFlushed } from './durable-file.js'

/** For everybody: a tree is public. */
export const TILE_MODE = 0o644

/** A file that is written and flushed at `temporary` and then renamed to `target`, whose directory is there. */
export interface FlushedFile {
  readonly target: string
  readonly temporary: string
  readonly bytes: Uint8Array
}

export interface FileTileStoreOptions {
  /** So many files at once, or more, are written by a thread, which lives until `close`. Default: never. */
  readonly threadFrom?: number | undefined
  /** Throws where the tree is no longer this process's to write. */
  readonly assertHeld?: () => void
}

/** Where files are written before they are renamed into the tree. Not part of it. */
const TEMPORARY = '.tmp'

/** Files written side by side: more gain nothing on one disk. */
const PARALLEL = 4

/** So many files are worth a thread: each step of each of them would wait for its turn beside appends. */
export const MANY_FILES = 8

const WORKER = new URL('./tile-worker.js', import.meta.url)

/** The published tree in a directory: exactly the C2SP tlog-tiles layout, so that any file server can serve it. */
export class FileTileStore implements TileStore {
  readonly #directory: string
  readonly #made = new Set<string>()
  readonly #threadFrom: number
  readonly #assertHeld: () => void
  #thread: StoreThread<readonly FlushedFile[]> | undefined

  constructor(
    directory: string,
    { threadFrom = Number.POSITIVE_INFINITY, assertHeld = () => undefined }: FileTileStoreOptions = {},
  ) {
    this.#directory = directory
    this.#threadFrom = threadFrom
    this.#assertHeld = assertHeld
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readStateFileLater(this.#pathOf(path)))
    } catch (error) {
      if (isMissingFile(error)) return undefined
      throw fromSystemError(error, 'read', this.#pathOf(path))
    }
  }

  /** Each file flushed beside the tree and renamed into it, so that no half-written tile is ever there; then each directory once. */
  async write(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Promise<void> {
    this.#assertHeld()
    await this.#clearTemporary()
    const directories = new Set(files.map(({ path }) => dirname(this.#pathOf(path))))
    for (const directory of directories) await this.#ensure(directory)
    const flushed = files.map(({ path, bytes }, i) => ({
      target: this.#pathOf(path),
      temporary: join(this.#temporary, `${process.pid}-${i % PARALLEL}`),
      bytes,
    }))
    // The attempt that it ended in was refused; the next one gets another.
    if (this.#thread?.ended === true) this.#thread = undefined
    const many = files.length >= this.#threadFrom
    if (many) this.#thread ??= StoreThread.start(WORKER)
    if (many && this.#thread !== undefined) await this.#thread.ask(flushed)
    else await writeSideBySide(flushed)
    for (const directory of directories) await syncDirectory(directory)
  }

  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    await thread?.close()
  }

  /** The writer's lock of the ledger, looked at just before the rename, keeps others away between comparison and rename. */
  async publish(checkpoint: Uint8Array): Promise<void> {
    this.#assertHeld()
    if (!overtakes(checkpoint, readSmallFile(this.#pathOf('checkpoint')))) return
    await this.#clearTemporary()
    const temporary = join(this.#temporary, `${process.pid}-checkpoint`)
    const mayReplace = this.#assertHeld
    await replaceFile(join(this.#directory, 'checkpoint'), checkpoint, { mode: 0o644, temporary, mayReplace })
  }

  async prune(paths: readonly string[]): Promise<void> {
    this.#assertHeld()
    for (const path of paths) {
      this.#made.delete(this.#pathOf(path))
      await rm(this.#pathOf(path), { recursive: true, force: true })
    }
  }

  /** Leaves nothing in the directory but the tree, for one that is handed over. Writing may go on afterwards. */
  async tidy(): Promise<void> {
    this.#made.delete(this.#temporary)
    try {
      await rm(this.#temporary, { recursive: true, force: true })
    } catch (error) {
      throw fromSystemError(error, 'remove', this.#temporary)
    }
  }

  async *list(): AsyncIterable<string> {
    yield* listFiles(this.#directory, '')
  }

  get #temporary(): string {
    return join(this.#directory, TEMPORARY)
  }

  /** What a killed process left is removed before the first write of this one. */
  async #clearTemporary(): Promise<void> {
    if (this.#made.has(this.#temporary)) return
    await rm(this.#temporary, { recursive: true, force: true })
    await this.#ensure(this.#temporary)
  }

  async #ensure(directory: string): Promise<void> {
    if (this.#made.has(directory)) return
    await ensureDirectory(directory, 0o755)
    assertLiesIn(this.#directory, directory)
    this.#made.add(directory)
  }

  #pathOf(path: string): string {
    return join(this.#directory, ...path.split('/'))
  }
}

async function writeSideBySide(files: readonly FlushedFile[]): Promise<void> {
  for (let i = 0; i < files.length; i += PARALLEL) {
    const settled = await Promise.allSettled(
      files.slice(i, i + PARALLEL).map(async ({ target, temporary, bytes }) => {
        await writeFlushed(temporary, bytes, TILE_MODE)
        await rename(temporary, target)
      }),
    )
    // Only now: a file that was still under way would be renamed over what the next attempt writes in its place.
    const failed = settled.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}

async function* listFiles(root: string, under: string): AsyncIterable<string> {
  let entries: import('node:fs').Dirent[]
  try {
    entries = await readdir(join(root, under), { withFileTypes: true })
  } catch (error) {
    if (isMissingFile(error)) return
    throw fromSystemError(error, 'read the directory', join(root, under))
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under === '' ? entry.name : `${under}${sep}${entry.name}`
    if (path === TEMPORARY) continue
    if (entry.isDirectory()) yield* listFiles(root, path)
    else yield path.split(sep).join('/')
  }
}
