import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { isMissingFile, openStateHandle, readStateFileLater } from '../../system/index.js'
import type { DurableMark } from './durable-mark.js'
import { loadOffsets, type OffsetTable } from './offset-table.js'
import { type SegmentScan, scanSegment } from './scan-segment.js'
import {
  decodeFrame,
  decodeSegmentHeader,
  HEADER_BYTES,
  parseSegmentName,
  SEGMENT_BYTES,
  segmentName,
} from './segment-format.js'

/** A segment as recovery found it: its good part. */
export interface SegmentInfo extends OffsetTable {
  readonly path: string
}

/** Where the good part of the log ends although files go on. */
export interface TornTail {
  /** The segment whose bytes from `offset` on are torn; offset 0: the whole file. */
  readonly path: string
  readonly firstPosition: number
  readonly offset: number
  /** Later segments, whole. */
  readonly later: readonly string[]
}

export interface RecoveredLog {
  readonly segments: readonly SegmentInfo[]
  readonly size: number
  readonly genesis: Uint8Array | undefined
  readonly torn: TornTail | undefined
}

export interface RecoverOptions {
  readonly directory: string
  readonly cacheDirectory: string
  /** Records that a signed checkpoint covers: they must be there. */
  readonly sealedSize: number
  /** For readers: nothing beyond it is looked at. */
  readonly mark?: DurableMark | undefined
  /** Scan every segment, also those whose table is known. */
  readonly all?: boolean
}

interface Found {
  readonly name: string
  readonly path: string
  readonly firstPosition: number
  readonly length: number
}

/**
 * Finds out what a log directory holds. Touches nothing.
 *
 * The newest segments, at least the last 64 MiB, are checked byte by byte. Of an older one the header, the last frame
 * and the number of records are checked, if its offset table is there, else all of it: damage inside it is found when
 * it is read (every record is hashed then) and by fsck.
 *
 * What is below the highest `durableBefore` of any valid frame, or below a signed checkpoint, is vouched: damage there
 * is LOG_CORRUPT. Above it everything from the first bad frame on is a torn tail. FORMAT_TOO_NEW for a later version.
 */
export async function recoverLog(options: RecoverOptions): Promise<RecoveredLog> {
  const found = await listSegments(options)
  const segments: SegmentInfo[] = []
  let genesis: Uint8Array | undefined
  let size = 0
  let vouched = options.sealedSize
  let bad: { readonly index: number; readonly offset: number } | undefined
  const window = windowStart(found)
  for (let i = 0; i < found.length && bad === undefined; i++) {
    const one = found[i]!
    if (one.firstPosition !== size) {
      bad = { index: i, offset: 0 }
      break
    }
    genesis ??= await genesisOf(one)
    const known =
      i < window && options.all !== true ? await knownSegment(options, one, found[i + 1]!, genesis) : undefined
    if (known !== undefined) {
      segments.push({ ...known, path: one.path })
      size += known.offsets.length
      continue
    }
    const scan = await scanFile(one, genesis)
    vouched = Math.max(vouched, scan.vouched)
    if (scan.offsets.length === 0) {
      // A header without a record: its file is moved whole, or a ledger whose creation was cut could not be created.
      bad = { index: i, offset: 0 }
      break
    }
    if (scan.end > 0) {
      segments.push({
        path: one.path,
        firstPosition: one.firstPosition,
        offsets: Uint32Array.from(scan.offsets),
        end: scan.end,
        lastFrame: scan.lastFrame,
      })
    }
    size = scan.nextPosition
    if (!scan.clean) bad = { index: i, offset: scan.end }
  }
  if (bad !== undefined) {
    // Whatever valid frame lies beyond the damage says how much was durable once.
    for (let i = bad.offset === 0 ? bad.index : bad.index + 1; i < found.length; i++) {
      vouched = Math.max(vouched, (await scanFile(found[i]!, genesis)).vouched)
    }
  }
  if (size < vouched) throw corrupt(found, bad, size, vouched)
  const torn =
    bad === undefined
      ? undefined
      : {
          path: found[bad.index]!.path,
          firstPosition: found[bad.index]!.firstPosition,
          offset: bad.offset,
          later: found.slice(bad.index + 1).map(({ path }) => path),
        }
  return { segments, size, genesis, torn }
}

