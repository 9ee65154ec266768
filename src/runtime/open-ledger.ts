import { drainWaiting } from './drain-waiting.js'
import { openForWriting } from './open-for-writing.js'
import { openStateReader } from './open-state.js'
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
 * Opens the ledger for writing (see `openForWriting`) and appends what waits in its spools. Throws LEDGER_LOCKED,
 * READ_ONLY and what opening throws.
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
  const opened = await openForWriting(caller, place, settings, options.adopt === true)
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

async function using<T, Opened extends OpenedReader>(opened: Opened, use: (opened: Opened) => Promise<T>): Promise<T> {
  let failed = true
  try {
    const result = await use(opened)
    failed = false
    return result
  } finally {
    // A failure of closing must not hide the failure that came first.
    await opened.close().catch((error: unknown) => {
      if (!failed) throw error
    })
  }
}
