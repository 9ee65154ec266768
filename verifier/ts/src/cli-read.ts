import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'

/** A file that is not read, with a code in capitals. */
export class UnreadableFile extends Error {
  readonly code: 'NOT_A_REGULAR_FILE' | 'FILE_TOO_LARGE'

  constructor(code: UnreadableFile['code'], message: string) {
    super(message)
    this.name = 'UnreadableFile'
    this.code = code
  }
}

const FIRST_BYTES = 64 * 1024
const PORTION_BYTES = 4 * 1024 * 1024

/**
 * The bytes of a regular file, opened without waiting for anybody: a FIFO, device or directory is NOT_A_REGULAR_FILE.
 * Never more than `most` are read, whatever the system says of its size; of a longer file exactly one byte more is
 * given where `longer` is `cut`, so that whoever judges it sees that it is too long, else it is FILE_TOO_LARGE.
 */
export async function readInput(path: string, most: number, longer: 'cut' | 'refuse'): Promise<Uint8Array> {
  assertRegular(await stat(path), path)
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stats = await file.stat()
    assertRegular(stats, path)
    const bytes = await readUpTo(file, most + 1, stats.size + 1)
    if (bytes.length <= most || longer === 'cut') return bytes
    throw new UnreadableFile('FILE_TOO_LARGE', `${path} has more than ${most} bytes`)
  } finally {
    await file.close()
  }
}

async function readUpTo(file: FileHandle, limit: number, expected: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(Math.min(Math.max(expected, FIRST_BYTES), limit))
  let length = 0
  for (;;) {
    if (length === bytes.length && length < limit) {
      const larger = new Uint8Array(Math.min(length * 2, limit))
      larger.set(bytes)
      bytes = larger
    }
    const room = Math.min(bytes.length - length, PORTION_BYTES)
    const { bytesRead } = room === 0 ? { bytesRead: 0 } : await file.read(bytes, length, room, null)
    if (bytesRead === 0) return bytes.subarray(0, length)
    length += bytesRead
  }
}

function assertRegular(stats: Stats, path: string): void {
  if (stats.isFile()) return
  const kind = stats.isDirectory() ? 'directory' : stats.isFIFO() ? 'FIFO' : stats.isSocket() ? 'socket' : 'device'
  throw new UnreadableFile('NOT_A_REGULAR_FILE', `${path} is a ${kind}, not a regular file`)
}
