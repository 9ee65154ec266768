import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ClyraError } from '../errors/index.js'

/** As `open` of `node:fs` takes them. */
export type StateFileUse = keyof typeof FLAGS | number

/** Windows has neither flag; there a link needs a right that users do not have. */
const GUARDED = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const FLAGS = {
  r: constants.O_RDONLY | GUARDED,
  'r+': constants.O_RDWR | GUARDED,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | GUARDED,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | GUARDED,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | GUARDED,
  'a+': constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | GUARDED,
}

function flagsOf(use: StateFileUse): number {
  return typeof use === 'number' ? use | GUARDED : FLAGS[use]
}

/**
 * Opens a file of a state directory: never through a symbolic link, never a FIFO or a device, either of which is
 * NOT_A_REGULAR_FILE. What else the system says goes through. `mode` counts for a file that is made.
 */
export function openStateFile(path: string, use: StateFileUse, mode = 0o600): number {
  let file: number | undefined
  try {
    file = openSync(path, flagsOf(use), mode)
    assertRegular(fstatSync(file), path)
    return file
  } catch (error) {
    if (file !== undefined) closeSync(file)
    throw refusal(error, path)
  }
}

/** The same, as a handle. */
export async function openStateHandle(path: string, use: StateFileUse, mode = 0o600): Promise<FileHandle> {
  let file: FileHandle | undefined
  try {
    file = await open(path, flagsOf(use), mode)
    assertRegular(await file.stat(), path)
    return file
  } catch (error) {
    await file?.close()
    throw refusal(error, path)
  }
}

/** All bytes of a file of a state directory. */
export function readStateFile(path: string): Buffer {
  const file = openStateFile(path, 'r')
  try {
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/** The same, off the event loop. */
export async function readStateFileLater(path: string): Promise<Buffer> {
  const file = await openStateHandle(path, 'r')
  try {
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** Writes a file of a state directory in place, without a flush: for what is derived, or only said. */
export function writeStateFile(path: string, bytes: Uint8Array | string): void {
  const file = openStateFile(path, 'w')
  try {
    writeFileSync(file, bytes)
  } finally {
    closeSync(file)
  }
}

/** For a file that a library opens by its path: NOT_A_REGULAR_FILE unless it is a regular file or not there. */
export function assertStateFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined) assertRegular(found, path)
}

/** False for what `assertStateFile` refuses. */
export function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() !== false
}

function assertRegular(stats: Stats, path: string): void {
  if (!stats.isFile()) throw notRegular(path, stats.isSymbolicLink() ? 'a symbolic link' : 'no regular file')
}

function refusal(error: unknown, path: string): unknown {
  const errno = error instanceof Error && 'code' in error ? error.code : undefined
  if (errno === 'ELOOP') return notRegular(path, 'a symbolic link')
  // A FIFO that nobody reads, opened for writing.
  return errno === 'ENXIO' ? notRegular(path, 'no regular file') : error
}

function notRegular(path: string, kind: string): ClyraError {
  return new ClyraError(
    'NOT_A_REGULAR_FILE',
    `${path} is ${kind}; what belongs to a ledger is opened only where it lies itself`,
    { details: { path, kind } },
  )
}
