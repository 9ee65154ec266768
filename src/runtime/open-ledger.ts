import { setTimeout as sleep } from 'node:timers/promises'
import { ClyraError, isClyraError } from '../errors/index.js'
import { drainWaiting } from './drain-waiting.js'
import { openState, openStateReader } from './open-state.js'
import type { OpenedLedger, OpenedReader, WritingCaller } from './opened-ledger.js'
import { type Caller, ledgerPlace, type StatePlace, settingsFor } from './project/index.js'

/** Opens the ledger for reading, beside any writer, and closes it whatever happens. */
export async function withReader<T>(caller: Caller, use: (opened: OpenedReader) => Promise<T>): Promise<T> {
  const place = ledgerPlace(caller)
  return using(await openStateReader(caller, place, settingsFor(caller, place)), use)
}

export interface WriterOptions {
  /** Whether what waits in the spools is appended before (default) or after the work, or not at all. */
  readonly drain?: 'before' | 'after' | 'never'
  readonly place?: StatePlace
  /** Go on although it is a copy or was set back. */
  readonly adopt?: boolean
}

/**
 * Opens the ledger for writing, waiting up to ten seconds (CLYRA_LOCK_WAIT seconds) for another writer, and appends
 * what waits in its spools. Throws LEDGER_LOCKED, READ_ONLY and what opening throws.
 */
export async function withWriter<T>(
  caller: WritingCaller,
  use: (opened: OpenedLedger) => Promise<T>,
  options: WriterOptions = {},
): Promise<T> {
  // Who only reads needs it not. Before anything is opened: an installation that lacks a part says so first.
  const { updateProjections } = await import('./views/index.js')
  const place = options.place ?? ledgerPlace(caller)
  const settings = settingsFor(caller, place)
  const opened = await waitForLock(caller, () => openState(caller, place, settings, options.adopt === true))
  return using(opened, async () => {
    const drain = options.drain ?? 'before'
    if (drain === 'before') await drainQuietly(caller, opened)
    const result = await use(opened)
    if (drain === 'after') await drainQuietly(caller, opened)
    await updateProjections(caller, opened)
    return result
  })
}

/** Drains the spools as a by-work of another command: told on stderr, never its failure. */
async function drainQuietly(caller: WritingCaller, opened: OpenedLedger): Promise<void> {
  const { runs, waiting } = await drainWaiting(caller, opened, { everySpool: false })
  for (const { run, appended, skippedErased } of runs) {
    const erased = skippedErased > 0 ? `, ${skippedErased} left out because the run was erased` : ''
    caller.output.note(`appended ${appended} waiting records of run ${run}${erased}`)
  }
  for (const { directory, reason, code } of waiting)
    caller.output.warn(`the spool ${directory} still waits: ${reason} (${code})`)
}

const RETRY_MS = 100

async function waitForLock(caller: Caller, open: () => Promise<OpenedLedger>): Promise<OpenedLedger> {
  const until = caller.environment.elapsed() + lockWaitMs(caller.environment.variables['CLYRA_LOCK_WAIT'])
  const progress = caller.output.progress('waiting for another writer of the ledger')
  try {
    for (;;) {
      try {
        return await open()
      } catch (error) {
        if (!isClyraError(error, 'LEDGER_LOCKED') || caller.environment.elapsed() >= until) throw error
      }
      await sleep(RETRY_MS)
      if (caller.environment.stopped.aborted)
        throw new ClyraError('ABORTED', 'interrupted while waiting for the ledger')
    }
  } finally {
    progress.done()
  }
}

function lockWaitMs(text: string | undefined): number {
  if (text === undefined || text === '') return 10_000
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0 && seconds <= 3600) return seconds * 1000
  throw new ClyraError('CONFIG_INVALID', 'CLYRA_LOCK_WAIT must be a number of seconds', { details: { value: text } })
}

async function using<T, Opened extends OpenedReader>(opened: Opened, use: (opened: Opened) => Promise<T>): Promise<T> {
  let failed = true
  try {
    const result = await use(opened)
    failed = false
    return result
  } finally {
    // A failure of closing must not hide the failure that came first.
    await opened.ledger.close().catch((error: unknown) => {
      if (!failed) throw error
    })
  }
}
