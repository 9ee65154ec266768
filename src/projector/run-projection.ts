import type { JsonValue } from '../canonical/index.js'
import { ClyraError } from '../errors/index.js'
import { isLaterVersion, type Projection, type ProjectionVersion } from '../events/index.js'
import type { ProjectionCheckpoint, ProjectionStore } from '../ports/index.js'
import { checkedRecords, type ProjectedLedger } from './checked-records.js'
import { PartitionStates } from './partition-states.js'

export interface RunProjectionOptions {
  /** Fold up to this position (inclusive) and no further. A version that is not caught up is not switched to. */
  readonly to?: bigint | number
  readonly signal?: AbortSignal
  /** Called after each commit. */
  readonly onProgress?: (through: number, size: number) => void
}

export interface ProjectionRun {
  readonly name: string
  readonly version: ProjectionVersion
  /** How many records are folded now. */
  readonly through: number
  /** The ledger's size when the fold ended, and how many of its records are not folded. */
  readonly size: number
  readonly lag: number
  /** How many records this call folded; 0 where there was nothing new. */
  readonly folded: number
  /** True where this call made a new version the active one. */
  readonly switched: boolean
}

/** A commit follows the batch of records with which either is reached. */
const BATCH_RECORDS = 10_000
const BATCH_BYTES = 32 * 1024 * 1024

/**
 * Brings a projection up to date: resumes at its checkpoint, checks the chain while it reads, commits states and
 * checkpoint together. A new version is built beside the active one, which stays readable; when it has caught up, it
 * becomes the active one and the old states are dropped. Stopping anywhere loses at most the steps since the last commit.
 *
 * Rejects with FORMAT_TOO_NEW where a newer version is active, INDEX_CORRUPT where the store was folded from another
 * log, HEAD_MOVED where another runner folds the same, LOG_CORRUPT where the chain does not hold.
 */
export async function runProjection<State extends JsonValue>(
  ledger: ProjectedLedger,
  projection: Projection<State>,
  store: ProjectionStore,
  options: RunProjectionOptions = {},
): Promise<ProjectionRun> {
  const { name, version } = projection
  const { start, active } = await beginFold(ledger, projection, store)

  const through = await foldFrom(ledger, projection, store, start, options)

  const size = Number(await ledger.size())
  const switched = active !== undefined && active !== version && through >= size
  if (switched) await store.activate(name, version)
  return { name, version, through, size, lag: Math.max(0, size - through), folded: through - start.through, switched }
}

/** Where a fold goes on in this store, and the version that readers see now. Rejects with FORMAT_TOO_NEW, INDEX_CORRUPT. */
export async function beginFold(
  ledger: ProjectedLedger,
  { name, version }: Pick<Projection, 'name' | 'version'>,
  store: ProjectionStore,
): Promise<{ readonly start: ProjectionCheckpoint; readonly active: ProjectionVersion | undefined }> {
  const active = await store.active(name)
  if (active !== undefined && isLaterVersion(active, version)) throw tooNew(name, version, active)
  const start = await store.checkpoint(name, version)
  await checkSameLog(ledger, name, start)
  if (active === undefined) await store.activate(name, version)
  return { start, active }
}

async function foldFrom<State extends JsonValue>(
  ledger: ProjectedLedger,
  projection: Projection<State>,
  store: ProjectionStore,
  start: ProjectionCheckpoint,
  options: RunProjectionOptions,
): Promise<number> {
  const { name, version } = projection
  const states = new PartitionStates(projection, (partition) => store.load(name, version, partition))
  let committed = start
  let reached = start
  let bytes = 0
  const commit = async () => {
    await store.commit(name, version, { expected: committed, next: reached, changes: states.takeChanges() })
    committed = reached
    bytes = 0
    options.onProgress?.(committed.through, Number(await ledger.size()))
  }
  const to = options.to === undefined ? undefined : Number(options.to)
  for await (const { records, leaf } of checkedRecords(ledger, start.through, to, options.signal)) {
    await states.fold(records)
    for (const record of records) bytes += record.bytes.length
    reached = { through: reached.through + records.length, leaf }
    if (reached.through - committed.through >= BATCH_RECORDS || bytes >= BATCH_BYTES) await commit()
  }
  if (reached !== committed) await commit()
  return committed.through
}

/** The record that the checkpoint ends with must still be the one in the log. */
async function checkSameLog(ledger: ProjectedLedger, name: string, checkpoint: ProjectionCheckpoint): Promise<void> {
  if (checkpoint.through === 0) return
  for await (const { leaf } of checkedRecords(ledger, checkpoint.through - 1, checkpoint.through - 1)) {
    if (leaf === checkpoint.leaf) return
  }
  throw new ClyraError(
    'INDEX_CORRUPT',
    `the projection ${name} was folded from another log up to position ${checkpoint.through - 1}; delete the projections, they are folded again`,
    { details: { projection: name, position: String(checkpoint.through - 1) } },
  )
}

function tooNew(name: string, version: ProjectionVersion, active: ProjectionVersion): ClyraError {
  return new ClyraError(
    'FORMAT_TOO_NEW',
    `the projection ${name} was folded by version ${active}; this release has version ${version}`,
    { details: { projection: name, version, active } },
  )
}
