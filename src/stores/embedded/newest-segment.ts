import { constants, fstatSync, ftruncateSync, readSync, rmSync, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { fromSystemError } from '../../errors/index.js'
import { openStateHandle } from '../../system/index.js'
import { HeldPath, takenAway } from '../lock/index.js'
import type { Segment } from './segment-files.js'
import { FRAME_HEADER_BYTES, HEADER_BYTES } from './segment-format.js'

const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants

/**
 * The segment that frames are appended to. Nobody else should write it; whether somebody did is seen by its length.
 *
 * It is opened for appending only: bytes of this process go behind whatever is there, and never over a frame that another
 * one wrote after the lock was taken away.
 */
export class NewestSegment {
  readonly #file: FileHandle
  readonly #place: HeldPath
  #length: number

  private constructor(path: string, file: FileHandle) {
    const found = fstatSync(file.fd, { bigint: true })
    this.#file = file
    this.#place = new HeldPath(path, found)
    this.#length = Number(found.size)
  }

  /**
   * Opens what recovery found, whose good part reaches to its end but for zeros, which are cut off: what is appended has
   * to follow the last frame. That frame is written again, see `writeAgain`.
   */
  static async open({ path, lastFrame, end }: Segment): Promise<NewestSegment> {
    await writeAgain(path, lastFrame <= HEADER_BYTES ? 0 : lastFrame, end)
    return NewestSegment.#of(path, O_RDWR | O_APPEND)
  }

  /** Makes a new one. Rejects where there is something under its name. */
  static create(path: string): Promise<NewestSegment> {
    return NewestSegment.#of(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL)
  }

  static async #of(path: string, flags: number): Promise<NewestSegment> {
    try {
      return new NewestSegment(path, await openStateHandle(path, flags))
    } catch (error) {
      throw fromSystemError(error, 'open the segment', path)
    }
  }

  get file(): FileHandle {
    return this.#file
  }

  /** Throws LEDGER_TAKEN_AWAY unless its path leads to it. */
  assertInPlace(): void {
    this.#place.look()
  }

  /** The same, and unless it has the length that this process gave it. Not while an append is under way, or after one failed. */
  assertAsLeft(): void {
    const { size } = this.#place.look()
    if (size !== BigInt(this.#length)) throw this.#foreign(Number(size))
  }

  /**
   * Throws LEDGER_TAKEN_AWAY unless what was appended last lies at the end: its header, which has the checksum of all of it.
   * Paths and length may be as they were left after a lock was taken away and put back, over a frame of somebody else.
   */
  assertEndsWith(bytes: Buffer): void {
    const head = bytes.subarray(0, HEADER_BYTES + FRAME_HEADER_BYTES)
    const found = Buffer.allocUnsafe(head.length)
    const read = readSync(this.#file.fd, found, 0, found.length, this.#length - bytes.length)
    if (read !== head.length || !found.equals(head)) throw takenAway(this.#place.path, 'ends in bytes of somebody else')
  }

  /** Appends, without a flush. What a failed call has written stays; see `takeBack`. */
  async append(bytes: Buffer): Promise<void> {
    let done = 0
    // A small frame goes to the page cache on this thread; only the flush, which may take its time, is left to another.
    while (bytes.length <= SMALL_FRAME && done < bytes.length) done += writeSync(this.#file.fd, bytes, done)
    while (done < bytes.length) done += (await this.#file.write(bytes, done, bytes.length - done)).bytesWritten
    this.#length += bytes.length
  }

  /**
   * Cuts off what a failed append of so many bytes has written, so that a full disk is left no fuller; recovery takes care
   * of it else. Nothing is cut where anybody else has written: `assertHeld` throws then, or the length is too large.
   */
  takeBack(bytes: number, assertHeld: () => void): void {
    try {
      assertHeld()
      const size = Number(this.#place.look().size)
      if (size > this.#length && size <= this.#length + bytes) ftruncateSync(this.#file.fd, this.#length)
    } catch {
      // The failure of the append is what is told.
    }
  }

  /** Removes one that was made and never acknowledged, under the same conditions. */
  async discard(assertHeld: () => void): Promise<void> {
    await this.close()
    try {
      assertHeld()
      this.#place.look()
      rmSync(this.#place.path, { force: true })
    } catch {
      // The failure of the append is what is told.
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #foreign(size: number) {
    const { path } = this.#place
    const what = `has ${size} bytes instead of the ${this.#length} that were written`
    return takenAway(path, what, { bytes: size, expected: this.#length })
  }
}

const SMALL_FRAME = 64 * 1024

/**
 * After a flush that failed the kernel may hold pages for clean that never reached the device, and the next flush passes
 * over them. Only the last frame can be such a one, for after a failed flush nothing is appended: its bytes, and those
 * of the header where it is the first, are made dirty again. They are the same bytes, so nothing is lost where somebody
 * else writes there too. Zeros behind it are cut off. All of it is flushed.
 */
async function writeAgain(path: string, from: number, end: number): Promise<void> {
  const file = await openStateHandle(path, 'r+')
  try {
    if ((await file.stat()).size > end) await file.truncate(end)
    const bytes = Buffer.allocUnsafe(end - from)
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
    for (let done = 0; done < bytesRead; ) {
      done += (await file.write(bytes, done, bytesRead - done, from + done)).bytesWritten
    }
    await file.datasync()
  } catch (error) {
    throw fromSystemError(error, 'flush the segment', path)
  } finally {
    await file.close()
  }
}
