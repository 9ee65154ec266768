import { fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { onAbort } from '../../ledger/index.js'
import type { LogRecord, LogStore, ReadRange, StoredRecord } from '../../ports/index.js'
import { isMissingFile, openStateHandle } from '../../system/index.js'
import { HeldPath } from '../lock/index.js'
import { type DurableMark, readMark } from './durable-mark.js'
import { EMBEDDED_CAPABILITIES } from './embedded-log-store.js'
import { recoverLog } from './recover-log.js'
import { scanAhead } from './scan-ahead.js'
import { SegmentFiles } from './segment-files.js'
import { decodeFrame, decodeSegmentHeader, HEADER_BYTES, segmentName } from './segment-format.js'

export interface EmbeddedReaderOptions {
  readonly directory: string
  readonly cacheDirectory: string
  readonly sealedSize?: number
}

const POLL_MS = 50

/**
 * Opens a log directory for reading, beside any writer and on a read-only file system: nothing is written. It shows
 * what the writer has published as durable; where no writer ever was (a copy), everything that recovery would keep.
 *
 * It reads the directory that it was opened on. Where another one lies in its place, or none, it says LEDGER_TAKEN_AWAY.
 */
export async function openEmbeddedLogReader({
  directory,
  cacheDirectory,
  sealedSize = 0,
}: EmbeddedReaderOptions): Promise<LogStore> {
  const held = await holdDirectory(directory)
  try {
    const mark = await readMark(directory)
    const found = await recoverLog({ directory, cacheDirectory, sealedSize, mark })
    held.assertSame()
    return new EmbeddedLogReader(directory, new SegmentFiles(cacheDirectory, found, held.assertSame), held)
  } catch (error) {
    await held.file?.close()
    throw error
  }
}

/** A directory held open, so that its number is not given to another one. */
interface HeldDirectory {
  readonly file: FileHandle | undefined
  readonly assertSame: () => void
}

/** What is not there is not held. Windows lets nobody rename a directory with open files in it. */
async function holdDirectory(directory: string): Promise<HeldDirectory> {
  if (process.platform === 'win32') return { file: undefined, assertSame: () => undefined }
  const file = await open(directory, 'r').catch((error: unknown) => {
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'open the directory', directory)
  })
  if (file === undefined) return { file, assertSame: () => undefined }
  const held = new HeldPath(directory, fstatSync(file.fd, { bigint: true }))
  return { file, assertSame: () => void held.look() }
}

class EmbeddedLogReader implements LogStore {
  readonly capabilities = EMBEDDED_CAPABILITIES
  readonly #directory: string
  readonly #files: SegmentFiles
  readonly #held: HeldDirectory
  readonly #closing = new AbortController()
  #following: Promise<void> | undefined
  #followingNext: Promise<void> | undefined

  constructor(directory: string, files: SegmentFiles, held: HeldDirectory) {
    this.#directory = directory
    this.#files = files
    this.#held = held
  }

  append(_records: readonly LogRecord[], _expectedHead: number): Promise<void> {
    return Promise.reject(new ClyraError('READ_ONLY', 'the log was opened read-only'))
  }

  async head(): Promise<number> {
    this.#assertOpen()
    await this.#follow()
    return this.#files.size
  }

