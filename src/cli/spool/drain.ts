import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isClyraError } from '../../errors/index.js'
import { type DirectoryLock, lockDirectory } from '../../stores/lock/index.js'
import type { User } from '../../system/index.js'
import { findState } from '../config/find-state.js'
import type { Context } from '../context.js'
import { codedError } from '../failure.js'
import type { OpenedLedger } from '../ledger/opened-ledger.js'
import { livingChild } from './child-process.js'
import { finishKilledSpool } from './finish-killed-spool.js'
import { type ImportResult, importEvents } from './import-events.js'
import { ledgerSpool, userSpool } from './places.js'
import { readSpoolHeader } from './spool-header.js'
import { listSpools, openSpool, type SpoolReader } from './spool-reader.js'

/** What came of the spools that wait for a ledger. */
export interface DrainResult {
  readonly runs: readonly ImportResult[]
  /** Spools that could not be appended and were left where they are. */
  readonly waiting: readonly { readonly directory: string; readonly code: string; readonly reason: string }[]
}

export interface DrainOptions {
  /** Also the user's spools of other directories: the user named the ledger that they are to go to. */
  readonly everySpool: boolean
}

/**
 * Appends every spool that belongs to this ledger and that nobody writes any more, and removes it once its records
 * are durable. A spool that fails is reported and left; the others go on.
 */
export async function drainWaiting(
  context: Context,
  opened: OpenedLedger,
  options: DrainOptions,
): Promise<DrainResult> {
  const runs: ImportResult[] = []
  const waiting: { directory: string; code: string; reason: string }[] = []
  for (const root of [ledgerSpool(opened.place), userSpool(context.environment)]) sweepDrained(root)
  for (const directory of spoolsOf(context, opened, options)) {
    try {
      const result = await drainSpool(context, opened, directory)
      if (result !== undefined) runs.push(result)
    } catch (error) {
      const { code, message } = codedError(error)
      waiting.push({ directory, code, reason: message })
    }
  }
  if (runs.some(({ appended }) => appended > 0)) await opened.ledger.heads()
  return { runs, waiting }
}

/** One spool into the ledger; undefined where its wrapper or its dbt still runs. */
async function drainSpool(
  context: Context,
  opened: OpenedLedger,
  directory: string,
): Promise<ImportResult | undefined> {
  const lock = await tryLock(directory)
  if (lock === undefined) return undefined
  try {
    if (livingChild(directory) !== undefined) return undefined
    const spool = openSpool(directory)
    if (!spool.finished && !(await finishKilledSpool(context, opened, spool, lock))) {
      removeSpool(directory)
      return undefined
    }
    const result = await importEvents(sourceOf(openSpool(directory)), opened)
    // Another one may have been at it since, and added to it.
    lock.assertHeld()
    removeSpool(directory)
    return result
  } finally {
    await lock.release()
  }
}

async function tryLock(directory: string): Promise<DirectoryLock | undefined> {
  try {
    return await lockDirectory(directory, { command: 'clyra spool flush' })
  } catch (error) {
    if (isClyraError(error, 'LEDGER_LOCKED')) return undefined
    throw error
  }
}

export function sourceOf(spool: SpoolReader): Parameters<typeof importEvents>[0] {
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

/** The ledger's own spools, and those of the user's that were started where this ledger is found. */
function spoolsOf(context: Context, { place }: OpenedLedger, options: DrainOptions): string[] {
  const own = listSpools(ledgerSpool(place))
  const users = listSpools(userSpool(context.environment)).filter(
    (directory) => options.everySpool || belongsTo(directory, place.state, context.environment.user),
  )
  return [...own, ...users]
}

function belongsTo(directory: string, state: string, user: User): boolean {
  try {
    const { directory: started, dbt } = readSpoolHeader(directory)
    if (!existsSync(started)) return false
    return findState({ cwd: started, variables: {}, user }, undefined, [dbt.project])?.state === state
  } catch (error) {
    // A header that cannot be read belongs to nobody here; `spool flush --ledger` names it.
    if (isClyraError(error)) return false
    throw error
  }
}

/** What a crash left of a spool that was drained already. */
function sweepDrained(root: string): void {
  if (!existsSync(root)) return
  for (const name of readdirSync(root)) {
    if (name.endsWith('.drained')) rmSync(join(root, name), { recursive: true, force: true })
  }
}
