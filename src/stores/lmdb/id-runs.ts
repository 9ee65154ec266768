import { compareIds, ENTRY_BYTES, ID_BYTES, mergeRuns, positionIn, runOf } from '../index/index.js'
import { collect, damagedIndex, get, type Table } from './lmdb-table.js'

/** One run: its number, which is also its place in the order of keys, how many ids it has, and the least and greatest. */
export interface RunEntry {
  readonly run: number
  readonly count: number
  readonly least: Uint8Array
  readonly greatest: Uint8Array
}

/** What is remembered of a run: the first id of each chunk, and the chunk that was looked at last. */
interface KnownRun {
  readonly firsts: Uint8Array
  chunk: number
  entries: Uint8Array
}

/** Which runs there are, largest first, and the number of the next one. */
export interface RunDirectory {
  readonly next: number
  readonly runs: readonly RunEntry[]
}

export const NO_RUNS: RunDirectory = { next: 0, runs: [] }

/** So many entries, with their key, fill a page of LMDB. */
const CHUNK_ENTRIES = 180
/** Runs of about one size that are merged into one. */
const FANOUT = 4
/** Runs of this size are left as they are: a merge takes memory, and the writer waits for it in the end. */
const MOST_MERGED = 512 * 1024

/**
 * The ids of the index as sorted runs, cut into chunks: run(6) and first id(16) -> entries. What a run holds never
 * changes; a merge writes a new one and removes the old ones in the same transaction.
 */
export class IdRuns {
  readonly #table: Table
  /** Of the runs that were looked into; undefined where nothing may be remembered. */
  readonly #known: Map<number, KnownRun> | undefined

  /** `remembers`: for the one writer, who says with `forget` when numbers of runs begin anew. */
  constructor(table: Table, remembers: boolean) {
    this.#table = table
    this.#known = remembers ? new Map() : undefined
  }

  forget(): void {
    this.#known?.clear()
  }

