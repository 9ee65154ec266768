import { constants } from 'node:fs'
import { copyFile, open, readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { statedCheckpoint } from '../../crypto/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { fetchTile } from '../../ledger/index.js'
import { TILE_WIDTH, tilePath, tileWidth } from '../../merkle/index.js'
import type { TileStore } from '../../ports/index.js'
import { assertStateFile, isMissingFile } from '../../system/index.js'
import { ensureDirectory, FileTileStore, syncDirectory, writeFlushed } from '../files/index.js'
import { type BackupResult, layoutOf, noLedger } from '../state/index.js'
import { markAsCopy } from './copy-mark.js'
import { readMark } from './durable-mark.js'
import { recoverLog } from './recover-log.js'
import { parseSegmentName, segmentName } from './segment-format.js'

/**
 * Copies a ledger, beside a writer if there is one, to a directory that must not exist or be empty. The copy is
 * consistent: checkpoints and tiles are read before the log's durable end, so the log holds all that they cover. Keys
 * and vault are copied too: guard the copy like the original. The index is left out; it is derived. The copy knows that
 * it is one: it is read like any ledger, and written to only once it is adopted.
 *
 * Rejects with LEDGER_EXISTS, LEDGER_NOT_FOUND, LOG_LOST, LOG_CORRUPT, DISK_FULL, PERMISSION_DENIED.
 */
export async function backup(directory: string, target: string): Promise<BackupResult> {
  await claimTarget(target)
  const from = layoutOf(directory)
  const to = layoutOf(target)
  const copy = new Copy()
  // What says most first: each step that follows can only be further than what it has to back.
  const latest = await copy.file(join(from.checkpoints, 'latest'), join(to.checkpoints, 'latest'))
  const sealed = latest === undefined ? 0 : statedCheckpoint(latest).size
  const checkpoint = await copy.file(join(from.tiles, 'checkpoint'), join(to.tiles, 'checkpoint'))
  // The published one may have moved on since; the older one is republished when the copy is opened.
  if (latest !== undefined && checkpoint !== undefined && statedCheckpoint(checkpoint).size > sealed) {
    await writeFlushed(join(to.tiles, 'checkpoint'), latest, 0o644)
  }
  for (const name of await names(from.checkpoints)) {
    if (/^[0-9]+$/.test(name) && Number(name) <= sealed)
      await copy.file(join(from.checkpoints, name), join(to.checkpoints, name))
  }
  await copyTiles(new FileTileStore(from.tiles), new FileTileStore(to.tiles), sealed)
  await copyLog(copy, from.log, to.log, directory)
  for (const place of ['keys', 'vault', 'artifacts'] as const) await copy.tree(from[place], to[place])
  await copy.file(join(directory, '.gitignore'), join(target, '.gitignore'))
  // A copy that goes on as the ledger must know of the other copies when it erases.
  await copy.file(from.copies, to.copies)
  await copy.flush()
  await syncDirectory(dirname(target))
  // Reads the copy as an opening would: a damaged log is not taken for a backup.
  const { size: records } = await recoverLog({ directory: to.log, cacheDirectory: to.offsets, sealedSize: sealed })
  await markAsCopy(target, { of: resolve(directory), records, sealed })
  return { records, sealed, files: copy.files, bytes: copy.bytes }
}

async function claimTarget(target: string): Promise<void> {
  await ensureDirectory(target)
  try {
    if ((await readdir(target)).length === 0) return
  } catch (error) {
    throw fromSystemError(error, 'read the directory', target)
  }
  throw new ClyraError('LEDGER_EXISTS', `${target} is not empty; a backup is only written to a new directory`, {
    details: { directory: target },
  })
}

/** The tiles of exactly that size: what has grown since is cut to what it was. */
async function copyTiles(from: TileStore, to: TileStore, size: number): Promise<void> {
  for (let level = 0; size >= TILE_WIDTH ** level; level++) {
    const tiles = Math.ceil(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH)
    for (let first = 0; first < tiles; first += 64) {
      const files: { path: string; bytes: Uint8Array }[] = []
      for (let index = first; index < Math.min(tiles, first + 64); index++) {
        const width = tileWidth(level, index, size)
        const bytes = await fetchTile(from, level, index, width)
        // A missing tile is built again when the copy is opened.
        if (bytes !== undefined)
          files.push({ path: tilePath(level, index, width), bytes: bytes.subarray(0, 32 * width) })
      }
      await to.write(files)
    }
  }
}

/** Whole segments, and of the newest exactly the durable part. */
async function copyLog(copy: Copy, from: string, to: string, directory: string): Promise<void> {
  const mark = await readMark(from)
  const segments = (await names(from)).map(parseSegmentName).filter((position) => position !== undefined)
  if (segments.length === 0) throw noLedger(directory)
  for (const first of segments) {
    if (mark !== undefined && first > mark.segment) continue
    const name = segmentName(first)
    const end = mark?.segment === first ? mark.offset : undefined
    await copy.file(join(from, name), join(to, name), end)
  }
}

class Copy {
  files = 0
  bytes = 0
  readonly #directories = new Set<string>()

  /** Copies a file, or its first `length` bytes; gives its bytes where it is small, undefined where it is missing. */
  async file(from: string, to: string, length?: number): Promise<Uint8Array | undefined> {
    try {
      assertStateFile(from)
      await ensureDirectory(dirname(to))
      this.#directories.add(dirname(to))
      await copyFile(from, to, constants.COPYFILE_FICLONE)
      const file = await open(to, 'r+')
      try {
        if (length !== undefined) await file.truncate(length)
        await file.datasync()
        const { size } = await file.stat()
        this.files++
        this.bytes += size
        return size <= 65_536 ? new Uint8Array(await readFile(to)) : new Uint8Array(0)
      } finally {
        await file.close()
      }
    } catch (error) {
      // Partial tiles go away while the tree grows.
      if (isMissingFile(error)) return undefined
      throw fromSystemError(error, 'copy', from)
    }
  }

  async tree(from: string, to: string): Promise<void> {
    for (const { name, isDirectory } of await entries(from)) {
      if (isDirectory) await this.tree(join(from, name), join(to, name))
      else if (!name.endsWith('.tmp')) await this.file(join(from, name), join(to, name))
    }
  }

  async flush(): Promise<void> {
    for (const directory of this.#directories) await syncDirectory(directory)
  }
}

async function names(directory: string): Promise<string[]> {
  return (await entries(directory)).filter(({ isDirectory }) => !isDirectory).map(({ name }) => name)
}

async function entries(directory: string): Promise<{ readonly name: string; readonly isDirectory: boolean }[]> {
  try {
    const found = await readdir(directory, { withFileTypes: true })
    return found
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isMissingFile(error)) return []
    throw fromSystemError(error, 'read the directory', directory)
  }
}
