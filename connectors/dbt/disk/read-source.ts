import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isClyraError } from '../../../src/errors/index.js'
import type { LeftOut } from '../drafts/index.js'
import {
  encodingOf,
  headOf,
  type LineBytes,
  plainLog,
  recogniseSource,
  type SourceKind,
  utf8Bytes,
} from '../files/index.js'
import { fileLines } from './file-lines.js'
import { LARGEST_BYTES, readIfThere } from './read-left.js'

/** A file among a run's, as its content says what it is. */
export type ReadSource =
  /** `bytes`: decompressed, in UTF-8, a log without what other programs put around its lines. */
  | { readonly name: string; readonly kind: SourceKind; readonly bytes: LineBytes }
  /** It cannot be read. `why` completes the sentence "x ...". */
  | { readonly name: string; readonly kind: null; readonly reason: LeftOut['reason']; readonly why: string }

const COMPRESSED = [
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
] as const

/**
 * Reads a file; undefined where there is none. A log of dbt's own may have any size; what has to be unpacked, or freed
 * of what other programs wrote, 512 MiB. Throws what the file system says.
 */
export function readSource(path: string): ReadSource | undefined {
  try {
    return readRegular(path)
  } catch (error) {
    if (!isClyraError(error, 'NOT_A_REGULAR_FILE')) throw error
    return { name: basename(path), kind: null, reason: 'unreadable', why: `is ${String(error.details['kind'])}` }
  }
}

function readRegular(path: string): ReadSource | undefined {
  const name = basename(path)
  const found = fileLines(path)
  if (found === undefined) return undefined
  const head = headOf(found)
  const format = COMPRESSED.find(([, magic]) => magic.every((byte, at) => head[at] === byte))?.[0]
  if (format !== undefined) {
    return { name, kind: null, reason: 'unrecognised', why: `is packed with ${format}: unpack it first` }
  }
  const packed = head[0] === 0x1f && head[1] === 0x8b
  const marked = encodingOf(head) !== 'utf-8' || head[0] === 0xef
  if (!packed && !marked) {
    const { kind, carried } = recogniseSource(found)
    if (kind !== 'log' || !carried) return { name, kind, bytes: found }
  }
  if (found.length > LARGEST_BYTES) return tooLarge(name, 'is larger than 512 MiB')
  const whole = found instanceof Uint8Array ? found : readIfThere(path)
  const unpacked = packed && whole !== undefined ? gunzip(whole) : whole
  if (unpacked === undefined) return undefined
  if (unpacked === 'too-large') return tooLarge(name, 'would be larger than 512 MiB when unpacked')
  if (unpacked === 'damaged') return { name, kind: null, reason: 'unreadable', why: 'is a damaged gzip file' }
  const bytes = utf8Bytes(unpacked)
  const { kind, carried } = recogniseSource(bytes)
  return { name, kind, bytes: kind === 'log' && carried ? plainLog(bytes) : bytes }
}

function tooLarge(name: string, why: string): ReadSource {
  return { name, kind: null, reason: 'too-large', why }
}

function gunzip(packed: Uint8Array): Uint8Array | 'too-large' | 'damaged' {
  try {
    return gunzipSync(packed, { maxOutputLength: LARGEST_BYTES })
  } catch (error) {
    const large = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return large ? 'too-large' : 'damaged'
  }
}
