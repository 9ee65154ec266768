import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { EncryptedValue, EventInput } from '../events/index.js'
import { type DirectoryLock, lockDirectory } from '../stores/lock/index.js'
import { openStateFile, syncDirectory, writeDurably } from '../system/index.js'
import { sealArtifact } from './sealed-artifact.js'
import { SPOOL_FILES, type SpoolHeader } from './spool-header.js'
import { cutTornLine, type SpoolReader } from './spool-reader.js'

/**
 * The growing spool of one run. Nothing in clear text reaches it: events are sealed before they come here and values
 * are encrypted. `flush` resolves when all that was added survives a power loss; values before the events that
 * promise them.
 */
export interface SpoolWriter {
  readonly directory: string
  /** Ids that were added, in this process or (after `resume`) before. */
  readonly ids: ReadonlySet<string>
  /** Adds events; those whose id is there already are left out. */
  add(stream: string, events: readonly EventInput[], values: readonly EncryptedValue[]): void
  putArtifact(bytes: Uint8Array): { readonly sha256: string; readonly size: number }
  flush(): void
  /** Flushes, says that nothing more will come, and deletes the raw log in the spool. */
  finish(): void
  close(): void
}

export interface NewSpool {
  readonly header: SpoolHeader
  readonly subjectKey: Uint8Array
  /** A file of `log/` to which another program will append: made empty and private, so that it keeps its mode. */
  readonly log?: string | undefined
  /** What this process is, for whoever finds the spool locked. */
  readonly command: string
  randomBytes(length: number): Uint8Array
}

/** Makes `<root>/<run>/` (0700), locked, with header and key. Rejects leaving nothing. */
export async function createSpool(
  root: string,
  spool: NewSpool,
): Promise<{ readonly writer: SpoolWriter; readonly lock: DirectoryLock }> {
  const directory = join(root, spool.header.run)
  mkdirSync(root, { recursive: true, mode: 0o700 })
  mkdirSync(directory, { mode: 0o700 })
  let lock: DirectoryLock | undefined
  try {
    chmodSync(directory, 0o700)
    // Before the header: nobody may take the new spool for one whose wrapper was killed.
    lock = await lockDirectory(directory, { command: spool.command })
    writeDurably(join(directory, SPOOL_FILES.subjectKey), `${Buffer.from(spool.subjectKey).toString('hex')}\n`, 0o600)
    mkdirSync(join(directory, SPOOL_FILES.artifacts), { mode: 0o700 })
    if (spool.log !== undefined) {
      mkdirSync(join(directory, SPOOL_FILES.log), { mode: 0o700 })
      writeDurably(join(directory, SPOOL_FILES.log, spool.log), '', 0o600)
    }
    // The header comes last: a directory without one was never a spool.
    writeDurably(join(directory, SPOOL_FILES.header), `${JSON.stringify(spool.header)}\n`, 0o600)
    syncDirectory(directory)
    syncDirectory(root)
    const { assertHeld } = lock
    return { writer: openWriter(directory, { ...spool, assertHeld }, new Set()), lock }
  } catch (error) {
    await lock?.release()
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

/** A spool whose lock is held. */
interface HeldSpool {
  readonly subjectKey: Uint8Array
  randomBytes(length: number): Uint8Array
  /** Throws LEDGER_TAKEN_AWAY where the spool may be another process's: then what is added may never reach a ledger. */
  readonly assertHeld: () => void
}

/** Goes on with a spool that a killed writer left. What a crash cut off is cut first. */
export function resumeSpool(spool: SpoolReader, held: Omit<HeldSpool, 'subjectKey'>): SpoolWriter {
  const { directory } = spool
  for (const name of [SPOOL_FILES.events, SPOOL_FILES.values]) cutTornLine(join(directory, name))
  const known = new Set<string>()
  for (const { event } of spool.events()) known.add(event.id ?? '')
  return openWriter(directory, { ...held, subjectKey: spool.subjectKey() }, known)
}

function openWriter(directory: string, spool: HeldSpool, known: ReadonlySet<string>): SpoolWriter {
  const ids = new Set(known)
  const values = openStateFile(join(directory, SPOOL_FILES.values), 'a')
  const events = openStateFile(join(directory, SPOOL_FILES.events), 'a')
  let pendingValues: string[] = []
  let pendingEvents: string[] = []
  const flush = () => {
    spool.assertHeld()
    writeLines(values, pendingValues)
    pendingValues = []
    writeLines(events, pendingEvents)
    pendingEvents = []
    // Whoever took the lock away read the spool after that.
    spool.assertHeld()
  }
  return {
    directory,
    ids,
    add(stream, added, encrypted) {
      const fresh = new Set<string>()
      for (const event of added) {
        if (event.id === undefined || ids.has(event.id)) continue
        ids.add(event.id)
        fresh.add(event.id)
        pendingEvents.push(JSON.stringify({ stream, event }))
      }
      for (const value of encrypted) if (fresh.has(value.id)) pendingValues.push(JSON.stringify(valueLine(value)))
    },
    putArtifact(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const path = join(directory, SPOOL_FILES.artifacts, sha256)
      if (!existsSync(path)) {
        // A full disk or a crash may have left a part of it.
        rmSync(`${path}.tmp`, { force: true })
        writeDurably(`${path}.tmp`, sealArtifact(bytes, spool.subjectKey, spool.randomBytes(12)), 0o600)
        renameSync(`${path}.tmp`, path)
      }
      return { sha256, size: bytes.length }
    },
    flush,
    finish() {
      flush()
      const marker = join(directory, SPOOL_FILES.finished)
      if (!existsSync(marker)) writeDurably(marker, '', 0o600)
      syncDirectory(directory)
      rmSync(join(directory, SPOOL_FILES.log), { recursive: true, force: true })
    },
    close() {
      closeSync(values)
      closeSync(events)
    },
  }
}

/** All lines or none: what a full disk cut off is taken back, so that the same lines can be tried again. */
function writeLines(file: number, lines: readonly string[]): void {
  if (lines.length === 0) return
  const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8')
  const before = fstatSync(file).size
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } catch (error) {
    ftruncateSync(file, before)
    throw error
  }
}

function valueLine(value: EncryptedValue): Record<string, string> {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return {
    id: value.id,
    pointer: value.pointer,
    iv: base64(value.iv),
    ciphertext: base64(value.ciphertext),
    tag: base64(value.tag),
  }
}
