import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { ClyraError, type ErrorCode } from '../errors/index.js'

/** The most that a file of settings, keys or digests may measure, in bytes. */
export const SMALL_FILE_BYTES = 16 * 1024 * 1024

/**
 * The text of a file that people or programs write for us. What is larger than 16 MiB is none of those and is refused
 * with `code` before it is read. What the file system says goes through.
 */
export function readSmallFile(path: string, code: ErrorCode): string {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size > SMALL_FILE_BYTES) {
      throw new ClyraError(code, `${path} has ${size} bytes, more than the 16 MiB that such a file may have`, {
        details: { path, size },
      })
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** The first `most` bytes of a file, all where it has no more. What the file system says goes through. */
export function readAtMost(path: string, most: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size <= most) return readFileSync(file)
    const bytes = new Uint8Array(most)
    let at = 0
    while (at < most) {
      const count = readSync(file, bytes, at, Math.min(most - at, 64 * 1024 * 1024), at)
      if (count === 0) break
      at += count
    }
    return bytes.subarray(0, at)
  } finally {
    closeSync(file)
  }
}
