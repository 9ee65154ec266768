import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fromSystemError } from '../../errors/index.js'
import { createRegistry } from '../../events/index.js'
import {
  type Findings,
  type FsckResult,
  fsckLedger,
  HashedRecord,
  LedgerCore,
  missingEvidenceKey,
  readGenesis,
} from '../../ledger/index.js'
import type { LedgerIndex, LogStore, StoredRecord } from '../../ports/index.js'
import { readStateFileLater } from '../../system/index.js'
import { FileCheckpointStore, FileKeyRing, FileTileStore } from '../files/index.js'
import { type FsckOptions, layoutOf, noLedger } from '../state/index.js'
import { copyMarked } from './copy-mark.js'
import { type DurableMark, readMark } from './durable-mark.js'
import { openEmbeddedLogReader } from './embedded-log-reader.js'
import { checkStrays } from './fsck-strays.js'
import { loadOffsets, tableName } from './offset-table.js'
import { scanSegment } from './scan-segment.js'
import {
  decodeFrame,
  decodeSegmentHeader,
  ENTRY_HEADER_BYTES,
  FRAME_MAGIC,
  HEADER_BYTES,
  parseSegmentName,
  segmentName,
} from './segment-format.js'

/**
 * Re-reads every byte of a ledger's log, tiles, checkpoints and index, beside a writer or without one, and names the
 * first bad position. Nothing is written. Rejects only where nothing can be read: LEDGER_NOT_FOUND, PERMISSION_DENIED.
 */
export async function fsck({ directory, all = false }: FsckOptions): Promise<FsckResult> {
  const places = layoutOf(directory)
  const mark = await readMark(places.log)
  const segments = await listSegments(places.log, mark)
  if (segments.length === 0) throw noLedger(directory)
  const { openLmdbIndexReader } = await import('../lmdb/index.js')
  const store = await openForCheck(places.log, places.offsets)
  const copyOf = copyMarked(directory)
  const notes =
    copyOf === undefined
      ? []
      : [`this is a copy of the ledger in ${copyOf}; nothing is appended to it before it is adopted`]
  const index = openLmdbIndexReader(places.lmdb, (note) => notes.push(note))
  try {
    const result = await fsckLedger(
      {
        records: (findings) => readEveryFrame(findings, places, segments, mark),
        store,
        index,
        tiles: new FileTileStore(places.tiles),
        checkpoints: new FileCheckpointStore(places.checkpoints),
        grown: async () => (await readMark(places.log))?.size !== mark?.size,
      },
      all,
    )
    const keys = await missingKeys(places, store, index)
    return { ...result, notes: [...notes, ...keys, ...result.notes] }
  } finally {
    await index.close()
    await store.close()
  }
}

/** What is not here to sign with. It is no fault of what is stored: keys may lie elsewhere on purpose. */
async function missingKeys(
  places: ReturnType<typeof layoutOf>,
  store: LogStore,
  index: LedgerIndex,
): Promise<string[]> {
  if (!existsSync(join(places.keys, 'ledger.key')))
    return [`the ledger's private key is not in ${places.keys}: here it can only be read`]
  try {
    const keys = new FileKeyRing(places.keys, () => '')
    const tiles = new FileTileStore(places.tiles)
    const checkpoints = new FileCheckpointStore(places.checkpoints)
    const ports = { store, index, tiles, checkpoints, keys }
    const missing = await missingEvidenceKey(new LedgerCore(ports, await readGenesis(store), createRegistry([])))
    return missing === undefined ? [] : [missing]
  } catch (error) {
    return [`the evidence key cannot be used: ${error instanceof Error ? error.message : String(error)}`]
  }
}

/** A damaged log cannot be opened; the check then goes by the files alone. */
async function openForCheck(log: string, cacheDirectory: string): Promise<LogStore> {
  try {
    return await openEmbeddedLogReader({ directory: log, cacheDirectory })
  } catch (error) {
    const refuse = () => Promise.reject(error)
    return {
      capabilities: UNUSABLE,
      append: refuse,
      head: refuse,
      read: refuse,
      moved: refuse,
      close: async () => undefined,
    }
  }
}

const UNUSABLE = {
  durability: 'none',
  writers: 'one-process',
  afterFailure: 'reopen',
  wakeUpMs: 0,
  maxBatchBytes: 0,
  maxBatchRecords: 0,
} as const

