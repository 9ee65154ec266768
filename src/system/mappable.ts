import { accessSync, constants, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ClyraError, fromSystemError } from '../errors/index.js'
import { mappedFileFault } from './mapped-file.js'
import { isPlainFile, writeStateFile } from './state-file.js'

/** A database of LMDB: its files, the folder that they are in, and how it is called in messages. */
export interface MappedFiles {
  readonly directory: string
  readonly data: string
  readonly lock: string
  /** `the index`. */
  readonly what: string
}

/** Enough for the table of readers that LMDB lays out in its lock file; it takes a larger one as it is. */
const LOCK_BYTES = 16 * 1024
/** What a new database needs at least, with room for its first steps. */
const FIRST_BYTES = 256 * 1024

/**
 * Tries whatever can fail before LMDB does it, because its binding ends the process when an opening fails half-way (it
 * frees one object twice: `EnvWrap::openEnv` after `mdb_env_open`), and LMDB when it follows a damaged page. `asLeft`:
 * the file is known to be as LMDB left it, so that its pages need not be looked at.
 *
 * Throws INDEX_CORRUPT for files that are no whole database, and READ_ONLY, PERMISSION_DENIED, DISK_FULL, IO_FAILED where
 * a writer could not go on.
 */
export function assertMappable(files: MappedFiles, readOnly: boolean, asLeft = false): void {
  const { directory, data, lock, what } = files
  try {
    if (!readOnly) mkdirSync(directory, { recursive: true })
    if (![data, lock].every(isPlainFile)) throw noDatabase(files, 'is no regular file, or its lock is none')
    const size = sizeOf(data)
    const fault = size === 0 || asLeft ? undefined : mappedFileFault(data)
    if (fault !== undefined) throw noDatabase(files, fault)
    if (readOnly) {
      if (size === 0) throw noDatabase(files, 'is empty or not there')
      assertLockable(directory, lock)
      return
    }
    if (size === 0) reserve(directory)
    else accessSync(data, constants.R_OK | constants.W_OK)
    // Its blocks are written now: LMDB maps the file, and a full disk would end the process in the middle of a read.
    // A file that is there is not opened: closing it here would drop the locks that this process has on it.
    if (sizeOf(lock) < LOCK_BYTES / 2) writeStateFile(lock, Buffer.alloc(LOCK_BYTES))
    else accessSync(lock, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw fromSystemError(error, `open ${what}`, directory)
  }
}

/** 0 where there is none. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
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
    writeStateFile(path, Buffer.alloc(FIRST_BYTES))
  } finally {
    rmSync(path, { force: true })
  }
}

function noDatabase({ data, what }: MappedFiles, fault: string): ClyraError {
  return new ClyraError('INDEX_CORRUPT', `${what} cannot be used: ${data} ${fault}`, { details: { path: data } })
}
