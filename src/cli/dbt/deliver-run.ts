import type { StatePlace } from '../config/find-state.js'
import type { Context } from '../context.js'
import { codedError } from '../failure.js'
import { withWriter } from '../ledger/open-ledger.js'
import type { OpenedLedger } from '../ledger/opened-ledger.js'
import { updateProjections, viewRun, withProjections } from '../ledger/projections.js'
import { type RunSummary, summarise } from '../ledger/run-summary.js'
import { shellWord } from '../shell-word.js'
import { removeSpool, sourceOf } from '../spool/drain.js'
import { type ImportResult, importEvents } from '../spool/import-events.js'
import { openSpool } from '../spool/spool-reader.js'
import type { OpenedSpool } from './open-spool.js'

export interface DeliveredRun {
  readonly imported: ImportResult
  /** Undefined where the run could not be read again. */
  readonly summary: RunSummary | undefined
}

/** Brings the finished spool into the ledger; where that fails the spool stays, and the line says so. */
export async function deliverRun(
  context: Context,
  place: StatePlace | undefined,
  spool: OpenedSpool,
  project: string,
): Promise<DeliveredRun | undefined> {
  const { directory } = spool.writer
  if (place === undefined) {
    const where = project === context.environment.cwd ? '' : ` ${shellWord(project)}`
    const ledger = where === '' ? '' : ` --ledger${where}`
    context.output.warn(
      `no ledger here: the run waits in ${directory}; try: clyra init${where} && clyra spool flush${ledger}`,
    )
    return undefined
  }
  try {
    return await withWriter(
      context,
      async (opened) => {
        const imported = await importEvents(sourceOf(openSpool(directory)), opened)
        await opened.ledger.heads()
        removeSpool(directory)
        await spool.lock.release()
        return { imported, summary: await summaryOf(context, opened, spool.header.run) }
      },
      { place },
    )
  } catch (thrown) {
    const error = codedError(thrown)
    context.output.warn(
      `the ledger could not be written: ${error.message} (${error.code}); the run waits in ${directory}; try: clyra spool flush`,
    )
    return undefined
  }
}

/** The run as the ledger has it. What goes wrong here is said, and takes nothing back: the run is recorded. */
async function summaryOf(context: Context, opened: OpenedLedger, run: string): Promise<RunSummary | undefined> {
  try {
    await updateProjections(context, opened)
    return summarise(await withProjections(opened, (store) => viewRun(opened, store, run)))
  } catch (thrown) {
    const error = codedError(thrown)
    context.output.warn(`the run is recorded, but could not be read again: ${error.message} (${error.code})`)
    return undefined
  }
}
