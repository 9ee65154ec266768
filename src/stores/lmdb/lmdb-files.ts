import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { isMissing } from '../files/durable-file.js'

/** Enough for the table of readers that LMDB lays out in its lock file; it takes a larger one as it is. */
const LOCK_BYTES = 16 * 1024
/** What a new index needs at least, with room for its first steps. */
const FIRST_BYTES = 256 * 1024

/**
 * Tries whatever can fail before LMDB does it, because its binding ends the process when an opening fails half-way:
 * it frees one object twice (`EnvWrap::openEnv` after `mdb_env_open`). Throws INDEX_CORRUPT for files that are no
 * whole index, and READ_ONLY, PERMISSION_DENIED, DISK_FULL, IO_FAILED where a writer could not go on.
 */
export function checkFiles(directory: string, readOnly: boolean): void {
  const data = join(directory, 'data.mdb')
  const lock = join(directory, 'lock.mdb')
  try {
    if (!readOnly) mkdirSync(directory, { recursive: true })
    const size = sizeOf(data)
    if (size > 0) checkPages(data)
    if (readOnly) {
      if (size === 0) throw notAnIndex(data, 'is empty or not there')
      assertLockable(directory, lock)
      return
    }
    if (size === 0) reserve(directory)
    else accessSync(data, constants.R_OK | constants.W_OK)
    // Its blocks are written now: LMDB maps the file, and a full disk would end the process in the middle of a read.
    // A file that is there is not opened: closing it here would drop the locks that this process has on it.
    if (sizeOf(lock) < LOCK_BYTES / 2) writeFileSync(lock, Buffer.alloc(LOCK_BYTES))
    else accessSync(lock, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw fromSystemError(error, 'open the index', directory)
  }
}

/** 0 where there is none. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    if (isMissing(error)) return 0
    throw error
  }
}

/** LMDB opens its lock file for writing for a reader too, and does without only on a read-only file system. */
function assertLockable(directory: string, lock: string): void {
  try {
    accessSync(sizeOf(lock) > 0 ? lock : directory, constants.R_OK | constants.W_OK)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EROFS')) throw error
  }
}

function reserve(directory: string): void {
  const path = join(directory, 'room.tmp')
  try {
    writeFileSync(path, Buffer.alloc(FIRST_BYTES))
  } finally {
    rmSync(path, { force: true })
  }
}

/** Offsets in a page: where its meta data begin, and what is in them (64 bits, little-endian). */
const META = { magic: 24, version: 28, pageSize: 48, lastPage: 144 } as const
const MAGIC = 0xbeefc0de
const VERSION = 2
const SHORTEST = 152

/**
 * The first and the third meta page must be LMDB's, and every page that one of them counts must be in the file: LMDB
 * maps the file, and a page beyond its end would end the process.
 */
function checkPages(path: string): void {
  const file = openSync(path, 'r')
  try {
    const first = metaAt(file, 0)
    const pageSize = first?.readUInt32LE(META.pageSize) ?? 0
    const second = pageSize >= 512 && pageSize <= 65_536 ? metaAt(file, pageSize) : undefined
    // A process that ended while it made the file left an empty one, or less than both.
    if (first === undefined || second === undefined) throw notAnIndex(path, 'is not an index')
    const last = Math.max(...[first, second].map((meta) => Number(meta.readBigUInt64LE(META.lastPage))))
    // Asked after them: beside a writer the file grows before its meta pages tell.
    if (fstatSync(file).size < (last + 1) * pageSize) throw notAnIndex(path, 'ends before its last page')
  } finally {
    closeSync(file)
  }
}

function metaAt(file: number, at: number): Buffer | undefined {
  const meta = Buffer.alloc(SHORTEST)
  if (readSync(file, meta, 0, SHORTEST, at) < SHORTEST) return undefined
  const good = meta.readUInt32LE(META.magic) === MAGIC && (meta.readUInt32LE(META.version) & 0xffff) === VERSION
  return good ? meta : undefined
}

function notAnIndex(path: string, what: string): ClyraError {
  return new ClyraError('INDEX_CORRUPT', `the file ${path} ${what}`, { details: { path } })
}
