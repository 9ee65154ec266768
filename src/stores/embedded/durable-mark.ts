import { writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { fromSystemError } from '../../errors/index.js'
import { isMissingFile, openStateHandle, STATE_MARKS } from '../../system/index.js'

/** How far the writer knows the log to be on the device: where readers of other processes stop. */
export interface DurableMark {
  readonly size: number
  /** The segment that holds the end, by its first position, and the offset of the end in it. */
  readonly segment: number
  readonly offset: number
}

const MAGIC = Buffer.from('CLYMARK1', 'latin1')
const BYTES = 40

function markPath(directory: string): string {
  return join(directory, STATE_MARKS.durable)
}

function encode({ size, segment, offset }: DurableMark): Buffer {
  const bytes = Buffer.alloc(BYTES)
  MAGIC.copy(bytes, 0)
  bytes.writeDoubleLE(size, 8)
  bytes.writeDoubleLE(segment, 16)
  bytes.writeDoubleLE(offset, 24)
  bytes.writeUInt32LE(crc32c(bytes.subarray(0, 36)), 36)
  return bytes
}

/**
 * The writer's side. The file is overwritten in place and never flushed: it says less after a power loss, never more,
 * because it is written after the flush that it tells of.
 */
export class DurableMarkWriter {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(directory: string): Promise<DurableMarkWriter> {
    const path = markPath(directory)
    try {
      return new DurableMarkWriter(
        await openStateHandle(path, 'r+').catch((error) =>
          isMissingFile(error) ? openStateHandle(path, 'w') : Promise.reject(error),
        ),
      )
    } catch (error) {
      throw fromSystemError(error, 'open', path)
    }
  }

  /** Into the page cache, on this thread: handing so little to another one takes longer than writing it. */
  publish(mark: DurableMark): void {
    writeSync(this.#file.fd, encode(mark), 0, BYTES, 0)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** The mark as it stands, or undefined where there is none. A mark that is just being written is read again. */
export async function readMark(directory: string): Promise<DurableMark | undefined> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const bytes = await readBytes(markPath(directory))
    if (bytes === undefined) return undefined
    if (
      bytes.length === BYTES &&
      bytes.subarray(0, 8).equals(MAGIC) &&
      crc32c(bytes.subarray(0, 36)) === bytes.readUInt32LE(36)
    ) {
      return { size: bytes.readDoubleLE(8), segment: bytes.readDoubleLE(16), offset: bytes.readDoubleLE(24) }
    }
  }
  return undefined
}

async function readBytes(path: string): Promise<Buffer | undefined> {
  let file: FileHandle | undefined
  try {
    file = await openStateHandle(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES), 0, BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'read', path)
  } finally {
    await file?.close()
  }
}
