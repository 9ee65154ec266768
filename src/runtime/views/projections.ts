import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type RunView, runProjection } from '../../../projections/run/index.js'
import { isClyraError } from '../../errors/index.js'
import { type Projection, runStream } from '../../events/index.js'
import type { ProjectionStore } from '../../ports/index.js'
import { runProjection as bringUpToDate, type ProjectedView, readProjection } from '../../projector/index.js'
import type { LmdbProjectionStore } from '../../projector/lmdb/index.js'
import { mappedFileFault } from '../../system/index.js'
import type { OpenedLedger, OpenedReader } from '../opened-ledger.js'
import type { Caller, StatePlace } from '../project/index.js'
import { foldRun } from './runs.js'

/** What is folded over the whole log and kept beside it. Derived: it can be deleted at any time. */
export const PROJECTIONS: readonly Projection[] = [runProjection]

function fileOf({ place }: Pick<OpenedReader, 'place'>): string {
  return join(place.state, 'projections.mdb')
}

/**
 * Folds what is new, at the end of a command that wrote. What cannot be used is deleted and folded again: it is derived.
 * The states are only a convenience, so a failure is told and never fails the command.
 */
export async function updateProjections({ output }: Pick<Caller, 'output'>, opened: OpenedLedger): Promise<void> {
  try {
    await foldWhatIsNew(opened).catch(async (error: unknown) => {
      if (!isClyraError(error, 'INDEX_CORRUPT')) throw error
      output.note(`${error.message}; they are folded again`)
      removeProjections(opened)
      await foldWhatIsNew(opened)
    })
  } catch (error) {
    if (!isClyraError(error)) throw error
    output.warn(`the projections could not be brought up to date: ${error.message} (${error.code})`)
  }
}

async function foldWhatIsNew(opened: OpenedLedger): Promise<void> {
  const store = await openStore(fileOf(opened))
  try {
    for (const projection of PROJECTIONS) await bringUpToDate(opened.ledger, projection, store)
  } finally {
    await store.close()
  }
}

/** The library is loaded with the first store: most of what looks at runs opens none. */
async function openStore(file: string, options: { readonly readOnly?: boolean } = {}): Promise<LmdbProjectionStore> {
  const { LmdbProjectionStore } = await import('../../projector/lmdb/index.js')
  return LmdbProjectionStore.open(file, options)
}

function removeProjections(opened: OpenedLedger): void {
  for (const path of [fileOf(opened), `${fileOf(opened)}-lock`]) rmSync(path, { recursive: true, force: true })
}

/** For `fsck`: why the kept states cannot be used, as a note; undefined where they can, or there are none. */
export function projectionsFault(place: StatePlace): string | undefined {
  const file = fileOf({ place })
  const fault = existsSync(file) ? mappedFileFault(file) : undefined
  return fault === undefined
    ? undefined
    : `the kept projections cannot be used: projections.mdb ${fault}; the next command that appends folds them again`
}

/** Runs `use` with the kept states, or with undefined where there are none that can be used. */
export async function withProjections<T>(
  caller: Pick<Caller, 'output'>,
  opened: OpenedReader,
  use: (store: ProjectionStore | undefined) => Promise<T>,
): Promise<T> {
  const store = await openKept(caller, opened)
  try {
    return await use(store)
  } finally {
    await store?.close()
  }
}

async function openKept(
  { output }: Pick<Caller, 'output'>,
  opened: OpenedReader,
): Promise<ProjectionStore | undefined> {
  if (!existsSync(fileOf(opened))) return undefined
  try {
    return await openStore(fileOf(opened), { readOnly: true })
  } catch (error) {
    if (!isClyraError(error)) throw error
    output.detail(`${error.message}; the log is folded instead (${error.code})`)
    return undefined
  }
}

/** A run as people look at it: from the kept state where that covers its whole stream, else folded from the log. */
export async function viewRun(opened: OpenedReader, store: ProjectionStore | undefined, run: string): Promise<RunView> {
  const head = await opened.ledger.streamHead(runStream(run))
  const kept = store === undefined ? undefined : await keptRun(store, run)
  if (kept !== undefined && head !== undefined && BigInt(kept.position) === head.position) return kept.view
  return runProjection.render(await foldRun(opened.ledger, run))
}

/** Undefined where it cannot be read: then the log is folded. */
async function keptRun(store: ProjectionStore, run: string): Promise<ProjectedView<RunView> | undefined> {
  try {
    return await readProjection(store, runProjection, run)
  } catch (error) {
    if (!isClyraError(error, 'INDEX_CORRUPT')) throw error
    return undefined
  }
}
