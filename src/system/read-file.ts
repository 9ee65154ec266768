import { closeSync, constants, fstatSync, lstatSync, openSync, read, readSync, type Stats, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { ClyraError, type ErrorCode, fromSystemError } from '../errors/index.js'
import { kindOf } from './kind-of-file.js'

/** The most that a file of settings, keys, digests or rules may measure, in bytes: 16 MiB. */
export const SMALL_FILE_BYTES = 16 * 1024 * 1024

/** What may be read of a file that somebody else wrote, and how its failures are told. */
export interface ReadLimits {
  /** The most bytes that are read. The file may have no more. */
  readonly limit: number
  /** The code of a file that has more; null: it is cut there, and whoever asked judges what he got. */
  readonly tooLarge: ErrorCode | null
  /** What the file is, as a person calls it: `a dbt manifest`. */
  readonly what: string
  /** False: a symbolic link is refused. Default: followed. */
  readonly follow?: boolean
  /** Ends an asynchronous read between two portions, with ABORTED. */
  readonly signal?: AbortSignal | undefined
}

/** A regular file, open for reading. Its owner closes it. */
export interface RegularFile {
  readonly fd: number
  /** As they were when it was opened: nothing in them bounds what can be read later. */
  readonly stats: Stats
  close(): void
}

/** Where the size is not known beforehand, the first room for bytes. */
const FIRST_BYTES = 64 * 1024
/** The most that one call asks of the system. */
const PORTION_BYTES = 64 * 1024 * 1024
/** Of an asynchronous read: after each the signals are heard. */
const ASYNC_PORTION_BYTES = 4 * 1024 * 1024

const readPortion = promisify(read)

/**
 * All bytes of a regular file.
 *
 * The file is opened without waiting for anybody, and nothing but a regular file is ever read: a FIFO, a device, a
 * socket and a directory are NOT_A_REGULAR_FILE, before they are opened and once more when they are. The bound is kept
 * by counting what is read, so a file that grows meanwhile, or whose size the system does not know (`/proc`), cannot
 * pass it: `limits.tooLarge`. All else that the system says is coded as `fromSystemError` does; `isMissingFile` tells
 * a file that is not there.
 */
export function readFileSyncBounded(path: string, limits: ReadLimits): Uint8Array {
  return readWithStats(path, limits).bytes
}

/** The same, with the owner and mode of the very file that the bytes are of. */
export function readWithStats(path: string, limits: ReadLimits): { readonly bytes: Uint8Array; readonly stats: Stats } {
  const file = openRegularFile(path, limits)
  try {
    const taken = new Taken(path, file.stats.size, limits)
    for (;;) {
      const room = taken.room(PORTION_BYTES)
      if (!taken.add(readSync(file.fd, room, 0, room.length, null))) return { bytes: taken.bytes(), stats: file.stats }
    }
  } catch (error) {
    throw fromSystemError(error, `read ${limits.what}`, path)
  } finally {
    file.close()
  }
}

/** The same, in portions between which signals are heard; ABORTED where `limits.signal` says so. */
export async function readFileBounded(path: string, limits: ReadLimits): Promise<Uint8Array> {
  const file = openRegularFile(path, limits)
  try {
    const taken = new Taken(path, file.stats.size, limits)
    for (;;) {
      if (limits.signal?.aborted === true) {
        throw new ClyraError('ABORTED', `reading ${limits.what} was stopped`, { details: { path } })
      }
      const room = taken.room(ASYNC_PORTION_BYTES)
      const { bytesRead } = await readPortion(file.fd, room, 0, room.length, null)
      if (!taken.add(bytesRead)) return taken.bytes()
    }
  } catch (error) {
    throw fromSystemError(error, `read ${limits.what}`, path)
  } finally {
    file.close()
  }
}

/** The text of a small file, as UTF-8; what is not UTF-8 in it becomes U+FFFD. Throws as `readFileSyncBounded`. */
export function readTextSyncBounded(path: string, limits: ReadLimits): string {
  const { buffer, byteOffset, length } = readFileSyncBounded(path, limits)
  return Buffer.from(buffer, byteOffset, length).toString('utf8')
}

/**
 * A regular file opened for whoever reads it in portions or follows it; he keeps his own bounds. Throws
 * NOT_A_REGULAR_FILE for anything else, and what the system says.
 */
export function openRegularFile(
  path: string,
  { what, follow = true }: Pick<ReadLimits, 'what' | 'follow'>,
): RegularFile {
  let fd: number | undefined
  try {
    // Asked before it is opened, since to open some devices does something; and once more of what was opened, since
    // another may stand there by now.
    assertRegular(follow ? statSync(path) : lstatSync(path), path, what)
    // Without O_NONBLOCK a FIFO waits for its writer; with O_NOCTTY no terminal becomes ours.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
    const opened = openSync(path, follow ? flags : flags | constants.O_NOFOLLOW)
    fd = opened
    const stats = fstatSync(opened)
    assertRegular(stats, path, what)
    return { fd: opened, stats, close: () => closeSync(opened) }
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    throw fromSystemError(error, `read ${what}`, path)
  }
}

/** True where an error of this module, or of `node:fs`, says that there is no such file. */
export function isMissingFile(error: unknown): boolean {
  const cause = error instanceof ClyraError ? error.cause : error
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}

/** The bytes that were read so far, in room that grows with them and never beyond the limit. */
class Taken {
  readonly #path: string
  readonly #limits: ReadLimits
  #buffer: Uint8Array
  #length = 0

  constructor(path: string, size: number, limits: ReadLimits) {
    this.#path = path
    this.#limits = limits
    if (size > limits.limit) this.#assertWhole()
    // One byte more than there should be: its absence is how the end is known.
    this.#buffer = new Uint8Array(Math.min(Math.max(size, size === 0 ? FIRST_BYTES : 0), limits.limit) + 1)
  }

  /** Where the next bytes go, never empty. */
  room(most: number): Uint8Array {
    if (this.#length === this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#length * 2, this.#limits.limit + 1))
      larger.set(this.#buffer)
      this.#buffer = larger
    }
    return this.#buffer.subarray(this.#length, this.#length + most)
  }

  /** Takes what was read into the room; false at the end of what is wanted. */
  add(count: number): boolean {
    this.#length += count
    if (this.#length <= this.#limits.limit) return count > 0
    this.#assertWhole()
    return false
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, Math.min(this.#length, this.#limits.limit))
  }

  #assertWhole(): void {
    const { tooLarge, what, limit } = this.#limits
    if (tooLarge === null) return
    throw new ClyraError(tooLarge, `${this.#path} is too large: ${what} may have ${limit} bytes`, {
      details: { path: this.#path, most: limit },
    })
  }
}

function assertRegular(stats: Stats, path: string, what: string): void {
  if (stats.isFile()) return
  const kind = kindOf(stats)
  throw new ClyraError('NOT_A_REGULAR_FILE', `${path} is ${kind}; ${what} is read from a regular file only`, {
    details: { path, kind },
  })
}
