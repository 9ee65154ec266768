import { type FileHandle, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { instantOf } from '../../events/index.js'
import type { LogRecord, LogStore, LogStoreCapabilities, ReadRange, StoredRecord } from '../../ports/index.js'
import { ensureDirectory, syncDirectory } from '../files/index.js'
import { LengthSignal } from '../length-signal.js'
import { assertNothingAt, type DirectoryLock, lockDirectory } from '../lock/index.js'
import { assertBatch, headMoved } from '../log-store-checks.js'
import { DurableMarkWriter } from './durable-mark.js'
import { NewestSegment } from './newest-segment.js'
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
  afterFailure: 'reopen',
  wakeUpMs: 100,
  maxBatchBytes: MAX_BATCH_BYTES,
  maxBatchRecords: MAX_BATCH_RECORDS,
}

/** The log of a ledger for its one writer. */
export interface EmbeddedLog extends LogStore {
  /**
   * Throws LEDGER_TAKEN_AWAY where this process may no longer be the one writer: asked before anything beside the log is
   * changed that belongs to it, such as a signed checkpoint.
   */
  assertHeld(): void
}

/**
 * Opens a log directory for writing: takes the lock, recovers, moves a torn tail to `torn/`, flushes what it found. The
 * directory above it is the ledger's. Rejects with LEDGER_LOCKED, LOCKS_UNSUPPORTED, LEDGER_TAKEN_AWAY, LOG_CORRUPT,
 * FORMAT_TOO_NEW, READ_ONLY, PERMISSION_DENIED, DISK_FULL.
 */
export async function openEmbeddedLogStore(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const { directory, cacheDirectory, command, lockWaitMs } = options
  await ensureDirectory(directory)
  const lock = await lockDirectory(directory, { command, waitMs: lockWaitMs, within: dirname(directory) })
  let mark: DurableMarkWriter | undefined
  let segment: NewestSegment | undefined
  try {
    await ensureDirectory(cacheDirectory)
    const files = new SegmentFiles(cacheDirectory, await repair(options, lock), () => lock.assertHeld())
    if (files.newest !== undefined) {
      lock.assertHeld()
      // Frames of a killed writer may be in the page cache only: they count from now on, so they are flushed now.
      segment = await NewestSegment.open(files.newest)
      await syncDirectory(directory)
    }
    mark = await DurableMarkWriter.open(directory)
    lock.assertHeld()
    const store = new EmbeddedLogStore(options, files, lock, mark, segment)
    store.publish()
    return store
  } catch (error) {
    await segment?.close()
    await mark?.close()
    await lock.release()
    throw fromSystemError(error, 'open the log in', directory)
  }
}

async function repair(
  { directory, cacheDirectory, sealedSize = 0, onWarning, now = Date.now }: EmbeddedLogOptions,
  lock: DirectoryLock,
) {
  const found = await recoverLog({ directory, cacheDirectory, sealedSize })
  if (found.torn === undefined) return found
  await rm(join(cacheDirectory, tableName(found.torn.firstPosition)), { force: true })
  const stamp = instantOf(now).replace(/[:.]/g, '')
  const moved = await moveTornTail(found.torn, stamp, () => lock.assertHeld())
  onWarning?.(
    `the log ended in bytes that were never acknowledged, after ${found.size} records; they were moved to ${moved.join(', ')}`,
  )
  return recoverLog({ directory, cacheDirectory, sealedSize })
}

class EmbeddedLogStore implements EmbeddedLog {
  readonly capabilities = EMBEDDED_CAPABILITIES
  readonly #options: EmbeddedLogOptions
  readonly #files: SegmentFiles
  readonly #lock: DirectoryLock
  readonly #mark: DurableMarkWriter
  readonly #signal = new LengthSignal()
  readonly #saving = new Set<Promise<void>>()
  #segment: NewestSegment | undefined
  /** Where frames are made: one is on its way to the disk at a time. */
  #frameBuffer: Buffer = Buffer.alloc(0)
  #size: number
  #failure: ClyraError | undefined
  #appending = false
  #closed: Promise<void> | undefined

