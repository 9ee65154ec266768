import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ClyraError, codedError, fromSystemError, isClyraError } from '../../errors/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { livingChild, openSpool, SPOOL_FILES } from '../../spool/index.js'
import { destroyFile } from '../../stores/files/index.js'
import { lockDirectory } from '../../stores/lock/index.js'
import { isMissingFile, readTextSyncBounded, syncDirectory } from '../../system/index.js'
import { eraseHolder, type Holder } from './holder.js'

/** Whose spool is looked for. */
export interface Wanted {
  readonly run: string
  readonly subject: string
  /** Undefined where it was destroyed before. */
  readonly subjectKey: Uint8Array | undefined
}

/** A folder under a spool root that is of the run; or that may be, and cannot be looked into. */
export interface FoundSpool {
  readonly directory: string
  readonly unreadable: string | null
}

/**
 * The folders under these spool roots that are of the run: by their name, also where something follows it (what a drain
 * or a person put aside), by their header, whole or damaged, or by the key in them. Throws what reading a root throws.
 */
export function spoolsOfRun(roots: readonly string[], wanted: Wanted): FoundSpool[] {
  return roots.flatMap((root) =>
    foldersIn(root).flatMap((name): FoundSpool[] => {
      const directory = join(root, name)
      if (isNamedAfter(name, wanted.run)) return [{ directory, unreadable: null }]
      try {
        return isOfRun(directory, wanted) ? [{ directory, unreadable: null }] : []
      } catch (error) {
        return [{ directory, unreadable: codedError(error).message }]
      }
    }),
  )
}

/**
 * Removes a spool with its key, values and copies, under its lock; key and clear text are overwritten first. Says how
 * many of its records the ledger never had. A spool in which a wrapper or its dbt still works stays.
 */
export function eraseSpool({ directory, unreadable }: FoundSpool, ledger: LedgerReader): Promise<Holder> {
  return eraseHolder('spool', directory, async () => {
    if (unreadable !== null) throw new ClyraError('SPOOL_CORRUPT', `whose spool it is cannot be told: ${unreadable}`)
    if (!lstatSync(directory).isDirectory()) {
      rmSync(directory, { force: true })
      return 'a link; what it pointed to was left alone'
    }
    const lock = await lockDirectory(directory, { command: 'clyra redact' })
    try {
      const child = livingChild(directory)
      if (child !== undefined) throw new ClyraError('LEDGER_LOCKED', `process ${child} still runs this run's dbt`)
      const lost = await unrecorded(directory, ledger)
      await destroyFile(join(directory, SPOOL_FILES.subjectKey))
      for (const name of foldersAndFiles(join(directory, SPOOL_FILES.log)))
        await destroyFile(join(directory, SPOOL_FILES.log, name))
      rmSync(directory, { recursive: true, force: true })
      syncDirectory(join(directory, '..'))
      return lost
    } finally {
      await lock.release()
    }
  })
}

/** In words: what goes with the spool although the ledger does not have it. */
async function unrecorded(directory: string, ledger: LedgerReader): Promise<string | null> {
  try {
    let missing = 0
    for (const { event } of openSpool(directory).events()) {
      const [position] = await ledger.positionsOf([event.id ?? ''])
      if (position === undefined) missing++
    }
    return missing === 0 ? null : `${missing} records in it were never in the ledger`
  } catch (error) {
    if (isClyraError(error)) return 'what was in it could not be read whole; records of it may not be in the ledger'
    throw error
  }
}

/** `<run>`, `<run>.drained`, `.<run>.4711.tmp`. */
function isNamedAfter(name: string, run: string): boolean {
  const bare = name.startsWith('.') ? name.slice(1) : name
  return bare === run || bare.startsWith(`${run}.`)
}

function isOfRun(directory: string, { run, subject, subjectKey }: Wanted): boolean {
  const header = textOf(join(directory, SPOOL_FILES.header)) ?? ''
  if (header.includes(subject) || header.includes(`"run":${JSON.stringify(run)}`)) return true
  if (subjectKey === undefined) return false
  return textOf(join(directory, SPOOL_FILES.subjectKey))?.trim() === Buffer.from(subjectKey).toString('hex')
}

/** The beginning of a small file; undefined where there is none. Throws where it cannot be read: it may be the run's. */
function textOf(path: string): string | undefined {
  try {
    return readTextSyncBounded(path, {
      limit: 1 << 20,
      tooLarge: 'SPOOL_CORRUPT',
      what: 'a file of a spool',
      follow: false,
    })
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw error
  }
}

function foldersIn(root: string): string[] {
  return foldersAndFiles(root).filter((name) => {
    const found = lstatSync(join(root, name), { throwIfNoEntry: false })
    return found?.isDirectory() === true || found?.isSymbolicLink() === true
  })
}

function foldersAndFiles(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if (isMissingFile(error)) return []
    throw fromSystemError(error, 'read the directory', directory)
  }
}
