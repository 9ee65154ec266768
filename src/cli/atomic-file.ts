import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fromSystemError } from '../errors/index.js'

/**
 * Files and directories that appear whole or not at all: written under a temporary name beside the target, flushed,
 * then renamed. Whatever is unfinished when the program is interrupted is removed by `discard`.
 */
export interface Workbench {
  /** Writes a file. `mode` defaults to 0644. */
  writeFile(path: string, bytes: Uint8Array | string, mode?: number): void
  /** A temporary sibling of `path` for work of many steps; `finish` renames it into place, `abandon` removes it. */
  begin(path: string): Draft
  /** Removes everything unfinished. Synchronous, so that a signal handler can call it. */
  discard(): void
}

export interface Draft {
  readonly path: string
  finish(): void
  abandon(): void
}

export function createWorkbench(randomName: () => string): Workbench {
  const unfinished = new Set<string>()
  const remove = (path: string) => {
    rmSync(path, { recursive: true, force: true })
    unfinished.delete(path)
  }
  const begin = (target: string): Draft => {
    const path = join(dirname(target), `.${basename(target)}.${randomName()}.tmp`)
    unfinished.add(path)
    return {
      path,
      finish() {
        try {
          renameSync(path, target)
          syncDirectory(dirname(target))
        } catch (error) {
          remove(path)
          throw fromSystemError(error, 'write', target)
        }
        unfinished.delete(path)
      },
      abandon: () => remove(path),
    }
  }
  return {
    begin,
    writeFile(target, bytes, mode = 0o644) {
      const draft = begin(target)
      try {
        writeDurably(draft.path, bytes, mode)
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

/** Creates a file that must not exist yet, with all its bytes on the device when it returns. */
export function writeDurably(path: string, bytes: Uint8Array | string, mode: number): void {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes
  const file = openSync(path, 'wx', mode)
  try {
    for (let written = 0; written < data.length; ) written += writeSync(file, data, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
