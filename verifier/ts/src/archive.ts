import { equalBytes, joinBytes, utf8 } from './bytes.js'
import { crc32 } from './crc32.js'
import { Refusal } from './refusal.js'
import { SPEC } from './spec.generated.js'

/** File name -> bytes, in byte order of the names. The bytes are views into the archive. */
export type Archive = ReadonlyMap<string, Uint8Array>

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const DOS_DATE = 0x0021
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22]
const NAME = /^[a-z0-9.-]+(\/[a-z0-9.-]+)*$/

/**
 * Reads an archive of the bundle format. There is exactly one archive for a set of files: whatever a ZIP may hold
 * beside them (comments, extra fields, gaps, a second end record, another local header, compression) makes
 * `archive == ZIP(parse(archive))` fail, so no two tools can see different contents.
 */
export function readArchive(bytes: Uint8Array): Archive {
  if (bytes.length > SPEC.limits.archiveBytes) throw new Refusal('CONTAINER_TOO_LARGE', `${bytes.length} bytes`)
  const { files, checksums } = readEntries(bytes)
  if (!isArchiveOf(bytes, files, checksums)) {
    throw new Refusal('CONTAINER_NOT_CANONICAL', 'writing the entries again gives other bytes')
  }
  return files
}

/** `bytes === writeArchive(files)`, without a second copy of the contents. */
function isArchiveOf(bytes: Uint8Array, files: Archive, checksums: ReadonlyMap<string, number>): boolean {
  let at = 0
  for (const part of archiveParts(files, (name) => checksums.get(name)!)) {
    const there = bytes.subarray(at, at + part.length)
    // The contents are views into `bytes`: in the right place they are what they are compared with.
    const same = there.length === part.length && there.buffer === part.buffer && there.byteOffset === part.byteOffset
    if (!same && !equalBytes(there, part)) return false
    at += part.length
  }
  return at === bytes.length
}

function readEntries(bytes: Uint8Array): { files: Archive; checksums: ReadonlyMap<string, number> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length - END_SIZE
  // The comment is forbidden, so the end record is the last 22 bytes; no backwards search, no second candidate.
  if (end < 0 || view.getUint32(end, true) !== END) throw malformed('no end record at the very end')
  const count = view.getUint16(end + 10, true)
  if (count > SPEC.limits.archiveEntries) throw new Refusal('CONTAINER_TOO_LARGE', `${count} entries`)
  const found: { name: string; raw: Uint8Array; method: number; flags: number; crc: number; data: Uint8Array }[] = []
  let at = view.getUint32(end + 16, true)
  let total = 0
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_SIZE > end || view.getUint32(at, true) !== CENTRAL) throw malformed(`no central header ${i}`)
    const nameLength = view.getUint16(at + 28, true)
    const next = at + CENTRAL_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    const size = view.getUint32(at + 20, true)
    const raw = bytes.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength)
    const local = view.getUint32(at + 42, true)
    if (next > end || local + LOCAL_SIZE > end) throw malformed(`entry ${i} reaches past the end`)
    if (view.getUint32(local, true) !== LOCAL) throw malformed(`no local header for entry ${i}`)
    const start = local + LOCAL_SIZE + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    if (start + size > end) throw malformed(`entry ${i} reaches past the end`)
    // Thousands of entries over the same bytes would take thousands of times as long to check.
    total += size
    if (total > bytes.length) throw malformed('the entries overlap')
    found.push({
      name: String.fromCharCode(...raw.subarray(0, 1024)),
      raw,
      method: view.getUint16(at + 10, true),
      flags: view.getUint16(at + 8, true),
      crc: view.getUint32(at + 16, true),
      data: bytes.subarray(start, start + size),
    })
    at = next
  }
  for (const { name, method, flags } of found) {
    if (method !== 0 || flags !== 0)
      throw new Refusal('CONTAINER_METHOD', `method ${method}, flags ${flags}`, { file: name })
  }
  for (const { name, raw } of found)
    if (!isFileName(name, raw)) throw new Refusal('CONTAINER_NAME', JSON.stringify(name))
  const files = new Map<string, Uint8Array>()
  for (const { name, data } of found) {
    if (files.has(name)) throw new Refusal('CONTAINER_DUPLICATE', `two entries`, { file: name })
    files.set(name, data)
  }
  const checksums = new Map<string, number>()
  for (const { name, crc, data } of found) {
    checksums.set(name, crc)
    if (crc32(data) !== crc) throw new Refusal('CONTAINER_CHECKSUM', 'CRC-32 differs', { file: name })
  }
  return { files, checksums }
}

const malformed = (detail: string) => new Refusal('CONTAINER_MALFORMED', detail)

function isFileName(name: string, raw: Uint8Array): boolean {
  if (raw.length > SPEC.limits.nameBytes || !NAME.test(name)) return false
  return name.split('/').every((segment) => segment !== '.' && segment !== '..')
}

/** The one byte-exact writer: STORE, names in byte order, no date, no extra fields, no comment. */
export function writeArchive(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return joinBytes([...archiveParts(files, (_, data) => crc32(data))])
}

function* archiveParts(
  files: ReadonlyMap<string, Uint8Array>,
  checksumOf: (name: string, data: Uint8Array) => number,
): Generator<Uint8Array> {
  const directory: Uint8Array[] = []
  let offset = 0
  let directorySize = 0
  // Names are ASCII, where the order of UTF-16 units is the order of bytes.
  for (const [name, data] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const raw = utf8(name)
    const shared = new Uint8Array(26)
    const view = new DataView(shared.buffer)
    view.setUint16(0, 10, true)
    view.setUint16(8, DOS_DATE, true)
    view.setUint32(10, checksumOf(name, data), true)
    view.setUint32(14, data.length, true)
    view.setUint32(18, data.length, true)
    view.setUint16(22, raw.length, true)
    yield u32le(LOCAL)
    yield shared
    yield raw
    yield data
    const tail = new Uint8Array(14)
    new DataView(tail.buffer).setUint32(10, offset, true)
    directory.push(u32le(CENTRAL), Uint8Array.of(10, 0), shared, tail, raw)
    offset += LOCAL_SIZE + raw.length + data.length
    directorySize += CENTRAL_SIZE + raw.length
  }
  yield* directory
  const end = new Uint8Array(END_SIZE)
  const view = new DataView(end.buffer)
  view.setUint32(0, END, true)
  view.setUint16(8, files.size, true)
  view.setUint16(10, files.size, true)
  view.setUint32(12, directorySize, true)
  view.setUint32(16, offset, true)
  yield end
}

function u32le(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}
