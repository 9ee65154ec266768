import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { readStateFileLater } from '../../system/index.js'
import { replaceFile } from '../files/index.js'

/** Where the records of one segment lie: what a scan of it gives, kept so that it need not be scanned again. */
export interface OffsetTable {
  readonly firstPosition: number
  /** Offset of each record's entry. */
  readonly offsets: Uint32Array
  /** Offset behind the last frame, and of the last frame. */
  readonly end: number
  readonly lastFrame: number
}

/** magic(8), CRC-32C u32 of the rest, count u32, first position f64, end u32, last frame u32, genesis leaf(32), offsets u32... */
const MAGIC = Buffer.from('CLYOFFS1', 'latin1')
const HEADER = 64

/** Writes a table to the cache directory. It is derived: whoever cannot write it goes on without. */
export async function saveOffsets(directory: string, table: OffsetTable, genesis: Uint8Array): Promise<void> {
  const bytes = Buffer.alloc(HEADER + 4 * table.offsets.length)
  MAGIC.copy(bytes, 0)
  bytes.writeUInt32LE(table.offsets.length, 12)
  bytes.writeDoubleLE(table.firstPosition, 16)
  bytes.writeUInt32LE(table.end, 24)
  bytes.writeUInt32LE(table.lastFrame, 28)
  bytes.set(genesis, 32)
  for (let i = 0; i < table.offsets.length; i++) bytes.writeUInt32LE(table.offsets[i]!, HEADER + 4 * i)
  bytes.writeUInt32LE(crc32c(bytes.subarray(12)), 8)
  await replaceFile(join(directory, tableName(table.firstPosition)), bytes)
}

/** The table of a segment, or undefined where there is none that can be believed. */
export async function loadOffsets(
  directory: string,
  firstPosition: number,
  genesis: Uint8Array,
): Promise<OffsetTable | undefined> {
  let bytes: Buffer
  try {
    bytes = await readStateFileLater(join(directory, tableName(firstPosition)))
  } catch {
    return undefined
  }
  if (bytes.length < HEADER || !bytes.subarray(0, 8).equals(MAGIC)) return undefined
  if (crc32c(bytes.subarray(12)) !== bytes.readUInt32LE(8)) return undefined
  const count = bytes.readUInt32LE(12)
  if (bytes.length !== HEADER + 4 * count || bytes.readDoubleLE(16) !== firstPosition) return undefined
  if (Buffer.compare(bytes.subarray(32, 64), genesis) !== 0) return undefined
  const offsets = new Uint32Array(count)
  for (let i = 0; i < count; i++) offsets[i] = bytes.readUInt32LE(HEADER + 4 * i)
  return { firstPosition, offsets, end: bytes.readUInt32LE(24), lastFrame: bytes.readUInt32LE(28) }
}

export function tableName(firstPosition: number): string {
  return `${String(firstPosition).padStart(20, '0')}.off`
}