async function listSegments(log: string, mark: DurableMark | undefined): Promise<number[]> {
  try {
    const found = (await readdir(log)).map(parseSegmentName).filter((position) => position !== undefined)
    return found.filter((position) => mark === undefined || position <= mark.segment).sort((a, b) => a - b)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw fromSystemError(error, 'read the directory', log)
  }
}

async function* readEveryFrame(
  findings: Findings,
  places: ReturnType<typeof layoutOf>,
  segments: readonly number[],
  mark: DurableMark | undefined,
): AsyncIterable<StoredRecord> {
  const { log, offsets } = places
  let next = 0
  for (const first of segments) {
    if (first !== next) {
      findings.addLost(next, segmentName(first), `the log goes on with position ${first} after ${next - 1}`)
    }
    const whole = await readStateFileLater(join(log, segmentName(first)))
    const bytes = mark?.segment === first ? whole.subarray(0, mark.offset) : whole
    if (whole.length > bytes.length)
      findings.notes.push(`${whole.length - bytes.length} bytes follow the durable end in ${segmentName(first)}`)
    findings.counts.segments++
    await checkOffsets(findings, offsets, bytes, first)
    for (const record of framesOf(findings, bytes, first)) {
      if (record.position !== next)
        findings.addLost(next, segmentName(first), `position ${record.position} follows ${next - 1}`)
      next = record.position + 1
      yield record
    }
  }
  if (mark !== undefined && next < mark.size)
    findings.addLost(next, 'the log', `${mark.size} records were published as durable, ${next} are there`)
  await checkStrays(findings, places)
}

/** The table that saves a scan must be what the scan gives; one of a segment that has grown since holds its beginning. */
async function checkOffsets(findings: Findings, directory: string, bytes: Buffer, first: number): Promise<void> {
  const scan = scanSegment(bytes, first, undefined)
  if (scan === 'too-new' || scan.header === undefined) return
  const table = await loadOffsets(directory, first, scan.header.genesis)
  const wrong = table?.offsets.findIndex((offset, i) => i < scan.offsets.length && offset !== scan.offsets[i]) ?? -1
  if (wrong < 0) return
  const message = `the offset table ${tableName(first)} leads to another place than position ${first + wrong}`
  findings.add('INDEX_CORRUPT', tableName(first), message, first + wrong)
}

/** The records of every good frame; what lies between them is a finding. */
function* framesOf(findings: Findings, bytes: Buffer, first: number): Iterable<StoredRecord> {
  const name = segmentName(first)
  const header = decodeSegmentHeader(bytes)
  if (header === 'too-new') {
    findings.add('FORMAT_TOO_NEW', name, `the segment ${name} was written by a newer release`, first)
    return
  }
  if (header === 'damaged' || header.firstPosition !== first)
    findings.add('LOG_CORRUPT', name, `the header of segment ${name} is damaged`, first)
  let at = HEADER_BYTES
  let next = first
  while (at < bytes.length) {
    const frame = decodeFrame(bytes, at)
    if (frame === undefined) {
      const skip = nextGoodFrame(bytes, at)
      if (skip === bytes.length && isZero(bytes, at)) return
      findings.add('LOG_CORRUPT', name, `the log is damaged in segment ${name} at offset ${at}, position ${next}`, next)
      at = skip
      continue
    }
    findings.counts.frames++
    for (const [i, entry] of frame.entries.entries()) {
      const length = bytes.readUInt32LE(entry + 32)
      const from = entry + ENTRY_HEADER_BYTES
      const position = frame.firstPosition + i
      // A copy: heads and tiles keep leaves. The record itself is looked at where it lies, behind a zero byte.
      const leaf = new Uint8Array(bytes.subarray(entry, entry + 32))
      const prefixed = new Uint8Array(bytes.buffer, bytes.byteOffset + from - 1, length + 1)
      yield HashedRecord.inPlace(position, leaf, prefixed) ?? { position, leaf, bytes: prefixed.slice(1) }
    }
    next = frame.firstPosition + frame.count
    at += frame.paddedLength
  }
}

function nextGoodFrame(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(FRAME_MAGIC, from + 1)
  while (at >= 0 && (at % 8 !== 0 || decodeFrame(bytes, at) === undefined)) at = bytes.indexOf(FRAME_MAGIC, at + 1)
  return at < 0 ? bytes.length : at
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}
