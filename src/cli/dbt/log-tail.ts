import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const CHUNK = 1 << 20

/** Follows a growing file line by line, in constant memory, without holding the writer up. */
export interface LogTail {
  /**
   * The whole lines that were written since the last call, at most about a megabyte of them; an empty list: nothing
   * new yet. A file that is not there yet is one without lines.
   */
  read(): string[]
  /** What stands after the last line break: an unfinished line. */
  rest(): string
  /** Bytes of all lines that were given out. */
  readonly offset: number
  close(): void
}

export function tailFile(path: string, start = 0): LogTail {
  let file: number | undefined
  let offset = start
  let pending: Buffer = Buffer.alloc(0)
  const buffer = Buffer.allocUnsafe(CHUNK)
  return {
    get offset() {
      return offset - pending.length
    },
    read() {
      file ??= tryOpen(path)
      if (file === undefined) return []
      const lines: string[] = []
      // A line longer than one chunk must still come out whole.
      do {
        const count = readSync(file, buffer, 0, CHUNK, offset)
        if (count === 0) {
          if (fstatSync(file).size < offset) offset = 0
          break
        }
        offset += count
        const end = buffer.lastIndexOf(0x0a, count - 1)
        if (end === -1) {
          pending = Buffer.concat([pending, buffer.subarray(0, count)])
        } else {
          const whole = Buffer.concat([pending, buffer.subarray(0, end)]).toString('utf8')
          pending = Buffer.from(buffer.subarray(end + 1, count))
          for (const line of whole.split('\n')) lines.push(line)
        }
      } while (lines.length === 0)
      return lines
    },
    rest: () => pending.toString('utf8'),
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
