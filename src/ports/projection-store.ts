import type { JsonValue } from '../canonical/index.js'
import type { ProjectionVersion } from '../events/index.js'

/**
 * Where folded states lie: derived, deletable, never the only copy of a fact. Per name and version it holds one
 * checkpoint (how far the log is folded) and one state for each partition. At most one version of a name is active:
 * the one that readers see.
 */
export interface ProjectionStore {
  /** The version that readers see; undefined where the name was never folded. */
  active(name: string): Promise<ProjectionVersion | undefined>

  /** How far this version is folded; `{ through: 0, leaf: null }` where it never was. */
  checkpoint(name: string, version: ProjectionVersion): Promise<ProjectionCheckpoint>

  /** One partition's state as of the checkpoint, or undefined. */
  load(name: string, version: ProjectionVersion, partition: string): Promise<StoredState | undefined>

  /** Ascending by UTF-8 bytes of the name, from `after` (exclusive), at most `limit`. */
  partitions(name: string, version: ProjectionVersion, after: string | undefined, limit: number): Promise<string[]>

  /**
   * Moves the checkpoint from `expected` to `next` and sets the changed states, in one transaction: after a crash
   * either all of it is there or nothing. MUST reject with `HEAD_MOVED`, having written nothing, unless the checkpoint
   * stands at `expected.through`.
   */
  commit(name: string, version: ProjectionVersion, step: ProjectionStep): Promise<void>

  /** Makes `version` the active one and drops every other version of the name, in one transaction. */
  activate(name: string, version: ProjectionVersion): Promise<void>

  close(): Promise<void>
}

export interface ProjectionCheckpoint {
  /** Positions 0 to `through - 1` are folded. */
  readonly through: number
  /** Hex leaf of the record at `through - 1`; null at 0. Tells whether the log is still the one that was folded. */
  readonly leaf: string | null
}

export interface ProjectionStep {
  readonly expected: ProjectionCheckpoint
  readonly next: ProjectionCheckpoint
  readonly changes: readonly (StoredState & { readonly partition: string })[]
}

export interface StoredState {
  /** RFC 8785 bytes of the state. */
  readonly bytes: Uint8Array
  /** Hex SHA-256 of `bytes`, as computed when it was folded. */
  readonly digest: string
  /** Position of the last record that was folded into it. */
  readonly position: number
}

/** A state with what identifies it; the JSON is the parsed `bytes`. */
export interface FoldedState<State extends JsonValue = JsonValue> extends StoredState {
  readonly state: State
}
