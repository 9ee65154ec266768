import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ClyraError, codedError, isClyraError } from '../errors/index.js'
import { type DirectoryLock, lockDirectory } from '../stores/lock/index.js'
import { type ImportResult, type ImportSource, type ImportTarget, importEvents } from './import-events.js'
import { livingChild } from './living-child.js'
import { openSpool, type SpoolReader } from './spool-reader.js'
import { resumeSpool, type SpoolWriter } from './spool-writer.js'

/** What came of the spools that wait for a ledger. */
export interface DrainResult {
  readonly runs: readonly ImportResult[]
  /** Spools that could not be appended and were left where they are. */
  readonly waiting: readonly { readonly directory: string; readonly code: string; readonly reason: string }[]
}

/** A spool whose writer was killed before it had finished. */
export interface KilledSpool {
  readonly spool: SpoolReader
  /** Goes on with it; what it holds already is not added again. The finisher closes the writer. */
  resume(): SpoolWriter
}

/**
 * Ends what a killed writer of one kind began: adds what is missing and calls `finish` of the resumed writer. False
 * where nothing had begun yet: then the spool is removed and nothing is recorded.
 */
export type Finisher<Target> = (killed: KilledSpool, target: Target) => Promise<boolean>

/** By the kind that the header names. */
export type Finishers<Target> = ReadonlyMap<string, Finisher<Target>>

export interface Draining<Target> {
  readonly target: Target
  readonly finishers: Finishers<Target>
  /** What this process is, for whoever finds the spool locked. */
  readonly command: string
  randomBytes(length: number): Uint8Array
}

/**
 * Appends those of these spools that nobody writes any more, and removes each once its records are durable. A spool that
 * fails, or whose kind has no finisher here, is reported and left; the others go on.
 */
export async function drainSpools<Target extends ImportTarget>(
  directories: readonly string[],
  draining: Draining<Target>,
): Promise<DrainResult> {
  const runs: ImportResult[] = []
  const waiting: { directory: string; code: string; reason: string }[] = []
  for (const directory of directories) {
    try {
      const result = await drainSpool(directory, draining)
      if (result !== undefined) runs.push(result)
    } catch (error) {
      const { code, message } = codedError(error)
      waiting.push({ directory, code, reason: message })
    }
  }
  return { runs, waiting }
}

/** One spool into the ledger; undefined where its writer or the program that it records still runs. */
async function drainSpool<Target extends ImportTarget>(
  directory: string,
  draining: Draining<Target>,
): Promise<ImportResult | undefined> {
  const lock = await tryLock(directory, draining.command)
  if (lock === undefined) return undefined
  try {
    if (livingChild(directory) !== undefined) return undefined
    const spool = openSpool(directory)
    if (!spool.finished && !(await finishKilled(spool, draining, lock))) {
      removeSpool(directory)
      return undefined
    }
    const result = await importEvents(sourceOf(openSpool(directory)), draining.target)
    // Another one may have been at it since, and added to it.
    lock.assertHeld()
    removeSpool(directory)
    return result
  } finally {
    await lock.release()
  }
}

/** Throws SPOOL_KIND_UNKNOWN where nobody here can finish it. */
function finishKilled<Target>(
  spool: SpoolReader,
  { target, finishers, randomBytes }: Draining<Target>,
  { assertHeld }: DirectoryLock,
): Promise<boolean> {
  const { directory, header } = spool
  const finisher = finishers.get(header.kind)
  if (finisher === undefined) {
    throw new ClyraError(
      'SPOOL_KIND_UNKNOWN',
      `${directory} was not finished by its writer, and what it spools (${header.kind}) this program cannot finish; the spool was left where it is`,
      { details: { path: directory, kind: header.kind } },
    )
  }
  const resume = () => resumeSpool(spool, { randomBytes, assertHeld })
  return finisher({ spool, resume }, target)
}

async function tryLock(directory: string, command: string): Promise<DirectoryLock | undefined> {
  try {
    return await lockDirectory(directory, { command })
  } catch (error) {
    if (isClyraError(error, 'LEDGER_LOCKED')) return undefined
    throw error
  }
}

export function sourceOf(spool: SpoolReader): ImportSource {
  return {
    run: spool.header.run,
    subject: spool.header.subject,
    subjectKey: spool.subjectKey(),
    events: () => spool.events(),
    values: () => spool.values(),
    artifacts: () => spool.artifacts(),
  }
}

/** The rename first: a crash while files are removed must not leave half a spool that looks whole. */
export function removeSpool(directory: string): void {
  const gone = `${directory}.drained`
  rmSync(gone, { recursive: true, force: true })
  renameSync(directory, gone)
  rmSync(gone, { recursive: true, force: true })
}

/** Removes what a crash left of spools that were drained already. */
export function sweepDrained(root: string): void {
  if (!existsSync(root)) return
  for (const name of readdirSync(root)) {
    if (name.endsWith('.drained')) rmSync(join(root, name), { recursive: true, force: true })
  }
}
