import { lstatSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fromSystemError } from '../errors/index.js'
import { assertFreeName, modeAtOutputPlace, nameTaken } from './output-place.js'
import { readFileSyncBounded } from './read-file.js'
import { moveToNewName, syncDirectory, writeDurably } from './write-new.js'

/**
 * The one writer of what a user asks for: files and directories that appear whole or not at all, written under a
 * temporary name beside the target, flushed, then given its name. What is there already stays unless the user said that
 * it may be replaced, and only a regular file is ever replaced (`modeAtOutputPlace` says what is refused and how).
 */
export interface Workbench {
  /** Writes a file; one that has these very bytes already is left. Throws OUTPUT_EXISTS, NOT_A_REGULAR_FILE, USAGE, and what the file system says. */
  writeFile(path: string, bytes: Uint8Array | string, options?: WriteOptions): void
  /**
   * A temporary sibling of `path` for work of many steps; `finish` gives it that name, `abandon` removes it. Throws
   * OUTPUT_EXISTS where anything has the name, USAGE.
   */
  begin(path: string): Draft
  /** Removes everything unfinished. Synchronous, so that a signal handler can call it. */
  discard(): void
}

export interface WriteOptions {
  /** Default 0644. A file that is replaced is never opened to more than it was. */
  readonly mode?: number
  /** True: a regular file that is there is replaced. Default: it is refused, unless it has just these bytes. */
  readonly replace?: boolean
  /** Called when all bytes are on the device and only the name is left to give: what must be known of every file there is. */
  readonly beforeNamed?: () => void
}

export interface Draft {
  readonly path: string
  finish(): void
  abandon(): void
}

/** `watch` is told when there is something unfinished and when there is nothing any more. */
export function createWorkbench(randomName: () => string, watch: (unfinished: boolean) => void = () => {}): Workbench {
  const unfinished = new Set<string>()
  const settled = (path: string) => {
    if (unfinished.delete(path) && unfinished.size === 0) watch(false)
  }
  const remove = (path: string) => {
    rmSync(path, { recursive: true, force: true })
    settled(path)
  }
  const draftOf = (target: string, place: (from: string, to: string) => void): Draft => {
    const path = join(dirname(target), `.${basename(target)}.${randomName()}.tmp`)
    unfinished.add(path)
    if (unfinished.size === 1) watch(true)
    return {
      path,
      finish() {
        try {
          place(path, target)
          syncDirectory(dirname(target))
        } catch (error) {
          remove(path)
          throw existed(error) ? nameTaken(target) : fromSystemError(error, 'write', target)
        }
        settled(path)
      },
      abandon: () => remove(path),
    }
  }
  return {
    begin(target) {
      assertFreeName(target)
      return draftOf(target, placeNew)
    },
    writeFile(target, bytes, { mode = 0o644, replace = false, beforeNamed = () => {} } = {}) {
      if (!replace && holds(target, bytes)) return
      const before = modeAtOutputPlace(target, replace)
      const draft = draftOf(target, before === undefined ? placeNew : renameSync)
      try {
        writeDurably(draft.path, bytes, before === undefined ? mode : mode & before)
        beforeNamed()
      } catch (error) {
        draft.abandon()
        throw fromSystemError(error, 'write', target)
      }
      draft.finish()
    },
    discard() {
      for (const path of unfinished) remove(path)
    },
  }
}

/** A directory has no second name: for one, a rename, which refuses everything but an empty directory. */
function placeNew(from: string, to: string): void {
  if (lstatSync(from).isDirectory()) renameSync(from, to)
  else moveToNewName(from, to)
}

/** The same command again, with nothing new to say, leaves what it wrote. */
function holds(path: string, bytes: Uint8Array | string): boolean {
  const wanted = Buffer.from(bytes)
  const limits = { limit: wanted.length, tooLarge: 'OUTPUT_EXISTS', what: 'an output file', follow: false } as const
  try {
    return wanted.equals(readFileSyncBounded(path, limits))
  } catch {
    // None, another kind, or not ours to read: what may be done there is said by the place.
    return false
  }
}

function existed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EEXIST' || error.code === 'ENOTEMPTY')
}
