import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClyraError, fromSystemError } from '../../errors/index.js'

/** The one function that is used of the package, which carries no types. */
interface FileLocks {
  tryLock(fd: number): boolean
}

export interface LockOptions {
  /** What this process is, for the message that a contender gets. */
  readonly command?: string | undefined
  /** Milliseconds to wait for another writer. Default 0. */
  readonly waitMs?: number | undefined
}

export interface DirectoryLock {
  release(): Promise<void>
}

const RETRY_MS = 50

/**
 * Takes the one writer's lock of a directory. The operating system drops it when the process ends, however it ends;
 * `lock.json` beside it says who holds it and is only for the message. Rejects with LEDGER_LOCKED.
 */
export async function lockDirectory(directory: string, { command, waitMs = 0 }: LockOptions): Promise<DirectoryLock> {
  const { tryLock } = fileLocks()
  const path = join(directory, 'lock')
  let file: FileHandle
  try {
    file = await open(path, 'a+', 0o600)
  } catch (error) {
    throw fromSystemError(error, 'open the lock', path)
  }
  try {
    const until = performance.now() + waitMs
    while (!tryLock(file.fd)) {
      if (performance.now() >= until) throw await locked(directory)
      await sleep(RETRY_MS)
    }
    await writeFile(sidePath(directory), `${JSON.stringify({ pid: process.pid, command: command ?? 'unknown' })}\n`, {
      mode: 0o600,
    })
  } catch (error) {
    await file.close()
    throw fromSystemError(error, 'lock', path)
  }
  return { release: () => file.close() }
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
    const holder: unknown = JSON.parse(await readFile(sidePath(directory), 'utf8'))
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
