import type { JsonValue } from '../canonical/index.js'
import type { LedgerRecord } from './envelope.js'

/** A part of a state, folded by records of its own. */
export interface ProjectionPart<State extends JsonValue> {
  /** `^[a-z][a-z0-9-]{0,30}$` */
  readonly name: string
  /** Goes up with every change of what this part makes of its records, and with no other. */
  readonly version: number
  of(state: State): JsonValue
}

/**
 * A derived state: a pure, deterministic fold of records. No clock but `recordedat`, no randomness, no I/O; `apply`
 * returns a new (or structurally shared) state and never mutates the old one. State is plain JSON without floats, so
 * that its digest is the SHA-256 of its RFC 8785 bytes.
 *
 * `version` changes with every change of the fold or of the state's shape: the runner then rebuilds beside the old
 * state and switches when it has caught up.
 */
export type Projection<State extends JsonValue = JsonValue, View = unknown> = Folding<State, View> &
  (OneFold | Composed<State>)

interface Folding<State extends JsonValue, View> {
  /** `^[a-z][a-z0-9-]{0,30}$` */
  readonly name: string
  /** Which state a record belongs to (e.g. its run id); undefined: the record is not for this projection. */
  partition(record: LedgerRecord): string | undefined
  initial(partition: string): State
  apply(state: State, record: LedgerRecord): State
  /**
   * `apply` of one record after another, for a projection that can do it with less copying: states in between, which
   * nobody sees, may be changed in place, `state` never. MUST give what `apply` would give.
   */
  applyAll?(state: State, records: readonly LedgerRecord[]): State
  /** What people or programs look at. Pure. */
  render(state: State): View
}

interface OneFold {
  readonly version: number
  readonly parts?: undefined
}

/** The state in parts, each folded by records of its own: digests are given of each under its own name and version. */
interface Composed<State extends JsonValue> {
  /** `versionOfParts(parts)` */
  readonly version: string
  readonly parts: readonly ProjectionPart<State>[]
}
