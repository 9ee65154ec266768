import type { FileHandle } from 'node:fs/promises'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { HashedRecord } from '../../ledger/index.js'
import type { ReadRange, StoredRecord } from '../../ports/index.js'
import { openStateHandle, readStateFileLater } from '../../system/index.js'
import { loadOffsets, type OffsetTable, saveOffsets } from './offset-table.js'
import type { SegmentInfo } from './recover-log.js'
import { scanSegment } from './scan-segment.js'
import { type Extent, leafAt, prefixedRecordAt } from './stored-entries.js'

/** No read takes more bytes into memory at once, unless a single record needs it. */
const READ_BYTES = 4 * 1024 * 1024
const KEPT_TABLES = 16
const KEPT_FILES = 16

/** A segment with where its records lie; the table of an old one may have to be read again. */
class Segment {
  readonly path: string
  readonly firstPosition: number
  count: number
  end: number
  lastFrame: number
  #offsets: Uint32Array | undefined

  constructor({ path, firstPosition, offsets, end, lastFrame }: SegmentInfo) {
    this.path = path
    this.firstPosition = firstPosition
    this.count = offsets.length
    this.end = end
    this.lastFrame = lastFrame
    this.#offsets = offsets
  }

  get offsets(): Uint32Array | undefined {
    return this.#offsets
  }

  set offsets(offsets: Uint32Array | undefined) {
    this.#offsets = offsets
  }

  /** Adds the records of one frame at `at`; `entries` are from the start of the frame. */
  grow(at: number, entries: readonly number[], paddedLength: number): void {
    let offsets = this.#offsets ?? new Uint32Array(0)
    if (this.count + entries.length > offsets.length) {
      const larger = new Uint32Array(Math.max(1024, 2 * (this.count + entries.length)))
      larger.set(offsets.subarray(0, this.count))
      offsets = larger
    }
    for (let i = 0; i < entries.length; i++) offsets[this.count + i] = at + entries[i]!
    this.#offsets = offsets
    this.count += entries.length
    this.lastFrame = at
    this.end = at + paddedLength
  }

  table(): OffsetTable | undefined {
    if (this.#offsets === undefined) return undefined
    const { firstPosition, end, lastFrame } = this
    return { firstPosition, offsets: this.#offsets.slice(0, this.count), end, lastFrame }
  }
}

/** The files of a log, for reading: what the writer and the readers of other processes share. */
export class SegmentFiles {
  readonly #cacheDirectory: string
  readonly #assertSame: () => void
  #segments: Segment[]
  #genesis: Uint8Array | undefined
  /** Open files and loaded tables, least recently used first. */
  readonly #files = new Map<string, Promise<FileHandle>>()
  readonly #tables = new Set<Segment>()

  /** `assertSame` throws where the directory of the segments is not the one that they were found in any more. */
  constructor(
    cacheDirectory: string,
    { segments, genesis }: { readonly segments: readonly SegmentInfo[]; readonly genesis: Uint8Array | undefined },
    assertSame: () => void,
  ) {
    this.#cacheDirectory = cacheDirectory
    this.#assertSame = assertSame
    this.#segments = segments.map((segment) => new Segment(segment))
    this.#genesis = genesis
    for (const segment of this.#segments.slice(0, -1)) this.#remember(segment)
  }

  get genesis(): Uint8Array | undefined {
    return this.#genesis
  }

  get newest(): Segment | undefined {
    return this.#segments[this.#segments.length - 1]
  }

  get size(): number {
    const newest = this.newest
    return newest === undefined ? 0 : newest.firstPosition + newest.count
  }

  add(path: string, firstPosition: number, end: number, genesis: Uint8Array): Segment {
    this.#genesis ??= genesis
    const before = this.newest
    if (before !== undefined) this.#remember(before)
    const segment = new Segment({ path, firstPosition, offsets: new Uint32Array(0), end, lastFrame: end })
    this.#segments.push(segment)
    return segment
  }

  /** See `LogStore.read`. `size`: records that may be shown. */
  async read(range: ReadRange, size: number): Promise<StoredRecord[]> {
    if ('from' in range) {
      const from = Math.max(0, range.from)
      const limit = Math.min(range.limit, size - from)
      return limit <= 0 ? [] : this.readExtent(await this.extent(from, limit))
    }
    const before = Math.min(range.before, size)
    if (before <= 0) return []
    const segment = this.#find(before - 1)
    const from = Math.max(segment.firstPosition, before - range.limit)
    const records = await this.#readTail(segment, from, before - from)
    return records.reverse()
  }

  /** Saves the table of a segment, so that it need not be scanned at the next opening. */
  async saveTable(segment: Segment): Promise<void> {
    const table = segment.table()
    if (table !== undefined && table.offsets.length > 0 && this.#genesis !== undefined) {
      await saveOffsets(this.#cacheDirectory, table, this.#genesis)
    }
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()]
    this.#files.clear()
    for (const file of files) await (await file.catch(() => undefined))?.close()
  }

  /** Where the records from `from` on lie, as many as one read takes; at most `limit`, at least one. */
  async extent(from: number, limit: number): Promise<Extent> {
    const segment = this.#find(from)
    const first = from - segment.firstPosition
    const offsets = await this.#offsets(segment)
    const end = Math.min(segment.count, first + limit)
    let last = end
    if (endOf(segment, offsets, end - 1) - offsets[first]! > READ_BYTES) {
      last = first + 1
      while (last < end && endOf(segment, offsets, last) - offsets[first]! <= READ_BYTES) last++
    }
    return extentOf(segment, offsets, first, last)
  }

  async #readTail(segment: Segment, from: number, count: number): Promise<StoredRecord[]> {
    const offsets = await this.#offsets(segment)
    const end = from - segment.firstPosition + count
    let first = from - segment.firstPosition
    while (first < end - 1 && endOf(segment, offsets, end - 1) - offsets[first]! > READ_BYTES) first++
    return this.readExtent(extentOf(segment, offsets, first, end))
  }

  /** Reads and hashes the records of an extent. Rejects with LOG_CORRUPT for the first that does not have its leaf. */
  async readExtent(extent: Extent): Promise<StoredRecord[]> {
    const bytes = await this.#readBytes(extent.path, extent.start, extent.length)
    const records: StoredRecord[] = []
    for (const at of extent.entries) {
      const position = extent.firstPosition + records.length
      const prefixed = prefixedRecordAt(bytes, at)
      const record = prefixed && HashedRecord.inPlace(position, leafAt(bytes, at), prefixed)
      if (record === undefined) throw damaged(extent.path, extent.start + at, position)
      records.push(record)
    }
    return records
  }

  async #readBytes(path: string, from: number, length: number): Promise<Buffer> {
    try {
      const file = await this.#open(path)
      // Its own memory: the records that are given out are views into it.
      const buffer = Buffer.from(new ArrayBuffer(length))
      let done = 0
      while (done < length) {
        const { bytesRead } = await file.read(buffer, done, length - done, from + done)
        if (bytesRead === 0) return buffer.subarray(0, done)
        done += bytesRead
      }
      return buffer
    } catch (error) {
      throw fromSystemError(error, 'read the segment', path)
    }
  }

  #open(path: string): Promise<FileHandle> {
    const known = this.#files.get(path)
    const file = known ?? this.#openSame(path)
    this.#files.delete(path)
    this.#files.set(path, file)
    const oldest = this.#files.size > KEPT_FILES ? this.#files.entries().next().value : undefined
    if (oldest !== undefined) {
      this.#files.delete(oldest[0])
      // A read that is under way on it ends first: Node closes a file when its last request is done.
      oldest[1].then((one) => one.close()).catch(() => undefined)
    }
    return file
  }

