import { codedError } from '../../errors/index.js'
import { type OpenedLedger, withWriter } from '../../runtime/index.js'
import type { StatePlace } from '../../runtime/project/index.js'
import { updateProjections, viewRun, withProjections } from '../../runtime/views/index.js'
import { importEvents, openSpool, removeSpool, sourceOf } from '../../spool/index.js'
import type { Context } from '../context.js'
import { inALine, type RunSummary, summarise } from '../ledger/run-summary.js'
import type { OpenedSpool } from './open-spool.js'

/** What came of the delivery: the run is in the ledger, or it waits because of what the sentence says. */
export type Delivery =
  | {
      /** Records that are new in the ledger. */
      readonly appended: number
      /** The run as the ledger has it; null where it could not be read again. */
      readonly summary: RunSummary | null
    }
  | { readonly waitsBecause: string }

/**
 * Brings the finished spool into the ledger and calls `recorded` when that is durable; where it fails the spool stays.
 * What other runs left in their spools comes afterwards: none of them can stand in this one's way.
 */
export async function deliverRun(
  context: Context,
  place: StatePlace | undefined,
  spool: OpenedSpool,
  recorded: (appended: number) => void,
): Promise<Delivery> {
  const { directory } = spool.writer
  if (place === undefined) return { waitsBecause: 'no ledger here' }
  let durable: number | undefined
  try {
    const delivered = await withWriter(
      context,
      async (opened) => {
        const { appended } = await importEvents(sourceOf(openSpool(directory)), opened)
        await opened.appender.heads()
        durable = appended
        recorded(appended)
        removeSpool(directory)
        await spool.lock.release()
        return { appended, summary: await summaryOf(context, opened, spool.header.run) }
      },
      { place, drain: 'after' },
    )
    const { summary } = delivered
    if (summary !== null) {
      const line = `${summary.outcome.toUpperCase()} run recorded: ${inALine(summary)}`
      context.output.note(`${line}; clyra report --last`)
    }
    return delivered
  } catch (thrown) {
    if (durable === undefined) return { waitsBecause: `the ledger could not be written: ${told(thrown)}` }
    context.output.warn(`the run is recorded, but not everything after it was done: ${told(thrown)}`)
    return { appended: durable, summary: null }
  }
}

function told(thrown: unknown): string {
  const { message, code } = codedError(thrown)
  return `${message} (${code})`
}

/** The run as the ledger has it. What goes wrong here is said, and takes nothing back: the run is recorded. */
async function summaryOf(context: Context, opened: OpenedLedger, run: string): Promise<RunSummary | null> {
  try {
    await updateProjections(context, opened)
    return summarise(await withProjections(context, opened, (store) => viewRun(opened, store, run)))
  } catch (thrown) {
    context.output.warn(`the run is recorded, but could not be read again: ${told(thrown)}`)
    return null
  }
}
