import { HashedRecord } from '../../ledger/index.js'
import type { StoredRecord } from '../../ports/index.js'
import { CheckingThread } from './checking-thread.js'
import type { SegmentFiles } from './segment-files.js'
import { type Extent, leafAt, leafHexAt, recordAt } from './stored-entries.js'

/** With fewer records it takes longer to start a thread than it saves. */
const WORTH_A_THREAD = 16_384
/** Batches that the thread may be ahead. */
const AHEAD = 4

export interface ScanRange {
  readonly from: number
  readonly until: number
  /** Of one batch. */
  readonly limit: number
}

/**
 * Reads a range in order while a thread reads and checks ahead. Undefined where a thread is not worth it or not to be had.
 *
 * The thread only ever says that all is well with a batch. Until it is ready, where it found anything or has ended, the
 * batch is read and checked here as any other, so that what is refused is refused in the same place and words.
 */
export function scanAhead(
  files: SegmentFiles,
  range: ScanRange,
  assertOpen: () => void,
): AsyncIterable<StoredRecord[]> | undefined {
  const worthIt = range.until - range.from >= WORTH_A_THREAD && CheckingThread.helps()
  return worthIt ? scan(files, range, assertOpen) : undefined
}

async function* scan(
  files: SegmentFiles,
  { from, until, limit }: ScanRange,
  assertOpen: () => void,
): AsyncGenerator<StoredRecord[]> {
  const thread = new CheckingThread()
  const reading: Promise<StoredRecord[]>[] = []
  let next = from
  let ended = false
  const read = async (extent: Extent): Promise<StoredRecord[]> => {
    const checked = thread.ready ? await thread.check(extent) : undefined
    if (checked !== undefined) return recordsOf(extent, Buffer.from(checked))
    return ended ? [] : files.readExtent(extent)
  }
  try {
    for (;;) {
      while (next < until && reading.length < (thread.ready ? AHEAD : 1)) {
        const extent = await files.extent(next, Math.min(limit, until - next))
        next += extent.entries.length
        const records = read(extent)
        // Whoever stops here does not hear of what was read ahead of him.
        records.catch(() => undefined)
        reading.push(records)
      }
      const records = await reading.shift()
      if (records === undefined) return
      assertOpen()
      yield records
    }
  } finally {
    ended = true
    await thread.end()
    await Promise.allSettled(reading)
  }
}

function recordsOf({ firstPosition, entries }: Extent, bytes: Buffer): StoredRecord[] {
  const records: StoredRecord[] = []
  for (const at of entries) {
    const position = firstPosition + records.length
    records.push(HashedRecord.checkedByThread(position, leafAt(bytes, at), recordAt(bytes, at), leafHexAt(bytes, at)))
  }
  return records
}
