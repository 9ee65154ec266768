import { readSync } from 'node:fs'
import { fromSystemError } from '../../../src/errors/index.js'
import { isMissingFile, openRegularFile } from '../../../src/system/index.js'
import type { LineBytes } from '../files/index.js'
import { readIfThere } from './read-left.js'

/** Up to this size a log is read at once; a larger one from the disk, portion by portion, each time that it is read. */
const AT_ONCE_BYTES = 64 << 20
const PORTION = 1 << 20
const WHAT = { what: 'a log' } as const

/**
 * The lines of a log of any size from a byte on; undefined where there is no such file. Throws NOT_A_REGULAR_FILE, and
 * what the file system says.
 */
export function fileLines(path: string, from = 0): LineBytes | undefined {
  const size = sizeOf(path)
  if (size === undefined) return undefined
  if (size <= AT_ONCE_BYTES) return readIfThere(path)?.subarray(from)
  return { length: Math.max(0, size - from), portions: () => portionsOf(path, from, size) }
}

function sizeOf(path: string): number | undefined {
  try {
    const file = openRegularFile(path, WHAT)
    file.close()
    return file.stats.size
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}

/** As many bytes as the file had when it was first seen: what is appended meanwhile is another run's. */
function* portionsOf(path: string, from: number, size: number): Generator<Uint8Array> {
  const file = openRegularFile(path, WHAT)
  try {
    const portion = new Uint8Array(PORTION)
    for (let at = from; at < size; ) {
      const count = readAt(path, file.fd, portion, Math.min(PORTION, size - at), at)
      if (count === 0) return
      at += count
      yield portion.subarray(0, count)
    }
  } finally {
    file.close()
  }
}

function readAt(path: string, fd: number, into: Uint8Array, most: number, at: number): number {
  try {
    return readSync(fd, into, 0, most, at)
  } catch (error) {
    throw fromSystemError(error, 'read', path)
  }
}
