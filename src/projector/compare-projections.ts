import { hex } from '../canonical/index.js'
import { sha256 } from '../crypto/index.js'
import { ClyraError } from '../errors/index.js'
import type { Projection, ProjectionVersion } from '../events/index.js'
import type { FoldedState, ProjectionStore, StoredState } from '../ports/index.js'
import type { ProjectedLedger } from './checked-records.js'
import { firstDifference } from './first-difference.js'
import { foldLedger, type LedgerFold } from './fold-ledger.js'

export interface ProjectionComparison {
  readonly name: string
  readonly version: ProjectionVersion
  /** Up to where both sides were folded. */
  readonly through: number
  /** How many partitions were compared. 0 says that nothing was: `why` tells the reason, and it is not a success. */
  readonly partitions: number
  readonly why: 'never-folded' | 'other-version' | 'no-partitions' | null
}

/**
 * Folds the log again and compares with what the store holds, up to the stored checkpoints. Resolves with one line for
 * each projection; rejects with PROJECTION_DIVERGED for the first difference, in the order of the projections given and
 * then of the log: details name the projection, the partition, the position and, where it can be told, the JSON pointer
 * of the first member that differs.
 */
export async function compareProjections(
  ledger: ProjectedLedger,
  projections: readonly Projection[],
  store: ProjectionStore,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ProjectionComparison[]> {
  const comparisons: ProjectionComparison[] = []
  for (const projection of projections) comparisons.push(await compareProjection(ledger, projection, store, options))
  return comparisons
}

async function compareProjection(
  ledger: ProjectedLedger,
  projection: Projection,
  store: ProjectionStore,
  options: { readonly signal?: AbortSignal },
): Promise<ProjectionComparison> {
  const { name, version } = projection
  const active = await store.active(name)
  const { through } = await store.checkpoint(name, version)
  const line = { name, version, through }
  if (active === undefined || (active === version && through === 0))
    return { ...line, partitions: 0, why: 'never-folded' }
  if (active !== version) return { ...line, partitions: 0, why: 'other-version' }
  const again = await foldLedger(ledger, projection, { ...options, to: through - 1 })
  if (again.through !== through) {
    throw diverged(
      name,
      undefined,
      again.through,
      `the store was folded through ${through} records, the log has ${again.through}`,
    )
  }
  const stored = await loadAll(store, name, version)
  throwFirst(name, [...differences(again, stored)])
  return { ...line, partitions: stored.size, why: stored.size === 0 ? 'no-partitions' : null }
}

interface Difference {
  readonly partition: string
  readonly position: number
  readonly what: string
  readonly pointer?: string | undefined
}

function* differences(again: LedgerFold, stored: ReadonlyMap<string, StoredState>): Generator<Difference> {
  for (const [partition, folded] of again.states) {
    const kept = stored.get(partition)
    const { position } = folded
    if (kept === undefined) yield { partition, position, what: 'the store does not have it' }
    else yield* differenceOf(partition, folded, kept)
  }
  for (const [partition, { position }] of stored) {
    if (!again.states.has(partition)) yield { partition, position, what: 'the log has no record of it' }
  }
}

function* differenceOf(partition: string, folded: FoldedState, kept: StoredState): Generator<Difference> {
  const position = Math.min(folded.position, kept.position)
  if (hex(sha256(kept.bytes)) !== folded.digest) {
    yield { partition, position, what: 'its state is another one', pointer: firstDifference(folded.bytes, kept.bytes) }
  } else if (kept.digest !== folded.digest) {
    yield { partition, position, what: 'its stored digest is not the digest of its state' }
  } else if (kept.position !== folded.position) {
    yield { partition, position, what: `it ends at position ${folded.position}, the store says ${kept.position}` }
  }
}

async function loadAll(
  store: ProjectionStore,
  name: string,
  version: ProjectionVersion,
): Promise<Map<string, StoredState>> {
  const all = new Map<string, StoredState>()
  let after: string | undefined
  for (;;) {
    const page = await store.partitions(name, version, after, 1_000)
    for (const partition of page) {
      const state = await store.load(name, version, partition)
      if (state !== undefined) all.set(partition, state)
    }
    after = page.at(-1)
    if (after === undefined) return all
  }
}

function throwFirst(name: string, all: readonly Difference[]): void {
  const [first] = [...all].sort((a, b) => a.position - b.position || (a.partition < b.partition ? -1 : 1))
  if (first !== undefined) throw diverged(name, first.partition, first.position, first.what, first.pointer)
}

function diverged(
  name: string,
  partition: string | undefined,
  position: number,
  what: string,
  pointer?: string,
): ClyraError {
  const which = partition === undefined ? name : `${name} of ${partition}`
  const where = pointer === undefined ? '' : ` at ${pointer === '' ? 'its root' : pointer}`
  return new ClyraError(
    'PROJECTION_DIVERGED',
    `the projection ${which} diverges at position ${position}: ${what}${where}`,
    {
      details: {
        projection: name,
        position: String(position),
        ...(partition === undefined ? {} : { partition }),
        ...(pointer === undefined ? {} : { pointer }),
      },
    },
  )
}
