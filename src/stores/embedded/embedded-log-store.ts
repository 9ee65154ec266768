import { writeSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { LogRecord, LogStore, LogStoreCapabilities, ReadRange, StoredRecord } from '../../ledger/log-store.js'
import { ensureDirectory, syncDirectory } from '../files/durable-file.js'
import { LengthSignal } from '../length-signal.js'
import { assertBatch, headMoved } from '../log-store-checks.js'
import { type DirectoryLock, lockDirectory } from './directory-lock.js'
import { DurableMarkWriter } from './durable-mark.js'
import { tableName } from './offset-table.js'
import { recoverLog } from './recover-log.js'
import { type Segment, SegmentFiles } from './segment-files.js'
import {
  encodeFrame,
  encodeSegmentHeader,
  HEADER_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  SEGMENT_BYTES,
  segmentName,
} from './segment-format.js'
import { moveTornTail } from './torn-tail.js'

export interface EmbeddedLogOptions {
  readonly directory: string
  /** For offset tables: derived, deletable. */
  readonly cacheDirectory: string
  /** Records that a signed checkpoint covers; they must be there. Default 0. */
  readonly sealedSize?: number
  readonly onWarning?: (message: string) => void
  /** What this process is, for whoever finds the ledger locked. */
  readonly command?: string | undefined
  readonly lockWaitMs?: number | undefined
  /** Milliseconds since 1970, for names in `torn/`. */
  readonly now?: (() => number) | undefined
  /** Bytes after which a new segment is begun; for tests. */
  readonly segmentBytes?: number | undefined
  /** How appended bytes reach the device; a test may leave it out and must then fail. */
  readonly flush?: ((file: FileHandle) => Promise<void>) | undefined
}

export const EMBEDDED_CAPABILITIES: LogStoreCapabilities = {
  durability: 'fsync',
  writers: 'one-process',
  wakeUpMs: 100,
  maxBatchBytes: MAX_BATCH_BYTES,
  maxBatchRecords: MAX_BATCH_RECORDS,
}

/**
 * Opens a log directory for writing: takes the lock, recovers, moves a torn tail to `torn/`, flushes what it found.
 * Rejects with LEDGER_LOCKED, LOG_CORRUPT, FORMAT_TOO_NEW, READ_ONLY, PERMISSION_DENIED, DISK_FULL.
 */
export async function openEmbeddedLogStore(options: EmbeddedLogOptions): Promise<LogStore> {
  const { directory, cacheDirectory, command, lockWaitMs } = options
  await ensureDirectory(directory)
  const lock = await lockDirectory(directory, { command, waitMs: lockWaitMs })
  let mark: DurableMarkWriter | undefined
  let file: FileHandle | undefined
  try {
    await ensureDirectory(cacheDirectory)
    const { segments, genesis } = await repair(options)
    const files = new SegmentFiles(cacheDirectory, segments, genesis)
    const newest = files.newest
    if (newest !== undefined) {
      // Frames of a killed writer may be in the page cache only: they count from now on, so they are flushed now.
      file = await open(newest.path, 'r+')
      await writeLastFrameAgain(file, newest)
      await file.datasync()
      await syncDirectory(directory)
    }
    mark = await DurableMarkWriter.open(directory)
    const store = new EmbeddedLogStore(options, files, lock, mark, file)
    store.publish()
    return store
  } catch (error) {
    await file?.close()
    await mark?.close()
    await lock.release()
    throw fromSystemError(error, 'open the log in', directory)
  }
}

async function repair({ directory, cacheDirectory, sealedSize = 0, onWarning, now = Date.now }: EmbeddedLogOptions) {
  const found = await recoverLog({ directory, cacheDirectory, sealedSize })
  if (found.torn === undefined) return found
  await rm(join(cacheDirectory, tableName(found.torn.firstPosition)), { force: true })
  const stamp = new Date(now()).toISOString().replace(/[:.]/g, '')
  const moved = await moveTornTail(found.torn, stamp)
  onWarning?.(
    `the log ended in bytes that were never acknowledged, after ${found.size} records; they were moved to ${moved.join(', ')}`,
  )
  return recoverLog({ directory, cacheDirectory, sealedSize })
}

class EmbeddedLogStore implements LogStore {
  readonly capabilities = EMBEDDED_CAPABILITIES
  readonly #options: EmbeddedLogOptions
  readonly #files: SegmentFiles
  readonly #lock: DirectoryLock
  readonly #mark: DurableMarkWriter
  readonly #signal = new LengthSignal()
  readonly #saving = new Set<Promise<void>>()
  #file: FileHandle | undefined
  /** Where frames are made: one is on its way to the disk at a time. */
  #room: Buffer = Buffer.alloc(0)
  #size: number
  #failure: ClyraError | undefined
  #appending = false
  #closed: Promise<void> | undefined

  constructor(
    options: EmbeddedLogOptions,
    files: SegmentFiles,
    lock: DirectoryLock,
    mark: DurableMarkWriter,
    file: FileHandle | undefined,
  ) {
    this.#options = options
    this.#files = files
    this.#lock = lock
    this.#mark = mark
    this.#file = file
    this.#size = files.size
    this.#signal.announce(this.#size)
  }

  async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    this.#assertOpen()
    assertBatch(records, expectedHead, this.capabilities)
    if (this.#failure !== undefined) {
      throw new ClyraError('STORE_FAILED', `the log took no more appends after: ${this.#failure.message}`, {
        cause: this.#failure,
      })
    }
    if (this.#size !== expectedHead) throw headMoved(expectedHead, this.#size)
    if (this.#appending) throw new ClyraError('INTERNAL', 'two appends to one log overlap')
    this.#appending = true
    try {
      await this.#write(records)
    } catch (error) {
      const failure = fromSystemError(error, 'append to the log in', this.#options.directory)
      this.#failure = failure
      if (failure.code === 'DISK_FULL') throw failure
      throw new ClyraError('STORE_FAILED', `${failure.message}; the log takes no append until it is opened again`, {
        details: failure.details,
        cause: error,
      })
    } finally {
      this.#appending = false
    }
    this.#size += records.length
    // Nothing more can fail the append: the records are durable. A mark that cannot be written only holds readers back.
    try {
      this.publish()
    } catch (error) {
      this.#options.onWarning?.(`readers are not told of new records: ${String(error)}`)
    }
    this.#signal.announce(this.#size)
  }

  async head(): Promise<number> {
    this.#assertOpen()
    return this.#size
  }

  async read(range: ReadRange): Promise<StoredRecord[]> {
    this.#assertOpen()
    return this.#files.read(range, this.#size)
  }

  moved(size: number, signal?: AbortSignal): Promise<void> {
    return this.#closed === undefined ? this.#signal.beyond(size, signal) : Promise.resolve()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Tells readers of other processes how far they may read. */
  publish(): void {
    const newest = this.#files.newest
    this.#mark.publish({ size: this.#size, segment: newest?.firstPosition ?? 0, offset: newest?.end ?? 0 })
  }

  /** One frame, durable when it returns. The table in memory grows only then. */
  async #write(records: readonly LogRecord[]): Promise<void> {
    const frame = encodeFrame(records, this.#size, this.#room)
    if (frame.bytes.length > this.#room.length && frame.bytes.length <= MOST_ROOM) this.#room = frame.bytes
    const newest = this.#files.newest
    const limit = this.#options.segmentBytes ?? SEGMENT_BYTES
    const fits = newest !== undefined && (newest.count === 0 || newest.end + frame.bytes.length <= limit)
    if (!fits) return this.#writeNewSegment(records, frame)
    const at = newest.end
    // The store was opened on, or itself began, the newest segment.
    const file = this.#file!
    try {
      await writeAll(file, frame.bytes, at)
    } catch (error) {
      // Best effort, to leave no torn tail on a full disk; recovery takes care of it else.
      await file.truncate(at).catch(() => undefined)
      throw error
    }
    await this.#flush(file)
    newest.grow(at, frame.entries, frame.bytes.length)
  }

  async #writeNewSegment(records: readonly LogRecord[], frame: ReturnType<typeof encodeFrame>): Promise<void> {
    // The first record of all is the genesis; its leaf names the ledger in every segment.
    const genesis = this.#files.genesis ?? records[0]!.leaf
    const path = join(this.#options.directory, segmentName(this.#size))
    const file = await open(path, 'wx', 0o600)
    try {
      const header = encodeSegmentHeader({ firstPosition: this.#size, genesis })
      await writeAll(file, Buffer.concat([header, frame.bytes]), 0)
    } catch (error) {
      await file.close()
      await rm(path, { force: true }).catch(() => undefined)
      throw error
    }
    await this.#flush(file)
    await syncDirectory(dirname(path))
    await this.#finishSegment()
    this.#file = file
    this.#files.add(path, this.#size, HEADER_BYTES, genesis).grow(HEADER_BYTES, frame.entries, frame.bytes.length)
  }

  #flush(file: FileHandle): Promise<void> {
    return this.#options.flush === undefined ? file.datasync() : this.#options.flush(file)
  }

  async #finishSegment(): Promise<void> {
    const finished = this.#files.newest
    await this.#file?.close()
    this.#file = undefined
    if (finished !== undefined) this.#saveTable(finished)
  }

  /** Behind the append: a table that cannot be saved is made again at the next opening. */
  #saveTable(segment: Segment): void {
    const saving = this.#files
      .saveTable(segment)
      .catch((error) =>
        this.#options.onWarning?.(`the offset table of ${segment.path} was not saved: ${String(error)}`),
      )
      .finally(() => this.#saving.delete(saving))
    this.#saving.add(saving)
  }

  async #close(): Promise<void> {
    const newest = this.#files.newest
    if (newest !== undefined) this.#saveTable(newest)
    this.#signal.wakeAll()
    await Promise.all(this.#saving)
    await this.#file?.close()
    await this.#files.close()
    await this.#mark.close()
    await this.#lock.release()
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new ClyraError('LEDGER_CLOSED', 'the log was closed')
  }
}

/**
 * After a flush that failed the kernel may hold pages for clean that never reached the device, and the next flush passes
 * over them. Only the last frame can be such a one, for after a failed flush nothing is appended: its bytes, and those
 * of the header where it is the first, are made dirty again.
 */
async function writeLastFrameAgain(file: FileHandle, { lastFrame, end }: Segment): Promise<void> {
  const from = lastFrame <= HEADER_BYTES ? 0 : lastFrame
  const bytes = Buffer.allocUnsafe(end - from)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  for (let done = 0; done < bytesRead; ) {
    const { bytesWritten } = await file.write(bytes, done, bytesRead - done, from + done)
    done += bytesWritten
  }
}

const SMALL_FRAME = 64 * 1024
/** What larger frames were made in is not kept. */
const MOST_ROOM = 8 * 1024 * 1024

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  let done = 0
  // A small frame goes to the page cache on this thread; only the flush, which may take its time, is left to another.
  while (bytes.length <= SMALL_FRAME && done < bytes.length) {
    done += writeSync(file.fd, bytes, done, bytes.length - done, at + done)
  }
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}