  async #openSame(path: string): Promise<FileHandle> {
    const file = await openStateHandle(path, 'r')
    try {
      this.#assertSame()
      return file
    } catch (error) {
      await file.close()
      throw error
    }
  }

  #find(position: number): Segment {
    let lo = 0
    let hi = this.#segments.length - 1
    while (lo < hi) {
      const middle = (lo + hi + 1) >>> 1
      if (this.#segments[middle]!.firstPosition <= position) lo = middle
      else hi = middle - 1
    }
    // Only asked for positions below `size`.
    return this.#segments[lo]!
  }

  async #offsets(segment: Segment): Promise<Uint32Array> {
    if (segment.offsets !== undefined) {
      if (this.#tables.has(segment)) this.#remember(segment)
      return segment.offsets
    }
    const table =
      this.#genesis === undefined
        ? undefined
        : await loadOffsets(this.#cacheDirectory, segment.firstPosition, this.#genesis)
    const usable = table !== undefined && table.offsets.length === segment.count && table.end === segment.end
    segment.offsets = usable ? table.offsets : await this.#scan(segment)
    this.#remember(segment)
    return segment.offsets
  }

  async #scan(segment: Segment): Promise<Uint32Array> {
    const bytes = await readStateFileLater(segment.path).catch((error: unknown) => {
      throw fromSystemError(error, 'read the segment', segment.path)
    })
    const scan = scanSegment(bytes.subarray(0, segment.end), segment.firstPosition, this.#genesis)
    if (scan === 'too-new' || scan.offsets.length !== segment.count) {
      const at = scan === 'too-new' ? 0 : scan.end
      throw damaged(segment.path, at, segment.firstPosition + (scan === 'too-new' ? 0 : scan.offsets.length))
    }
    return Uint32Array.from(scan.offsets)
  }

  /** Tables of segments that are complete may be dropped; they can be read again. */
  #remember(segment: Segment): void {
    this.#tables.delete(segment)
    this.#tables.add(segment)
    if (this.#tables.size <= KEPT_TABLES) return
    const oldest = this.#tables.values().next().value
    if (oldest === undefined) return
    this.#tables.delete(oldest)
    oldest.offsets = undefined
  }
}

export type { Segment }

function extentOf(segment: Segment, offsets: Uint32Array, first: number, last: number): Extent {
  const start = offsets[first]!
  return {
    path: segment.path,
    start,
    length: endOf(segment, offsets, last - 1) - start,
    firstPosition: segment.firstPosition + first,
    entries: offsets.subarray(first, last).map((offset) => offset - start),
  }
}

/** Where the entry at `index` ends at the latest: at the next one, or at the end of the segment's good part. */
function endOf(segment: Segment, offsets: Uint32Array, index: number): number {
  return index + 1 < segment.count ? offsets[index + 1]! : segment.end
}

function damaged(path: string, offset: number, position: number): ClyraError {
  return new ClyraError(
    'LOG_CORRUPT',
    `the log is damaged in segment ${path} at offset ${offset}: the record at position ${position} is not what was appended`,
    {
      details: { segment: path, offset, position },
    },
  )
}