  async read(range: ReadRange): Promise<StoredRecord[]> {
    this.#assertOpen()
    if ('from' in range && range.from + range.limit > this.#files.size) await this.#follow()
    return this.#files.read(range, this.#files.size)
  }

  scan(from: number, until: number, limit: number): AsyncIterable<StoredRecord[]> | undefined {
    this.#assertOpen()
    return scanAhead(this.#files, { from, until: Math.min(until, this.#files.size), limit }, () => this.#assertOpen())
  }

  async moved(size: number, signal?: AbortSignal): Promise<void> {
    const ended = () => signal?.aborted === true || this.#closing.signal.aborted
    while (!ended()) {
      const mark = await readMark(this.#directory).catch(() => undefined)
      // Whoever is woken reads, and is told.
      if (!this.#isSame()) return
      if ((mark !== undefined && mark.size > size) || this.#files.size > size) return
      await sleepUntil(POLL_MS, signal, this.#closing.signal)
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    await this.#following?.catch(() => undefined)
    await this.#files.close()
    await this.#held.file?.close()
  }

  /** Takes over what the writer has published until now. One at a time; one that began before may have looked too early. */
  #follow(): Promise<void> {
    if (this.#following === undefined) return this.#startFollowing()
    this.#followingNext ??= this.#following
      .catch(() => undefined)
      .then(() => {
        this.#followingNext = undefined
        this.#assertOpen()
        return this.#following ?? this.#startFollowing()
      })
    return this.#followingNext
  }

  #startFollowing(): Promise<void> {
    this.#following = this.#readOn().finally(() => {
      this.#following = undefined
    })
    return this.#following
  }

  #isSame(): boolean {
    try {
      this.#held.assertSame()
      return true
    } catch {
      return false
    }
  }

  async #readOn(): Promise<void> {
    const mark = await readMark(this.#directory)
    this.#held.assertSame()
    while (mark !== undefined && this.#files.size < mark.size) {
      const newest = this.#files.newest
      if (newest === undefined || !(await this.#readFrames(newest, mark))) await this.#nextSegment(mark)
    }
  }

  /** Reads the frames behind the known end of a segment. False where there are none: the log goes on in the next one. */
  async #readFrames(segment: NonNullable<SegmentFiles['newest']>, mark: DurableMark): Promise<boolean> {
    const until = mark.segment === segment.firstPosition ? mark.offset : undefined
    if (until !== undefined && until <= segment.end) throw this.#behind(mark)
    const bytes = await readFrom(segment.path, segment.end, until)
    let at = 0
    while (at < bytes.length) {
      const frame = decodeFrame(bytes, at)
      if (frame === undefined || frame.firstPosition !== this.#files.size) break
      const start = at
      segment.grow(
        segment.end,
        frame.entries.map((entry) => entry - start),
        frame.paddedLength,
      )
      at += frame.paddedLength
    }
    if (at === 0 && until !== undefined) throw this.#behind(mark)
    return at > 0
  }

  async #nextSegment(mark: DurableMark): Promise<void> {
    const path = join(this.#directory, segmentName(this.#files.size))
    const header = decodeSegmentHeader(
      await readFrom(path, 0, HEADER_BYTES).catch((error: unknown) => {
        throw isMissingFile(error) ? this.#behind(mark) : error
      }),
    )
    if (header === 'too-new')
      throw new ClyraError('FORMAT_TOO_NEW', `the segment ${path} was written by a newer release`, {
        details: { path },
      })
    if (header === 'damaged' || header.firstPosition !== this.#files.size) throw this.#behind(mark)
    this.#files.add(path, header.firstPosition, HEADER_BYTES, header.genesis)
  }

  #behind(mark: DurableMark): ClyraError {
    const position = this.#files.size
    return new ClyraError(
      'LOG_CORRUPT',
      `the writer published ${mark.size} durable records, but after ${position} there is none that can be read`,
      {
        details: { position, published: mark.size },
      },
    )
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new ClyraError('LEDGER_CLOSED', 'the log was closed')
  }
}

async function readFrom(path: string, from: number, until: number | undefined): Promise<Buffer> {
  const file = await openStateHandle(path, 'r')
  try {
    const length = (until ?? (await file.stat()).size) - from
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, length)), 0, Math.max(0, length), from)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw fromSystemError(error, 'read the segment', path)
  } finally {
    await file.close()
  }
}

/** Sleeps; an abort of either signal ends it and leaves nothing behind. */
async function sleepUntil(ms: number, signal: AbortSignal | undefined, closing: AbortSignal): Promise<void> {
  const woken = new AbortController()
  const wake = () => woken.abort()
  const stops = [onAbort(signal, wake), onAbort(closing, wake)]
  try {
    if (signal?.aborted !== true && !closing.aborted) await sleep(ms, undefined, { signal: woken.signal })
  } catch {
    // Woken early.
  } finally {
    for (const stop of stops) stop()
  }
}
