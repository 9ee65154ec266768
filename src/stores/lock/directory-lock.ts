import { fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { isMissingFile, openStateHandle, readStateFile, STATE_MARKS, writeStateFile } from '../../system/index.js'
import { HeldPath } from './held-path.js'

/** The one function that is used of the package, which carries no types. */
interface FileLocks {
  tryLock(fd: number): boolean
}

export interface LockOptions {
  /** What this process is, for the message that a contender gets. */
  readonly command?: string | undefined
  /** Milliseconds to wait for another writer. Default 0. */
  readonly waitMs?: number | undefined
  /** A directory above it that belongs to it: the state directory of a log. Its path has to lead to the same one too. */
  readonly within?: string | undefined
}

export interface DirectoryLock {
  /**
   * Throws LEDGER_TAKEN_AWAY where the paths of the lock and of what it is for no longer lead to what is held: then
   * somebody else may have a lock as good as this one. Asked before anything is changed, and before anything that was
   * changed is acknowledged.
   */
  assertHeld(): void
  release(): Promise<void>
}

const RETRY_MS = 50

/**
 * Takes the one writer's lock of a directory. The operating system drops it when the process ends, however it ends;
 * `lock.json` beside it says who holds it and is only for the message.
 *
 * A lock is a file, and a file can be removed or replaced while it is locked: see `assertHeld`. Rejects with
 * LEDGER_LOCKED, LOCKS_UNSUPPORTED, LEDGER_TAKEN_AWAY, READ_ONLY, PERMISSION_DENIED.
 */
export async function lockDirectory(directory: string, options: LockOptions): Promise<DirectoryLock> {
  const until = performance.now() + (options.waitMs ?? 0)
  const path = join(directory, STATE_MARKS.lock)
  const file = await lockFile(directory, path, until)
  let around: FileHandle | undefined
  try {
    const held = [new HeldPath(path, fstatSync(file.fd, { bigint: true }))]
    if (options.within !== undefined && process.platform !== 'win32') {
      // Held open, so that its number is not given to another one. Windows lets nobody rename what has open files in it.
      around = await open(options.within, 'r')
      held.push(new HeldPath(options.within, fstatSync(around.fd, { bigint: true })))
    }
    const holder = { pid: process.pid, command: options.command ?? 'unknown' }
    writeStateFile(sidePath(directory), `${JSON.stringify(holder)}\n`)
    const assertHeld = () => {
      for (const one of held) one.look()
    }
    assertHeld()
    return {
      assertHeld,
      release: async () => {
        await around?.close()
        await file.close()
      },
    }
  } catch (error) {
    await around?.close()
    await file.close()
    throw fromSystemError(error, 'lock', path)
  }
}

/** Files under this name that were replaced before they were locked; more than that is no accident. */
const MOST_REPLACED = 100

/** The lock's file, locked, and under its name when it was: another process may have replaced it in between. */
async function lockFile(directory: string, path: string, until: number): Promise<FileHandle> {
  for (let attempt = 0; attempt < MOST_REPLACED; attempt++) {
    let file: FileHandle
    try {
      file = await openStateHandle(path, 'a+')
    } catch (error) {
      throw fromSystemError(error, 'open the lock', path)
    }
    try {
      while (!tryLock(file, path)) {
        if (performance.now() >= until) throw await locked(directory)
        await sleep(RETRY_MS)
      }
      const held = new HeldPath(path, fstatSync(file.fd, { bigint: true }))
      if (held.leadsThere() && (await lockCounts(held))) return file
    } catch (error) {
      await file.close()
      throw error
    }
    await file.close()
  }
  throw await locked(directory)
}

/** False where somebody else holds it. Throws LOCKS_UNSUPPORTED where the file system has none. */
function tryLock(file: FileHandle, path: string): boolean {
  try {
    return fileLocks().tryLock(file.fd)
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
    if (!WITHOUT_LOCKS.has(errno)) throw fromSystemError(error, 'lock', path)
    throw unsupported(path, `refuses to lock ${path} (${errno})`, { errno, cause: error })
  }
}

const WITHOUT_LOCKS = new Set(['ENOLCK', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL'])

/**
 * Asks for a lock that is held: a file system that grants it twice grants it to every process (LOCKS_UNSUPPORTED). False
 * where the path leads to another file by now.
 */
async function lockCounts(held: HeldPath): Promise<boolean> {
  const again = await openStateHandle(held.path, 'r+').catch((error: unknown) => {
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'open the lock', held.path)
  })
  if (again === undefined) return false
  try {
    if (!held.is(fstatSync(again.fd, { bigint: true }))) return false
    if (tryLock(again, held.path)) throw unsupported(held.path, `grants the lock of ${held.path} twice`, {})
    return true
  } finally {
    await again.close()
  }
}

function unsupported(
  path: string,
  does: string,
  { errno, cause }: { readonly errno?: string; readonly cause?: unknown },
): ClyraError {
  return new ClyraError(
    'LOCKS_UNSUPPORTED',
    `the file system ${does}: two processes could write there and not know of each other; keep it on a local file system`,
    { details: { path, ...(errno === undefined ? {} : { errno }) }, cause },
  )
}

function sidePath(directory: string): string {
  return join(directory, 'lock.json')
}

async function locked(directory: string): Promise<ClyraError> {
  const holder = await readHolder(directory)
  const who = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
  return new ClyraError('LEDGER_LOCKED', `${who} writes this ledger`, { details: { directory, ...holder } })
}

async function readHolder(directory: string): Promise<{ readonly pid: number; readonly command: string } | undefined> {
  try {
    const holder: unknown = JSON.parse(readStateFile(sidePath(directory)).toString('utf8'))
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || !('command' in holder)) return undefined
    return typeof holder.pid === 'number' ? { pid: holder.pid, command: String(holder.command) } : undefined
  } catch {
    return undefined
  }
}

function fileLocks(): FileLocks {
  // The package is CommonJS without types; this is the part of its documented interface that is used.
  return createRequire(import.meta.url)('fs-native-extensions') as FileLocks
}
