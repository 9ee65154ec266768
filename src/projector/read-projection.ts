import type { JsonValue } from '../canonical/index.js'
import type { Projection, ProjectionVersion } from '../events/index.js'
import type { ProjectionStore } from '../ports/index.js'
import type { ProjectedLedger } from './checked-records.js'
import { stateOf } from './stored-state.js'

/** A rendered partition with where it stands. */
export interface ProjectedView<View> {
  readonly view: View
  readonly digest: string
  /** Position of the last record folded into it. */
  readonly position: number
  /** How many records of the log the projection has seen. */
  readonly through: number
}

/**
 * What people look at: the stored state of a partition, rendered. Undefined where there is none, or where the active
 * version is another one than the projection's (an older one is readable only by the release that has its fold).
 * Rejects with INDEX_CORRUPT where the state is not the one that was stored.
 */
export async function readProjection<State extends JsonValue, View>(
  store: ProjectionStore,
  projection: Projection<State, View>,
  partition: string,
): Promise<ProjectedView<View> | undefined> {
  const { name, version } = projection
  if ((await store.active(name)) !== version) return undefined
  const stored = await store.load(name, version, partition)
  if (stored === undefined) return undefined
  const { through } = await store.checkpoint(name, version)
  return { view: projection.render(stateOf<State>(stored)), digest: stored.digest, position: stored.position, through }
}

export interface ProjectionLag {
  readonly name: string
  /** The version that readers see, and the one that the program has; they differ while a rebuild is due. */
  readonly active: ProjectionVersion | undefined
  readonly version: ProjectionVersion
  /** How many records the program's version has folded, and how many it still has to. */
  readonly through: number
  readonly lag: number
}

/** How far a projection is behind the log. */
export async function projectionLag(
  ledger: ProjectedLedger,
  projection: Pick<Projection, 'name' | 'version'>,
  store: ProjectionStore,
): Promise<ProjectionLag> {
  const { name, version } = projection
  const { through } = await store.checkpoint(name, version)
  const lag = Math.max(0, Number(await ledger.size()) - through)
  return { name, active: await store.active(name), version, through, lag }
}