  constructor(
    options: EmbeddedLogOptions,
    files: SegmentFiles,
    lock: DirectoryLock,
    mark: DurableMarkWriter,
    segment: NewestSegment | undefined,
  ) {
    this.#options = options
    this.#files = files
    this.#lock = lock
    this.#mark = mark
    this.#segment = segment
    this.#size = files.size
    this.#signal.announce(this.#size)
  }

  async append(records: readonly LogRecord[], expectedHead: number): Promise<void> {
    this.#assertOpen()
    assertBatch(records, expectedHead, this.capabilities)
    if (this.#failure?.code === 'LEDGER_TAKEN_AWAY') throw this.#failure
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
      if (failure.code === 'DISK_FULL' || failure.code === 'LEDGER_TAKEN_AWAY') throw failure
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

  assertHeld(): void {
    this.#assertOpen()
    if (this.#failure?.code === 'LEDGER_TAKEN_AWAY') throw this.#failure
    this.#lock.assertHeld()
    this.#segment?.assertInPlace()
  }

  /** Throws LEDGER_TAKEN_AWAY where anybody else may write the log, or has. Between the writes of an append. */
  #assertAlone(): void {
    this.#lock.assertHeld()
    this.#segment?.assertAsLeft()
  }

  /**
   * One frame, durable when it returns. The table in memory grows only then.
   *
   * Whoever takes the lock away and opens the log reads it after that. So a frame that was flushed while the lock was
   * still this process's is in what he reads, and only such a frame is acknowledged.
   */
  async #write(records: readonly LogRecord[]): Promise<void> {
    const frame = encodeFrame(records, this.#size, this.#frameBuffer)
    if (frame.bytes.length > this.#frameBuffer.length && frame.bytes.length <= LARGEST_BUFFER)
      this.#frameBuffer = frame.bytes
    const newest = this.#files.newest
    const limit = this.#options.segmentBytes ?? SEGMENT_BYTES
    const fits = newest !== undefined && (newest.count === 0 || newest.end + frame.bytes.length <= limit)
    if (!fits) return this.#writeNewSegment(records, frame)
    // The store was opened on, or itself began, the newest segment.
    const segment = this.#segment!
    this.#assertAlone()
    try {
      await segment.append(frame.bytes)
    } catch (error) {
      segment.takeBack(frame.bytes.length, () => this.#lock.assertHeld())
      throw error
    }
    await this.#flush(segment.file)
    this.#assertAlone()
    segment.assertEndsWith(frame.bytes)
    // A writer that knows of no lock may have begun one there.
    assertNothingAt(join(this.#options.directory, segmentName(this.#size)))
    newest.grow(newest.end, frame.entries, frame.bytes.length)
  }

  async #writeNewSegment(records: readonly LogRecord[], frame: ReturnType<typeof encodeFrame>): Promise<void> {
    // The first record of all is the genesis; its leaf names the ledger in every segment.
    const genesis = this.#files.genesis ?? records[0]!.leaf
    const path = join(this.#options.directory, segmentName(this.#size))
    this.#assertAlone()
    assertNothingAt(path)
    const segment = await NewestSegment.create(path)
    const header = encodeSegmentHeader({ firstPosition: this.#size, genesis })
    const bytes = Buffer.concat([header, frame.bytes])
    try {
      await segment.append(bytes)
    } catch (error) {
      await segment.discard(() => this.#lock.assertHeld())
      throw error
    }
    try {
      await this.#flush(segment.file)
      await syncDirectory(dirname(path))
      this.#assertAlone()
      segment.assertAsLeft()
      segment.assertEndsWith(bytes)
    } catch (error) {
      await segment.close()
      throw error
    }
    await this.#finishSegment()
    this.#segment = segment
    this.#files.add(path, this.#size, HEADER_BYTES, genesis).grow(HEADER_BYTES, frame.entries, frame.bytes.length)
  }

  #flush(file: FileHandle): Promise<void> {
    return this.#options.flush === undefined ? file.datasync() : this.#options.flush(file)
  }

  async #finishSegment(): Promise<void> {
    const finished = this.#files.newest
    await this.#segment?.close()
    this.#segment = undefined
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
    await this.#segment?.close()
    await this.#files.close()
    await this.#mark.close()
    await this.#lock.release()
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new ClyraError('LEDGER_CLOSED', 'the log was closed')
  }
}

/** A larger one is not kept for the next frame. */
const LARGEST_BUFFER = 8 * 1024 * 1024
