import { readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openRegularFile } from '../../system/index.js'
import { layoutOf } from '../state/index.js'
import { decodeSegmentHeader, HEADER_BYTES, segmentName } from './segment-format.js'

/** A directory as the file system knows it, whatever path leads there. Decimal texts. */
export interface DirectoryId {
  readonly device: string
  readonly inode: string
}

/** Undefined where there is no directory, or it cannot be looked at. */
export function directoryId(path: string): DirectoryId | undefined {
  try {
    const found = statSync(path, { bigint: true })
    return found.isDirectory() ? { device: String(found.dev), inode: String(found.ino) } : undefined
  } catch {
    return undefined
  }
}

/**
 * The genesis leaf of the ledger in a state directory, by the header of its first segment; undefined where there is none
 * or it is damaged. Nothing else is read.
 */
export function genesisAt(directory: string): Uint8Array | undefined {
  try {
    const file = openRegularFile(join(layoutOf(directory).log, segmentName(0)), { what: 'a segment' })
    try {
      const bytes = Buffer.alloc(HEADER_BYTES)
      const header = decodeSegmentHeader(bytes.subarray(0, readSync(file.fd, bytes, 0, HEADER_BYTES, 0)))
      return typeof header === 'string' ? undefined : header.genesis
    } finally {
      file.close()
    }
  } catch {
    return undefined
  }
}
