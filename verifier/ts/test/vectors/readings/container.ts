import { writeArchive } from '../../../src/archive.js'
import { concatBytes, utf8 } from '../../../src/bytes.js'
import type { FaultCode } from '../../../src/spec.generated.js'
import { rawZip } from '../../raw-zip.js'
import { against, bad, type Vector } from '../vector.js'

const END = 22
/** Fields of the end record, from its beginning. */
const [ON_THIS_DISK, DIRECTORY_SIZE, DIRECTORY] = [8, 12, 16]
/** Fields of a central header, from its beginning. */
const [METHOD, SIZE, UNPACKED, NAME, EXTRA, COMMENT] = [10, 20, 24, 28, 30, 32]

interface Places {
  readonly view: DataView
  readonly end: number
  /** Where each central header begins. */
  readonly central: readonly number[]
}

function placesIn(archive: Uint8Array): Places {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const end = archive.length - END
  const central: number[] = []
  for (let at = view.getUint32(end + DIRECTORY, true); at < end; at += 46 + view.getUint16(at + NAME, true))
    central.push(at)
  return { view, end, central }
}

/** An honest archive with some fields set to something else. */
const patched = (patch: (places: Places) => void) => (files: ReadonlyMap<string, Uint8Array>) => {
  const archive = writeArchive(files)
  patch(placesIn(archive))
  return archive
}

/** DEF, section 1: what the reader reads, in which order it judges, and what is left to the comparison. */
export function containerReadings(): Vector[] {
  const archive = (
    name: string,
    code: FaultCode,
    shows: string,
    change: (files: Map<string, Uint8Array>) => Uint8Array,
  ) => bad('negative', name, code, shows, { archive: change })
  const inRange = 'next > end || local'
  const longName = (length: number) => (files: Map<string, Uint8Array>) =>
    writeArchive(new Map([...files, ['a'.repeat(length), utf8('x')]]))
  return [
    against(
      'archive.ts',
      inRange,
      'local',
      archive(
        'zip-last-comment-length',
        'CONTAINER_MALFORMED',
        'The last central header states a comment of one byte: it would end within the end record.',
        patched(({ view, central }) => view.setUint16(central.at(-1)! + COMMENT, 1, true)),
      ),
    ),
    against(
      'archive.ts',
      inRange,
      'local',
      archive(
        'zip-last-extra-length',
        'CONTAINER_MALFORMED',
        'The last central header states an extra field of 65,535 bytes.',
        patched(({ view, central }) => view.setUint16(central.at(-1)! + EXTRA, 65_535, true)),
      ),
    ),
    archive(
      'zip-inner-comment',
      'CONTAINER_NOT_CANONICAL',
      'A comment of a central header that is in range leads to the next header: only the comparison refuses it.',
      (files) => {
        const honest = writeArchive(files)
        const { central, end } = placesIn(honest)
        const cut = central[1]!
        const longer = concatBytes(honest.subarray(0, cut), utf8('hidden'), honest.subarray(cut))
        const view = new DataView(longer.buffer)
        view.setUint16(central[0]! + COMMENT, 6, true)
        view.setUint32(end + 6 + DIRECTORY_SIZE, view.getUint32(end + 6 + DIRECTORY_SIZE, true) + 6, true)
        return longer
      },
    ),
    against(
      'archive.ts',
      'end + 10, true',
      'end + 8, true',
      archive(
        'zip-entries-on-this-disk',
        'CONTAINER_NOT_CANONICAL',
        'Of the two numbers of entries the total (offset 10) is read: the other says 10,001.',
        patched(({ view, end }) => view.setUint16(end + ON_THIS_DISK, 10_001, true)),
      ),
    ),
    archive(
      'zip-directory-size',
      'CONTAINER_NOT_CANONICAL',
      'The size of the directory is not read: another one is found by the comparison.',
      patched(({ view, end }) => view.setUint32(end + DIRECTORY_SIZE, 0xffffffff, true)),
    ),
    archive(
      'zip-directory-offset',
      'CONTAINER_MALFORMED',
      'A directory that begins beyond the end.',
      patched(({ view, end }) => view.setUint32(end + DIRECTORY, 0xffffffff, true)),
    ),
    archive(
      'zip-unpacked-size',
      'CONTAINER_NOT_CANONICAL',
      'The size before compression is not read.',
      patched(({ view, central }) => view.setUint32(central[0]! + UNPACKED, 0xffffffff, true)),
    ),
    archive(
      'zip-local-method',
      'CONTAINER_NOT_CANONICAL',
      'A method in the local header alone: method and flags are those of the directory.',
      patched(({ view }) => view.setUint16(8, 8, true)),
    ),
    archive(
      'zip-local-checksum',
      'CONTAINER_NOT_CANONICAL',
      'Another CRC-32 in the local header alone.',
      patched(({ view }) => view.setUint32(14, 0, true)),
    ),
    archive(
      'zip-local-signature',
      'CONTAINER_MALFORMED',
      'A local header without its signature.',
      patched(({ view }) => view.setUint8(0, 0x51)),
    ),
    archive(
      'zip-data-into-directory',
      'CONTAINER_CHECKSUM',
      'Data that reach into the directory are in range: everything before the end record is.',
      patched(({ view, central }) => {
        const last = central.at(-1)!
        view.setUint32(last + SIZE, view.getUint32(last + SIZE, true) + 10, true)
      }),
    ),
    archive(
      'zip-data-into-end',
      'CONTAINER_MALFORMED',
      'Data that reach one byte into the end record.',
      patched(({ view, central, end }) => {
        const last = central.at(-1)!
        const local = view.getUint32(last + 42, true)
        const start = local + 30 + view.getUint16(local + 26, true)
        view.setUint32(last + SIZE, end - start + 1, true)
      }),
    ),
    archive(
      'zip-method-before-checksum',
      'CONTAINER_METHOD',
      'Two offences: an unknown method in the last entry counts before a wrong CRC-32 in the first.',
      patched(({ view, central }) => {
        view.setUint32(central[0]! + 16, 0, true)
        view.setUint16(central.at(-1)! + METHOD, 99, true)
      }),
    ),
    archive('zip-no-entries', 'FILE_MISSING', 'An archive of no entries is one.', () => rawZip([])),
    against(
      'archive.ts',
      'raw.length > SPEC.limits.nameBytes',
      'raw.length >= SPEC.limits.nameBytes',
      archive('zip-name-of-255', 'FILE_UNLISTED', 'A name of 255 bytes is a name.', longName(255)),
    ),
    archive('zip-name-of-256', 'CONTAINER_NAME', 'A name of 256 bytes.', longName(256)),
    archive('zip-name-empty', 'CONTAINER_NAME', 'An empty name.', longName(0)),
  ]
}