async function listSegments({ directory, mark }: RecoverOptions): Promise<Found[]> {
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    if (isMissingFile(error)) return []
    throw fromSystemError(error, 'read the directory', directory)
  }
  const found: Found[] = []
  for (const name of names.sort()) {
    const firstPosition = parseSegmentName(name)
    if (firstPosition === undefined || (mark !== undefined && firstPosition > mark.segment)) continue
    const path = join(directory, name)
    const { size } = await stat(path)
    found.push({
      name,
      path,
      firstPosition,
      length: mark?.segment === firstPosition ? Math.min(size, mark.offset) : size,
    })
  }
  return mark?.size === 0 ? [] : found
}

/** Index of the first segment of the last 64 MiB. */
function windowStart(found: readonly Found[]): number {
  let bytes = 0
  let start = found.length
  while (start > 0 && bytes < SEGMENT_BYTES) bytes += found[--start]!.length
  return start
}

async function genesisOf({ path }: Found): Promise<Uint8Array | undefined> {
  const header = decodeSegmentHeader(await readPart(path, 0, HEADER_BYTES))
  return typeof header === 'string' ? undefined : header.genesis
}

/** An older segment by its offset table, if header, count and last frame agree with it. */
async function knownSegment(
  { cacheDirectory }: RecoverOptions,
  { path, firstPosition, length }: Found,
  next: Found,
  genesis: Uint8Array | undefined,
): Promise<OffsetTable | undefined> {
  if (genesis === undefined) return undefined
  const table = await loadOffsets(cacheDirectory, firstPosition, genesis)
  if (table === undefined || firstPosition + table.offsets.length !== next.firstPosition || table.end > length)
    return undefined
  const header = decodeSegmentHeader(await readPart(path, 0, HEADER_BYTES))
  if (
    typeof header === 'string' ||
    header.firstPosition !== firstPosition ||
    Buffer.compare(header.genesis, genesis) !== 0
  )
    return undefined
  const frame = decodeFrame(await readPart(path, table.lastFrame, table.end - table.lastFrame), 0)
  if (frame === undefined || frame.firstPosition + frame.count !== next.firstPosition) return undefined
  return table
}

async function scanFile({ path, firstPosition, length }: Found, genesis: Uint8Array | undefined): Promise<SegmentScan> {
  let bytes: Buffer
  try {
    bytes = (await readStateFileLater(path)).subarray(0, length)
  } catch (error) {
    throw fromSystemError(error, 'read the segment', path)
  }
  const scan = scanSegment(bytes, firstPosition, genesis)
  if (scan !== 'too-new') return scan
  throw new ClyraError('FORMAT_TOO_NEW', `the segment ${path} was written by a newer release; nothing was touched`, {
    details: { path },
  })
}

async function readPart(path: string, from: number, length: number): Promise<Buffer> {
  const file = await openStateHandle(path, 'r').catch((error: unknown) => {
    throw fromSystemError(error, 'read the segment', path)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function corrupt(
  found: readonly Found[],
  bad: { readonly index: number; readonly offset: number } | undefined,
  position: number,
  vouched: number,
): ClyraError {
  const last = found[found.length - 1]
  const at = bad === undefined ? last : found[bad.index]
  const offset = bad?.offset ?? last?.length ?? 0
  const segment = at === undefined || at.firstPosition > position ? segmentName(position) : at.name
  return new ClyraError(
    'LOG_CORRUPT',
    `the log is damaged in segment ${segment} at offset ${offset}: position ${position} is gone, and ${vouched} records are known to have been durable`,
    { details: { segment, offset, position, vouched } },
  )
}
