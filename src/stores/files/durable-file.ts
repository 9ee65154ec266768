import { closeSync, fdatasync, fsync, openSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { fromSystemError, isClyraError } from '../../errors/index.js'
import { isMissingFile, openStateFile, readStateFile } from '../../system/index.js'

/*
 * Only what may take long leaves the event loop: a flush. A small file is opened, written and renamed in microseconds, and
 * each such step of its own would wait for a turn, which beside a large append comes every few milliseconds.
 */
const flushData = promisify(fdatasync)
const flushAll = promisify(fsync)

/** Flushes a directory, so that names made or changed in it survive a power loss. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  let directory: number | undefined
  try {
    directory = openSync(path, 'r')
    await flushAll(directory)
  } catch (error) {
    throw fromSystemError(error, 'flush the directory', path)
  } finally {
    if (directory !== undefined) closeSync(directory)
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
    if (isMissingFile(error)) return false
    throw error
  }
}

/** Writes a file beside its place and flushes it. The directory is not flushed. */
export async function writeFlushed(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  let file: number | undefined
  try {
    file = openStateFile(path, 'w', mode)
    writeFileSync(file, bytes)
    await flushData(file)
  } catch (error) {
    throw fromSystemError(error, 'write', path)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

export interface ReplaceOptions {
  readonly mode?: number
  /** Where it is written first, on the same file system. A process that is killed leaves it there. */
  readonly temporary?: string
  /** Called in one turn with the rename, before it; throws where the file must not be replaced any more. */
  readonly mayReplace?: () => void
}

/**
 * Puts a file in place of what is there, in one step: written beside it, flushed, renamed, and the directory flushed.
 * Durable when it resolves; a reader sees the old or the new bytes, never a mixture.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  { mode = 0o600, temporary = `${path}.${process.pid}.tmp`, mayReplace = () => undefined }: ReplaceOptions = {},
): Promise<void> {
  try {
    await writeFlushed(temporary, bytes, mode)
    mayReplace()
    renameSync(temporary, path)
  } catch (error) {
    // Where the place is somebody else's by now, so is what lies beside it.
    if (!isClyraError(error, 'LEDGER_TAKEN_AWAY')) await rm(temporary, { force: true }).catch(() => undefined)
    throw fromSystemError(error, 'write', path)
  }
  await syncDirectory(dirname(path))
}

/** The bytes of a small file, or undefined where there is none. */
export function readSmallFile(path: string): Uint8Array | undefined {
  try {
    return new Uint8Array(readStateFile(path))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'read', path)
  }
}
