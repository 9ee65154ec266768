import { type Archive, readArchive } from '../../ts/src/archive.js'
import { hex } from '../../ts/src/bytes.js'
import { type VerifyResult, VerifyUsageError, verifyBundle, verifyTiles } from '../../ts/src/index.js'
import { sha256Large } from '../../ts/src/sha256.js'
import { SPEC } from '../../ts/src/spec.generated.js'
import { readEntryBundle, TILE_WIDTH, tilePath } from '../../ts/src/tiles.js'
import { type Asked, demandsOf } from './asked.js'
import { firstNameIn, UnreadableZip, Zip } from './zip.js'

/** A record as it lies: its position in the log and the text of its bytes. */
export interface ShownRecord {
  readonly position: string
  readonly text: string
}

/** Evidence that was judged. Of INVALID evidence there are no records and no report. */
export interface JudgedEvidence {
  readonly result: VerifyResult
  /** Hex SHA-256 of the file; null for a log, whose zip says nothing. */
  readonly sha256: string | null
  readonly report: string | null
  readonly count: number
  /** Up to `count` records from the index on. */
  records(from: number, count: number): Promise<ShownRecord[]>
}

const TILE_BYTES = TILE_WIDTH * (2 + SPEC.limits.recordBytes)

/** Judges a bundle, or a zip of a tiles directory. Throws VerifyUsageError and UnreadableZip. */
export async function openEvidence(file: Blob, asked: Asked): Promise<JudgedEvidence> {
  const log = await logIn(file)
  return log === undefined ? openBundle(file, asked) : openLog(log, asked)
}

/** A zip is a log where it has tiles and no manifest. What no zip reader understands is the verifier's to judge. */
async function logIn(file: Blob): Promise<{ readonly zip: Zip; readonly folder: string } | undefined> {
  let zip: Zip
  try {
    zip = await Zip.open(file)
  } catch (error) {
    // A zip of a folder is no bundle, and must not be called a bad one because it cannot be read here.
    if (!(error instanceof UnreadableZip) || /^(?!artifacts\/)[^/]+\//.test((await firstNameIn(file)) ?? ''))
      throw error
    return undefined
  }
  const names = zip.names()
  if (names.includes('manifest.json')) return undefined
  const folders = names.flatMap((name) => /^((?:[^/]+\/)*?)tile\/./.exec(name)?.[1] ?? [])
  const [folder] = folders.sort((a, b) => a.length - b.length)
  return folder === undefined ? undefined : { zip, folder }
}

async function openBundle(file: Blob, asked: Asked): Promise<JudgedEvidence> {
  // One byte more than the largest there can be: the verifier says that it is too large.
  const bytes = new Uint8Array(await file.slice(0, SPEC.limits.archiveBytes + 1).arrayBuffer())
  const result = await verifyBundle(bytes, demandsOf(asked))
  const sha256 = hex(await sha256Large(bytes))
  if (result.verdict === 'INVALID') return { result, sha256, ...NOTHING }
  const archive = readArchive(bytes)
  const page = archive.get('report.html')
  const lines = linesOf(archive)
  return {
    result,
    sha256,
    report: page === undefined ? null : textOf(page),
    count: lines.length,
    records: async (from, count) =>
      lines.slice(from, from + count).map(({ position, at, end }) => ({
        position,
        text: textOf(archive.get('records.jsonl')!.subarray(at, end)),
      })),
  }
}

const NOTHING = { report: null, count: 0, records: async () => [] }

/** Where each line lies, and its position. The stages have shown that there are as many lines as positions. */
function linesOf(archive: Archive): { position: string; at: number; end: number }[] {
  const bytes = archive.get('records.jsonl')!
  // Of this form, as the stage json has shown.
  const { positions } = JSON.parse(textOf(archive.get('proof.json')!)) as { positions: string[] }
  let at = 0
  return positions.map((position) => {
    const end = bytes.indexOf(0x0a, at)
    const line = { position, at, end }
    at = end + 1
    return line
  })
}

async function openLog({ zip, folder }: { zip: Zip; folder: string }, asked: Asked): Promise<JudgedEvidence> {
  const { run, requireCompleteRun, requireWarehouse, ...demands } = demandsOf(asked)
  if (run !== undefined || requireCompleteRun === true || requireWarehouse === true)
    throw new VerifyUsageError('OPTION_INVALID', 'a run can be asked for in a bundle only: this is a whole log')
  const read = (path: string) => zip.read(`${folder}${path}`, TILE_BYTES)
  const list = () =>
    zip
      .names()
      .filter((name) => name.startsWith(folder) && !name.endsWith('/'))
      .map((name) => name.slice(folder.length))
  const result = await verifyTiles(read, { ...demands, list })
  if (result.verdict === 'INVALID') return { result, sha256: null, ...NOTHING }
  const size = Number(result.size)
  return {
    result,
    sha256: null,
    report: null,
    count: size,
    records: (from, count) => entriesOf(read, size, from, Math.min(from + count, size)),
  }
}

/** The entries from..to-1 of a log that was verified: each bundle is there, whole or in part. */
async function entriesOf(
  read: (path: string) => Promise<Uint8Array | undefined>,
  size: number,
  from: number,
  to: number,
): Promise<ShownRecord[]> {
  const shown: ShownRecord[] = []
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const exact = await read(tilePath('entries', index, width))
    const entries =
      exact === undefined
        ? readEntryBundle((await read(tilePath('entries', index)))!, TILE_WIDTH)
        : readEntryBundle(exact, width)
    for (const [i, entry] of entries!.entries()) {
      const position = index * TILE_WIDTH + i
      if (position >= from && position < to) shown.push({ position: String(position), text: textOf(entry) })
    }
  }
  return shown
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
