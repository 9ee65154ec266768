import { writeArchive } from '../../src/archive.js'
import { concatBytes, utf8 } from '../../src/bytes.js'
import { edit, editFile, flip, replaceText } from '../edit-json.js'
import { type RawEntry, rawZip } from '../raw-zip.js'
import { sampleLedger } from '../sample-ledger.js'
import { bad, type Vector } from './vector.js'

const entries = (files: ReadonlyMap<string, Uint8Array>): RawEntry[] =>
  [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, data]) => ({ name, data }))

/** Packs with one entry changed, or one more. */
const packed =
  (change: (all: RawEntry[]) => RawEntry[], options: Parameters<typeof rawZip>[1] = {}) =>
  (files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
    rawZip(change(entries(files)), options)

const withEntry = (name: string) => packed((all) => [...all, { name, data: utf8('x') }])
const changed = (name: string, change: Partial<RawEntry>) =>
  packed((all) => all.map((entry) => (entry.name === name ? { ...entry, ...change } : entry)))

export function containerVectors(): Vector[] {
  const negative = (
    name: string,
    code: Parameters<typeof bad>[2],
    shows: string,
    archive: (files: Map<string, Uint8Array>) => Uint8Array,
  ) => bad('negative', name, code, shows, { archive })
  return [
    negative('zip-too-many-entries', 'CONTAINER_TOO_LARGE', 'An end record that announces 10,001 entries.', (files) => {
      const archive = writeArchive(files)
      new DataView(archive.buffer).setUint16(archive.length - 12, 10_001, true)
      return archive
    }),
    negative('zip-empty', 'CONTAINER_MALFORMED', 'No bytes at all.', () => new Uint8Array(0)),
    negative('zip-not-an-archive', 'CONTAINER_MALFORMED', 'Text instead of an archive.', () =>
      utf8('{"format":"clyra.bundle/0"}'),
    ),
    negative(
      'zip-with-comment',
      'CONTAINER_MALFORMED',
      'An archive comment hides bytes behind the end record.',
      (files) => {
        const archive = concatBytes(writeArchive(files), utf8('hidden'))
        new DataView(archive.buffer).setUint16(archive.length - 8, 6, true)
        return archive
      },
    ),
    negative('zip-prefix', 'CONTAINER_MALFORMED', 'Bytes before the archive, offsets unchanged.', (files) =>
      concatBytes(utf8('#!/bin/sh\n'), writeArchive(files)),
    ),
    negative(
      'zip-polyglot',
      'CONTAINER_NOT_CANONICAL',
      'Bytes before the archive, offsets corrected.',
      packed((all) => all, { prefix: utf8('#!/bin/sh\n') }),
    ),
    negative(
      'zip-gap',
      'CONTAINER_NOT_CANONICAL',
      'Bytes between the files and the directory.',
      packed((all) => all, { gap: utf8('hidden') }),
    ),
    negative(
      'zip-overlap',
      'CONTAINER_MALFORMED',
      'Hundreds of entries over the same bytes: a reader that checks each takes as many times as long.',
      overlapping,
    ),
    negative('zip-two-ends', 'CONTAINER_NOT_CANONICAL', 'Two end records.', (files) => {
      const archive = writeArchive(files)
      return concatBytes(archive, archive.subarray(archive.length - 22))
    }),
    negative(
      'zip-extra-field',
      'CONTAINER_NOT_CANONICAL',
      'An extra field.',
      changed('checkpoint', { extra: Uint8Array.of(1, 0, 2, 0, 9, 9) }),
    ),
    negative('zip-date', 'CONTAINER_NOT_CANONICAL', 'Another date.', changed('checkpoint', { date: 0x5921 })),
    negative(
      'zip-symlink',
      'CONTAINER_NOT_CANONICAL',
      'An entry with the attributes of a symbolic link.',
      changed('checkpoint', { externalAttributes: 0xa1ff0000 }),
    ),
    negative(
      'zip-local-name',
      'CONTAINER_NOT_CANONICAL',
      'Another name in the local header.',
      changed('heads.json', { localName: 'proof.json' }),
    ),
    negative(
      'zip-order',
      'CONTAINER_NOT_CANONICAL',
      'Entries that are not in byte order.',
      packed((all) => all.toReversed()),
    ),
    negative(
      'zip-deflate',
      'CONTAINER_METHOD',
      'An entry that says it is compressed.',
      changed('heads.json', { method: 8 }),
    ),
    negative(
      'zip-unknown-method',
      'CONTAINER_METHOD',
      'An entry with an unknown method.',
      changed('heads.json', { method: 99 }),
    ),
    negative(
      'zip-data-descriptor',
      'CONTAINER_METHOD',
      'An entry with a data descriptor.',
      changed('heads.json', { flags: 8 }),
    ),
    negative(
      'zip-utf8-flag',
      'CONTAINER_METHOD',
      'An entry with the flag for UTF-8 names.',
      changed('heads.json', { flags: 0x800 }),
    ),
    negative('zip-parent', 'CONTAINER_NAME', 'A name with ..', withEntry('../evil')),
    negative('zip-inner-parent', 'CONTAINER_NAME', 'A name with .. inside.', withEntry('artifacts/../report.html')),
    negative('zip-absolute', 'CONTAINER_NAME', 'An absolute name.', withEntry('/etc/passwd')),
    negative('zip-drive', 'CONTAINER_NAME', 'A name with a drive letter.', withEntry('c:/windows')),
    negative('zip-backslash', 'CONTAINER_NAME', 'A name with a backslash.', withEntry('artifacts\\x')),
    negative('zip-case-twin', 'CONTAINER_NAME', 'A name that differs in case only.', withEntry('Manifest.json')),
    negative(
      'zip-unicode-twin',
      'CONTAINER_NAME',
      'A name that Unicode normalisation would make equal.',
      withEntry('re\u0301port.html'),
    ),
    negative('zip-directory', 'CONTAINER_NAME', 'A directory entry.', withEntry('artifacts/')),
    negative(
      'zip-duplicate',
      'CONTAINER_DUPLICATE',
      'Two entries with one name.',
      packed((all) => [...all, all[0]!]),
    ),
    negative('zip-checksum', 'CONTAINER_CHECKSUM', 'A changed byte under an unchanged CRC-32.', (files) =>
      rawZip(
        entries(files).map((entry) =>
          entry.name === 'report.html' ? { ...entry, data: flip(3)(entry.data), crc: rawCrc(entry.data) } : entry,
        ),
      ),
    ),
    bad('truncated', 'archive-cut', 'CONTAINER_MALFORMED', 'The last bytes of the archive are gone.', {
      archive: (files) => writeArchive(files).slice(0, -5),
    }),
    bad('truncated', 'archive-half', 'CONTAINER_MALFORMED', 'Half of the archive is gone.', {
      archive: (files) => {
        const archive = writeArchive(files)
        return archive.slice(0, archive.length / 2)
      },
    }),
    ...fileVectors(),
  ]
}

/** One file of 64 KiB, and a directory that lists it 600 times under other names. */
function overlapping(): Uint8Array {
  const archive = rawZip([{ name: 'a000', data: new Uint8Array(65_536) }])
  const start = new DataView(archive.buffer).getUint32(archive.length - 6, true)
  const header = archive.subarray(start, archive.length - 22)
  const headers = Array.from({ length: 600 }, (_, i) => {
    return concatBytes(header.subarray(0, 46), utf8(`a${String(i).padStart(3, '0')}`))
  })
  const end = archive.slice(-22)
  const view = new DataView(end.buffer)
  view.setUint16(8, 600, true)
  view.setUint16(10, 600, true)
  view.setUint32(12, 600 * header.length, true)
  return concatBytes(archive.subarray(0, start), ...headers, end)
}

function rawCrc(data: Uint8Array): number {
  return new DataView(rawZip([{ name: 'x', data }]).buffer).getUint32(14, true)
}

/** The table of files. */
function fileVectors(): Vector[] {
  const ledger = sampleLedger()
  return [
    bad('negative', 'format-newer', 'FORMAT_UNSUPPORTED', 'A newer format.', {
      lies: { manifest: edit({ '/format': 'clyra.bundle/1' }) },
    }),
    bad('negative', 'profile-unknown', 'FORMAT_UNSUPPORTED', 'A profile that nobody knows.', {
      lies: { manifest: edit({ '/profile': 'log' }) },
    }),
    bad('truncated', 'file-required-missing', 'FILE_MISSING', 'No proof.', {
      lies: { files: editFile('proof.json', () => undefined) },
    }),
    bad('truncated', 'file-signature-missing', 'FILE_MISSING', 'No signature over the manifest.', {
      lies: { files: editFile('manifest.dsse.json', () => undefined) },
    }),
    bad('truncated', 'file-listed-missing', 'FILE_MISSING', 'A listed file is not there.', {
      lies: { files: editFile('report.html', () => undefined) },
    }),
    bad('truncated', 'manifest-missing', 'FILE_MISSING', 'No manifest.', {
      lies: { files: editFile('manifest.json', () => undefined) },
    }),
    bad('forged', 'file-extra', 'FILE_UNLISTED', 'A file more than the manifest lists.', {
      lies: { files: editFile('readme.txt', () => utf8('trust me')) },
    }),
    bad('negative', 'file-unknown-name', 'FILE_UNLISTED', 'A listed file with a name that the format does not know.', {
      lies: { listed: editFile('notes.txt', () => utf8('x')) },
    }),
    bad('negative', 'file-detached-listed', 'FILE_UNLISTED', 'A detached file in the list.', {
      lies: { listed: editFile('manifest.tsr', () => utf8('x')) },
    }),
    bad('forged', 'file-size', 'FILE_SIZE_MISMATCH', 'A file longer than the manifest lists.', {
      lies: { files: editFile('report.html', (bytes) => concatBytes(bytes, utf8(' '))) },
    }),
    bad('forged', 'file-digest', 'FILE_DIGEST_MISMATCH', 'The report is exchanged.', {
      lies: { files: editFile('report.html', flip(-3)) },
    }),
    bad('forged', 'digest-downgrade', 'MANIFEST_MALFORMED', 'A shorter digest in the table of files.', {
      lies: { manifest: edit({ '/files/0/sha256': 'da39a3ee5e6b4b0d3255bfef95601890afd80709' }) },
    }),
    bad('forged', 'manifest-changed', 'DSSE_DIGEST_MISMATCH', 'A manifest with one changed claim that is not proved.', {
      ledger,
      lies: { files: editFile('manifest.json', replaceText('"version":1', '"version":2')) },
    }),
  ]
}
