import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
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

/** Makes a directory and its missing parents, each flushed into its own parent. */
export async function ensureDirectory(path: string, mode = 0o700): Promise<void> {
  try {
    // One level at a time: Node 20's recursive mkdir does not return where a file system says ENOENT to any new name.
    const missing: string[] = []
    for (let at = resolve(path); !(await isDirectory(at)); at = dirname(at)) missing.unshift(at)
    for (const directory of missing) {
      await mkdir(directory, { mode }).catch(async (error: unknown) => {
        // Another process may have been quicker.
        if (!(await isDirectory(directory))) throw error
      })
      await syncDirectory(dirname(directory))
    }
  } catch (error) {
    throw fromSystemError(error, 'make the directory', path)
  }
}

/** False where there is nothing; a file in a directory's place is left to mkdir, whose error names it. */
async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory() || path === dirname(path)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
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
