import type { JsonValue } from '../canonical/index.js'
import type { Projection } from '../events/index.js'
import type { ProjectionStore } from '../ports/index.js'
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
