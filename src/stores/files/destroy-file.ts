import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { fromSystemError } from '../../errors/index.js'
import { isMissingFile } from '../../system/index.js'

const ZEROS = Buffer.alloc(1 << 16)

/**
 * Overwrites a file with zeros where it lies, flushes it and removes its name; nothing happens where there is none. The
 * directory is not flushed. A file system that overwrites in place then holds none of it; one that copies on write, a
 * journal of data, a snapshot or the wear levelling of an SSD may, and no program can reach that.
 *
 * A link is removed and what it points to left alone. Throws what the file system says.
 */
export async function destroyFile(path: string): Promise<void> {
  try {
    await overwrite(path)
    await rm(path, { force: true })
  } catch (error) {
    throw fromSystemError(error, 'destroy', path)
  }
}

async function overwrite(path: string): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    // ELOOP: a link. Not writable, or a FIFO without a reader: its name goes all the same.
    if (isMissingFile(error) || hasCode(error, 'ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'EISDIR')) return
    throw error
  }
  try {
    const found = await file.stat()
    if (!found.isFile()) return
    for (let at = 0; at < found.size; ) {
      const { bytesWritten } = await file.write(ZEROS, 0, Math.min(ZEROS.length, found.size - at), at)
      at += bytesWritten
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
