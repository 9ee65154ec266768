import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fromSystemError } from '../../errors/index.js'

/** Flushes a directory, so that names made or changed in it survive a power loss. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  let directory: FileHandle | undefined
  try {
    directory = await open(path, 'r')
    await directory.sync()
  } catch (error) {
    throw fromSystemError(error, 'flush the directory', path)
  } finally {
    await directory?.close()
  }
}

/** Makes a directory and its missing parents, each flushed into its own parent. Gives what it made, outermost first. */
export async function ensureDirectory(path: string, mode = 0o700): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true, mode })
    if (first === undefined) return
    for (let at = path; at.length >= first.length; at = dirname(at)) await syncDirectory(dirname(at))
  } catch (error) {
    throw fromSystemError(error, 'make the directory', path)
  }
}

/** Writes a file beside its place and flushes it. The directory is not flushed. */
export async function writeFlushed(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'w', mode)
    await file.writeFile(bytes)
    await file.datasync()
  } catch (error) {
    throw fromSystemError(error, 'write', path)
  } finally {
    await file?.close()
  }
}

export interface ReplaceOptions {
  readonly mode?: number
  /** Where it is written first, on the same file system. A process that is killed leaves it there. */
  readonly temporary?: string
}

/**
 * Puts a file in place of what is there, in one step: written beside it, flushed, renamed, and the directory flushed.
 * Durable when it resolves; a reader sees the old or the new bytes, never a mixture.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  { mode = 0o600, temporary = `${path}.${process.pid}.tmp` }: ReplaceOptions = {},
): Promise<void> {
  try {
    await writeFlushed(temporary, bytes, mode)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw fromSystemError(error, 'write', path)
  }
  await syncDirectory(dirname(path))
}

/** True for the error of a path that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
