import { crc32 } from 'node:zlib'
import { ClyraError } from '../../errors/index.js'

/** Limits of a bundle (`spec/bundle/SPEC.md`, "Container"). */
export const BUNDLE_LIMITS = {
  bytes: 1024 * 1024 * 1024,
  entries: 10_000,
  recordsBytes: 256 * 1024 * 1024,
  manifestBytes: 16 * 1024 * 1024,
  /** Any other JSON file. */
  jsonBytes: 64 * 1024 * 1024,
  nameBytes: 255,
  /** In the manifest: the run, the ledger's keys and redactions, and 64 streams that the run links. */
  claims: 67,
  external: 10_000,
  /** Artefacts above this size are never embedded. */
  embeddedArtifactBytes: 25_000_000,
} as const

const NAME = /^[a-z0-9.-]+(\/[a-z0-9.-]+)*$/
/** 1980-01-01, the first date that the format can say: a bundle tells no time of its making. */
const DOS_DATE = 0x0021
const VERSION = 10
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22

/**
 * The one ZIP archive of these files: entries stored, sorted by name bytes, every other field fixed, so that equal
 * files give equal bytes and `archive == ZIP(parse(archive))` can be checked (PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12, 4.3.16).
 *
 * Throws BUNDLE_MALFORMED for a name outside `[a-z0-9./-]` or with an empty, `.` or `..` part, and BUNDLE_TOO_LARGE
 * past 10,000 entries or 1 GiB.
 */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  // Names are ASCII: the order of UTF-16 units is the order of bytes.
  const names = [...files.keys()].sort()
  const size = sizeOf(names, files)
  const archive = Buffer.alloc(size)
  const central: { name: string; crc: number; length: number; at: number }[] = []
  let at = 0
  for (const name of names) {
    const content = files.get(name)!
    const entry = { name, crc: crc32(content), length: content.length, at }
    central.push(entry)
    at = writeLocal(archive, at, entry)
    archive.set(content, at)
    at += content.length
  }
  const start = at
  for (const entry of central) at = writeCentral(archive, at, entry)
  writeEnd(archive, at, central.length, start)
  return new Uint8Array(archive.buffer, archive.byteOffset, archive.length)
}

interface Entry {
  readonly name: string
  readonly crc: number
  readonly length: number
  /** Where the local header lies. */
  readonly at: number
}

function sizeOf(names: readonly string[], files: ReadonlyMap<string, Uint8Array>): number {
  if (names.length > BUNDLE_LIMITS.entries) throw tooLarge(`${names.length} files`)
  let size = END_BYTES
  for (const name of names) {
    if (
      !NAME.test(name) ||
      name.length > BUNDLE_LIMITS.nameBytes ||
      name.split('/').some((part) => part === '.' || part === '..')
    ) {
      throw new ClyraError('BUNDLE_MALFORMED', `${JSON.stringify(name)} cannot be the name of a file in a bundle`, {
        details: { name },
      })
    }
    size += LOCAL_BYTES + CENTRAL_BYTES + 2 * name.length + files.get(name)!.length
  }
  if (size > BUNDLE_LIMITS.bytes) throw tooLarge(`${size} bytes`)
  return size
}

function writeLocal(archive: Buffer, at: number, { name, crc, length }: Entry): number {
  archive.writeUInt32LE(0x04034b50, at)
  writeCommon(archive, at + 4, name, crc, length)
  return at + LOCAL_BYTES + archive.write(name, at + LOCAL_BYTES, 'latin1')
}

function writeCentral(archive: Buffer, at: number, { name, crc, length, at: local }: Entry): number {
  archive.writeUInt32LE(0x02014b50, at)
  archive.writeUInt16LE(VERSION, at + 4)
  writeCommon(archive, at + 6, name, crc, length)
  // Comment length, disk, internal and external attributes stay 0.
  archive.writeUInt32LE(local, at + 42)
  return at + CENTRAL_BYTES + archive.write(name, at + CENTRAL_BYTES, 'latin1')
}

/** The 26 bytes that a local and a central header share: version needed to extra length; flags, method and time are 0. */
function writeCommon(archive: Buffer, at: number, name: string, crc: number, length: number): void {
  archive.writeUInt16LE(VERSION, at)
  archive.writeUInt16LE(DOS_DATE, at + 8)
  archive.writeUInt32LE(crc, at + 10)
  archive.writeUInt32LE(length, at + 14)
  archive.writeUInt32LE(length, at + 18)
  archive.writeUInt16LE(name.length, at + 22)
}

function writeEnd(archive: Buffer, at: number, entries: number, start: number): void {
  archive.writeUInt32LE(0x06054b50, at)
  archive.writeUInt16LE(entries, at + 8)
  archive.writeUInt16LE(entries, at + 10)
  archive.writeUInt32LE(at - start, at + 12)
  archive.writeUInt32LE(start, at + 16)
}

/** BUNDLE_TOO_LARGE. `fix`: what would make it smaller. */
export function tooLarge(what: string, fix = 'leave artefacts external'): ClyraError {
  return new ClyraError('BUNDLE_TOO_LARGE', `the bundle would hold ${what}, more than its format allows`, { fix })
}
