import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { LineBytes } from '../../../connectors/dbt/index.js'
import { fromSystemError } from '../../errors/index.js'
import { readIfThere } from './read-left.js'

/** Up to this size a log is read at once; a larger one from the disk, portion by portion, each time that it is read. */
const AT_ONCE_BYTES = 64 << 20
const PORTION = 1 << 20

/**
 * The lines of a log of any size from a byte on; undefined where there is no such file. Throws what the file system says.
 */
export function fileLines(path: string, from = 0): LineBytes | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= AT_ONCE_BYTES) return readIfThere(path)?.subarray(from)
  return { length: Math.max(0, size - from), portions: () => portionsOf(path, from, size) }
}

/** As many bytes as the file had when it was first seen: what is appended meanwhile is another run's. */
function* portionsOf(path: string, from: number, size: number): Generator<Uint8Array> {
  const file = attempt(path, () => openSync(path, 'r'))
  try {
    const portion = new Uint8Array(PORTION)
    for (let at = from; at < size; ) {
      const count = attempt(path, () => readSync(file, portion, 0, Math.min(PORTION, size - at), at))
      if (count === 0) return
      at += count
      yield portion.subarray(0, count)
    }
  } finally {
    closeSync(file)
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw fromSystemError(error, 'read', path)
  }
}
