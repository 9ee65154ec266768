import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type RunView, runProjection } from '../../../projections/run/index.js'
import { isClyraError } from '../../errors/index.js'
import type { Projection } from '../../events/index.js'
import { runProjection as bringUpToDate, LmdbProjectionStore, readProjection } from '../../projector/index.js'
import type { Context } from '../context.js'
import { foldRun } from './fold-run.js'
import type { OpenedLedger } from './opened-ledger.js'

/** What is folded over the whole log and kept beside it. Derived: it can be deleted at any time. */
export const PROJECTIONS: readonly Projection[] = [runProjection]

function fileOf({ place }: Pick<OpenedLedger, 'place'>): string {
  return join(place.state, 'projections.mdb')
}

/**
 * Folds what is new, at the end of a command that wrote. The states are only a convenience, so a failure is told and
 * never fails the command.
 */
export async function updateProjections(context: Context, opened: OpenedLedger): Promise<void> {
  try {
    const store = LmdbProjectionStore.open(fileOf(opened))
    try {
      for (const projection of PROJECTIONS) await bringUpToDate(opened.ledger, projection, store)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!isClyraError(error)) throw error
    context.output.warn(`the projections could not be brought up to date: ${error.message} (${error.code})`)
  }
}

/** Runs `use` with the kept states, or with undefined where there are none. */
export async function withProjections<T>(
  opened: OpenedLedger,
  use: (store: LmdbProjectionStore | undefined) => Promise<T>,
): Promise<T> {
  if (!existsSync(fileOf(opened))) return use(undefined)
  const store = LmdbProjectionStore.open(fileOf(opened), { readOnly: true })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** A run as people look at it: from the kept state where that covers its whole stream, else folded from the log. */
export async function viewRun(
  opened: OpenedLedger,
  store: LmdbProjectionStore | undefined,
  run: string,
): Promise<RunView> {
  const head = await opened.ledger.streamHead(`run-${run}`)
  const kept = store === undefined ? undefined : await readProjection(store, runProjection, run)
  if (kept !== undefined && head !== undefined && BigInt(kept.position) === head.position) return kept.view
  return runProjection.render(await foldRun(opened.ledger, run))
}
