import { fstatSync, readSync, statSync } from 'node:fs'
import { isMissingFile, openRegularFile, type RegularFile } from '../../../src/system/index.js'
import { LineSplitter } from '../files/index.js'

const CHUNK = 1 << 20

/** Follows a growing file line by line, in constant memory, without holding the writer up. */
export interface LogTail {
  /**
   * The whole lines that were written since the last call, at most about a megabyte of them; an empty list: nothing
   * new yet. A file that is not there yet is one without lines. A file that was renamed (`dbt.log` -> `dbt.log.1`) is
   * read to its end, then those that came after it. Of a line longer than LONGEST_LINE only the beginning is given.
   * Throws NOT_A_REGULAR_FILE where something else lies there.
   */
  read(): string[]
  /** What stands after the last line break, once nothing more comes: an unfinished line. */
  rest(): string
  /** Bytes of all lines that were given out of the file that is read now. */
  readonly offset: number
  /** How often the file that came next was gone already: lines are lost. */
  readonly lost: number
  close(): void
}

/** dbt keeps five parts; whoever follows may be behind by as many. */
const MOST_PARTS = 100

export function tailFile(path: string, start = 0): LogTail {
  // At once: the writer may rename what is there as soon as it starts, and `start` is an offset in that file.
  let file: RegularFile | undefined = start > 0 ? tryOpen(path) : undefined
  let offset = start
  let lost = 0
  const splitter = new LineSplitter()
  /** Bytes after the last line break. */
  let pending = 0
  const buffer = Buffer.allocUnsafe(CHUNK)

  /** Opens what came after the file that was read to its end; false where that is still the newest. */
  const goOn = (): boolean => {
    if (file === undefined) return false
    const inode = file.stats.ino
    if (inodeOf(path) === inode || inodeOf(path) === undefined) return false
    const at = partOf(path, inode)
    if (at === undefined) lost += 1
    const next = tryOpen(nameOf(path, (at ?? oldestPart(path)) - (at === undefined ? 0 : 1)))
    if (next === undefined) return false
    // Renamed again meanwhile: what was opened is not what comes next.
    if (at !== undefined && partOf(path, inode) !== at) {
      next.close()
      return goOn()
    }
    file.close()
    file = next
    offset = 0
    return true
  }

  return {
    get offset() {
      return offset - pending
    },
    get lost() {
      return lost
    },
    read() {
      file ??= tryOpen(path)
      if (file === undefined) return []
      const lines: string[] = []
      // A line longer than one chunk must still come out whole.
      do {
        const count = readSync(file.fd, buffer, 0, CHUNK, offset)
        if (count === 0) {
          if (goOn()) {
            const last = splitter.end()
            if (last !== undefined) lines.push(last)
            pending = 0
            continue
          }
          if (fstatSync(file.fd).size < offset) offset = 0
          break
        }
        offset += count
        const end = buffer.lastIndexOf(0x0a, count - 1)
        pending = end === -1 ? pending + count : count - end - 1
        for (const line of splitter.push(buffer.subarray(0, count))) lines.push(line)
      } while (lines.length === 0)
      return lines
    },
    rest: () => splitter.end() ?? '',
    close() {
      file?.close()
      file = undefined
    },
  }
}

function nameOf(path: string, part: number): string {
  return part === 0 ? path : `${path}.${part}`
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}

/** The number that a file was renamed to. */
function partOf(path: string, inode: number): number | undefined {
  for (let part = 1; part <= MOST_PARTS; part++) {
    const found = inodeOf(nameOf(path, part))
    if (found === inode) return part
    if (found === undefined && part > 1) return undefined
  }
  return undefined
}

function oldestPart(path: string): number {
  let part = 0
  while (part < MOST_PARTS && inodeOf(nameOf(path, part + 1)) !== undefined) part += 1
  return part
}

function tryOpen(path: string): RegularFile | undefined {
  try {
    return openRegularFile(path, { what: "dbt's log" })
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}