  position(directory: RunDirectory, id: Uint8Array): number | undefined {
    this.#dropMerged(directory)
    for (const { run, least, greatest } of directory.runs) {
      if (compareIds(id, 0, least, 0) < 0 || compareIds(id, 0, greatest, 0) > 0) continue
      if (this.#known !== undefined) {
        const position = positionIn(this.#remembered(this.#known, run, id), id)
        if (position !== undefined) return position
        continue
      }
      const [chunk] = collect(
        this.#table.getRange({ start: chunkKey(run, id, 0), reverse: true, limit: 1 }),
        (one) => one,
      )
      // The chunk before the first of this run would be of another run, and holds no such id.
      const position = chunk === undefined ? undefined : positionIn(entriesOf(chunk.value), id)
      if (position !== undefined) return position
    }
    return undefined
  }

  /** Entries that adding `count` ids will merge. */
  mergeAhead(directory: RunDirectory, count: number): number {
    const added = { run: directory.next, count, least: NO_ID, greatest: NO_ID }
    return dueIn(sorted([...directory.runs, added])).reduce((sum, { count }) => sum + count, 0)
  }

  /** Within a transaction: adds the ids of records `from` and following, and merges what is due. */
  add(directory: RunDirectory, ids: Uint8Array, from: number): RunDirectory {
    let { next } = directory
    let runs = sorted([...directory.runs, this.#write(next++, runOf(ids, from))])
    for (let due = dueIn(runs); due.length > 0; due = dueIn(runs)) {
      const merged = mergeRuns(due.map(({ run, count }) => this.#take(run, count)))
      const left = runs.filter((run) => !due.includes(run))
      runs = sorted([...left, this.#write(next++, merged)])
    }
    return { next, runs }
  }

  /**
   * Chunks that follow the key `after`, at most `limit`. A run that is made by a merge has a higher number than all
   * before it: whoever goes through all chunks while others are stored misses no id.
   */
  chunksAfter(after: Buffer | undefined, limit: number): { readonly key: Buffer; readonly entries: Uint8Array }[] {
    // The smallest key above another is that one with a zero byte.
    const range = after === undefined ? { limit } : { start: Buffer.concat([after, Buffer.alloc(1)]), limit }
    return collect(this.#table.getRange(range), ({ key, value }) => ({ key, entries: entriesOf(value) }))
  }

  /** The chunk in which the id would be: the one that was looked at last, as a rule, where ids come by time. */
  #remembered(all: Map<number, KnownRun>, run: number, id: Uint8Array): Uint8Array {
    let known = all.get(run)
    if (known === undefined) {
      const range = { start: chunkKey(run, NO_ID, 0), end: chunkKey(run + 1, NO_ID, 0) }
      const firsts = Buffer.concat(collect(this.#table.getKeys(range), (key) => key.subarray(6)))
      known = { firsts, chunk: -1, entries: NO_ID }
      all.set(run, known)
    }
    const chunk = lastNotAfter(known.firsts, id)
    if (chunk !== known.chunk) {
      const value = get(this.#table, chunkKey(run, known.firsts, chunk * ID_BYTES))
      if (value === undefined) throw damagedIndex(`a part of run ${run} of its ids is missing`)
      known.entries = entriesOf(value)
      known.chunk = chunk
    }
    return known.entries
  }

  #dropMerged({ runs }: RunDirectory): void {
    if (this.#known === undefined || this.#known.size <= 2 * runs.length) return
    for (const run of this.#known.keys()) if (!runs.some((one) => one.run === run)) this.#known.delete(run)
  }

  #write(run: number, entries: Uint8Array): RunEntry {
    const bytes = Buffer.from(entries.buffer, entries.byteOffset, entries.length)
    for (let at = 0; at < bytes.length; at += CHUNK_ENTRIES * ENTRY_BYTES) {
      this.#table.putSync(chunkKey(run, bytes, at), bytes.subarray(at, at + CHUNK_ENTRIES * ENTRY_BYTES))
    }
    const last = bytes.length - ENTRY_BYTES
    return {
      run,
      count: bytes.length / ENTRY_BYTES,
      least: entries.slice(0, ID_BYTES),
      greatest: entries.slice(last, last + ID_BYTES),
    }
  }

  /** The entries of a run, which is removed. */
  #take(run: number, count: number): Uint8Array {
    const entries = new Uint8Array(count * ENTRY_BYTES)
    let end = 0
    const keys = collect(
      this.#table.getRange({ start: chunkKey(run, NO_ID, 0), end: chunkKey(run + 1, NO_ID, 0) }),
      (one) => {
        const chunk = entriesOf(one.value)
        if (end + chunk.length <= entries.length) entries.set(chunk, end)
        end += chunk.length
        return one.key
      },
    )
    if (end !== entries.length)
      throw damagedIndex(`run ${run} of its ids has ${end} bytes instead of ${entries.length}`)
    for (const key of keys) this.#table.removeSync(key)
    return entries
  }
}

const NO_ID = new Uint8Array(ID_BYTES)

/** The number of the last of these ids that does not come after `id`; 0 where all do. */
function lastNotAfter(ids: Uint8Array, id: Uint8Array): number {
  let low = 0
  let high = ids.length / ID_BYTES
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (compareIds(ids, middle * ID_BYTES, id, 0) <= 0) low = middle
    else high = middle
  }
  return low
}

function chunkKey(run: number, ids: Uint8Array, at: number): Buffer {
  const key = Buffer.allocUnsafe(6 + ID_BYTES)
  key.writeUIntBE(run, 0, 6)
  for (let k = 0; k < ID_BYTES; k++) key[6 + k] = ids[at + k]!
  return key
}

function entriesOf(value: Buffer): Uint8Array {
  if (value.length === 0 || value.length % ENTRY_BYTES !== 0)
    throw damagedIndex(`a part of its ids has ${value.length} bytes`)
  return value
}

function sorted(runs: readonly RunEntry[]): RunEntry[] {
  return [...runs].sort((a, b) => b.count - a.count)
}

/** The smallest runs of one size class that has enough of them; none where nothing is to be merged. */
function dueIn(runs: readonly RunEntry[]): readonly RunEntry[] {
  const classes = new Map<number, RunEntry[]>()
  // Smallest first, so that merges go from the small to the large.
  for (const entry of [...runs].reverse()) {
    const size = Math.floor(Math.log2(entry.count) / Math.log2(FANOUT))
    const peers = classes.get(size) ?? []
    peers.push(entry)
    classes.set(size, peers)
    const total = peers.reduce((sum, { count }) => sum + count, 0)
    if (peers.length === FANOUT && total <= MOST_MERGED) return peers
  }
  return []
}

const RUN_BYTES = 6 + 6 + 2 * ID_BYTES

/** As the state of the index keeps it. */
export function encodeDirectory({ next, runs }: RunDirectory): Buffer {
  const bytes = Buffer.alloc(6 + RUN_BYTES * runs.length)
  bytes.writeUIntBE(next, 0, 6)
  runs.forEach(({ run, count, least, greatest }, i) => {
    const at = 6 + RUN_BYTES * i
    bytes.writeUIntBE(run, at, 6)
    bytes.writeUIntBE(count, at + 6, 6)
    bytes.set(least, at + 12)
    bytes.set(greatest, at + 12 + ID_BYTES)
  })
  return bytes
}

export function decodeDirectory(bytes: Buffer): RunDirectory {
  if (bytes.length < 6 || (bytes.length - 6) % RUN_BYTES !== 0) throw damagedIndex('the list of its runs is cut off')
  const runs: RunEntry[] = []
  for (let at = 6; at < bytes.length; at += RUN_BYTES) {
    runs.push({
      run: bytes.readUIntBE(at, 6),
      count: bytes.readUIntBE(at + 6, 6),
      least: bytes.subarray(at + 12, at + 12 + ID_BYTES),
      greatest: bytes.subarray(at + 12 + ID_BYTES, at + RUN_BYTES),
    })
  }
  return { next: bytes.readUIntBE(0, 6), runs }
}
