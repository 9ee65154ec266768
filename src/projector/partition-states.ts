import type { JsonValue } from '../canonical/index.js'
import { applyRecords, byPartition, type LedgerRecord, type Projection, stateDigest } from '../events/index.js'
import type { ProjectionStep, StoredState } from '../ports/index.js'
import { stateOf } from './stored-state.js'

/** How many partitions, and how much of them, may stay in memory after a commit; they are loaded again when needed. */
const KEPT = 256
const KEPT_BYTES = 16 * 1024 * 1024

/** The states of a projection's partitions while records are folded into them. */
export class PartitionStates<State extends JsonValue> {
  readonly #projection: Projection<State>
  readonly #load: (partition: string) => Promise<StoredState | undefined>
  readonly #states = new Map<string, { state: State; position: number }>()
  readonly #changed = new Set<string>()
  /** Canonical bytes of the states that were taken and are still in memory. */
  readonly #sizes = new Map<string, number>()

  constructor(projection: Projection<State>, load: (partition: string) => Promise<StoredState | undefined>) {
    this.#projection = projection
    this.#load = load
  }

  /**
   * Folds records, in their order, each into the state it belongs to, if any. Waits only for states to be loaded. Gives
   * the partitions that changed, each with the position of its last record.
   */
  async fold(records: readonly LedgerRecord[]): Promise<ReadonlyMap<string, number>> {
    const changed = new Map<string, number>()
    for (const [partition, part] of byPartition(this.#projection, records)) {
      const before = await this.stateOf(partition)
      const state = applyRecords(this.#projection, before, part)
      const { position } = part.at(-1)!
      this.#states.set(partition, { state, position })
      this.#changed.add(partition)
      changed.set(partition, position)
    }
    return changed
  }

  /** A partition's state as far as it is folded; the initial one where there is none. */
  async stateOf(partition: string): Promise<State> {
    return this.#states.get(partition)?.state ?? this.#restore(partition, await this.#load(partition))
  }

  /** The states changed since the last call, with their digests. */
  takeChanges(): ProjectionStep['changes'] {
    const changes = [...this.#changed].map((partition) => {
      // A changed partition is in memory: they are only let go of here, once they are taken.
      const { state, position } = this.#states.get(partition)!
      const digest = stateDigest(state)
      this.#sizes.set(partition, digest.bytes.length)
      return { partition, position, ...digest }
    })
    this.#changed.clear()
    let bytes = 0
    for (const size of this.#sizes.values()) bytes += size
    if (this.#states.size > KEPT || bytes > KEPT_BYTES) {
      this.#states.clear()
      this.#sizes.clear()
    }
    return changes
  }

  #restore(partition: string, stored: StoredState | undefined): State {
    if (stored === undefined) return this.#projection.initial(partition)
    return stateOf<State>(stored)
  }
}
