import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { ClyraError } from '../errors/index.js'
import type { EncryptedValue, EventInput } from '../events/index.js'
import { assertNoLinksIn, openStateFile, readStateFile } from '../system/index.js'
import { openArtifact } from './sealed-artifact.js'
import { readSpoolHeader, SPOOL_FILES, type SpoolHeader } from './spool-header.js'
import type { SpooledEvent } from './spooled-event.js'

/** A spool as it lies on disk. */
export interface SpoolReader {
  readonly directory: string
  readonly header: SpoolHeader
  readonly finished: boolean
  subjectKey(): Uint8Array
  /** The whole lines, in the order in which they were written; a line that a crash cut off is not one. */
  events(): Iterable<SpooledEvent>
  values(): Iterable<EncryptedValue>
  artifacts(): Iterable<{ readonly sha256: string; read(): Uint8Array }>
}

const eventLine = z.object({
  stream: z.string(),
  event: z.looseObject({
    id: z.string(),
    source: z.string(),
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
})
const valueLine = z.object({
  id: z.string(),
  pointer: z.string(),
  iv: z.base64(),
  ciphertext: z.base64(),
  tag: z.base64(),
})

/** Opens a spool directory. Throws SPOOL_CORRUPT, FORMAT_TOO_NEW or what the file system says. */
export function openSpool(directory: string): SpoolReader {
  const header = readSpoolHeader(directory)
  assertNoLinksIn(directory)
  const subjectKey = () => {
    const text = readStateFile(join(directory, SPOOL_FILES.subjectKey)).toString('utf8').trim()
    if (!/^[0-9a-f]{64}$/.test(text)) throw corrupt(join(directory, SPOOL_FILES.subjectKey), 1)
    return new Uint8Array(Buffer.from(text, 'hex'))
  }
  return {
    directory,
    header,
    finished: existsSync(join(directory, SPOOL_FILES.finished)),
    subjectKey,
    *events() {
      for (const { parsed, path, line } of parsedLines(directory, SPOOL_FILES.events)) {
        const found = eventLine.safeParse(parsed)
        if (!found.success) throw corrupt(path, line)
        // The event was an EventInput when it was written; the ledger checks every attribute of it again.
        yield { stream: found.data.stream, event: found.data.event as unknown as EventInput }
      }
    },
    *values() {
      const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
      for (const { parsed, path, line } of parsedLines(directory, SPOOL_FILES.values)) {
        const found = valueLine.safeParse(parsed)
        if (!found.success) throw corrupt(path, line)
        const { id, pointer, iv, ciphertext, tag } = found.data
        yield { id, pointer, iv: bytes(iv), ciphertext: bytes(ciphertext), tag: bytes(tag) }
      }
    },
    *artifacts() {
      const folder = join(directory, SPOOL_FILES.artifacts)
      if (!existsSync(folder)) return
      for (const sha256 of readdirSync(folder).sort()) {
        if (!/^[0-9a-f]{64}$/.test(sha256)) continue
        yield { sha256, read: () => openArtifact(readStateFile(join(folder, sha256)), subjectKey(), sha256) }
      }
    },
  }
}

/** Spools under `root`, oldest first; what has no header (a start that was interrupted) is not one. */
export function listSpools(root: string): string[] {
  if (!existsSync(root)) return []
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((directory) => !directory.endsWith('.drained') && lstatSync(directory).isDirectory())
    .filter((directory) => existsSync(join(directory, SPOOL_FILES.header)))
    .sort((a, b) => statSync(a).ctimeMs - statSync(b).ctimeMs || (a < b ? -1 : 1))
}

/** Cuts what a crash left after the last line break, so that appending starts on a new line. */
export function cutTornLine(path: string): void {
  if (!existsSync(path)) return
  const file = openStateFile(path, 'r+')
  try {
    const { size } = fstatSync(file)
    const buffer = Buffer.alloc(1 << 16)
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - buffer.length)
      const count = readSync(file, buffer, 0, end - start, start)
      const last = buffer.subarray(0, count).lastIndexOf(0x0a)
      if (last !== -1 || start === 0) {
        const keep = last === -1 ? 0 : start + last + 1
        if (keep < size) ftruncateSync(file, keep)
        break
      }
      end = start
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function* parsedLines(directory: string, name: string): Iterable<{ parsed: unknown; path: string; line: number }> {
  const path = join(directory, name)
  if (!existsSync(path)) return
  const file = openStateFile(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(1 << 20)
    let rest: Buffer = Buffer.alloc(0)
    let line = 0
    for (let offset = 0; ; ) {
      const count = readSync(file, buffer, 0, buffer.length, offset)
      if (count === 0) return
      offset += count
      let chunk = Buffer.concat([rest, buffer.subarray(0, count)])
      for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a)) {
        line += 1
        const text = chunk.subarray(0, end).toString('utf8')
        chunk = chunk.subarray(end + 1)
        yield { parsed: parse(text, path, line), path, line }
      }
      rest = chunk
    }
  } finally {
    closeSync(file)
  }
}

function parse(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw corrupt(path, line)
  }
}

function corrupt(path: string, line: number): ClyraError {
  return new ClyraError('SPOOL_CORRUPT', `${path} is damaged in line ${line}; the spool was left where it is`, {
    details: { path, line },
  })
}
