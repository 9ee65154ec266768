import type { JsonValue } from '../canonical/index.js'
import { isClyraError } from '../errors/index.js'
import type { Projection } from '../events/index.js'
import type { LedgerReader } from '../ledger/index.js'
import type { ProjectionCheckpoint, ProjectionStore } from '../ports/index.js'
import { checkedRecords, type ProjectedLedger } from './checked-records.js'
import { MemoryProjectionStore } from './memory-projection-store.js'
import { PartitionStates } from './partition-states.js'
import { beginFold } from './run-projection.js'

/** What following needs of a ledger. */
export type FollowedLedger = ProjectedLedger & Pick<LedgerReader, 'subscribe'>

export interface FollowOptions {
  /** Steps begin with the record at this position; what comes before is folded in silence. Default: the first record that is not folded yet. */
  readonly from?: bigint | number
  /** Where the states lie. Default: memory, folded from the beginning. */
  readonly store?: ProjectionStore
  readonly signal?: AbortSignal
}

/** The states as of one position of the log. */
export interface FollowedStep<State extends JsonValue = JsonValue> {
  /** The partitions whose state is another one than in the step before, in the order of the log. */
  readonly changed: readonly string[]
  /** A partition's state as of `position`: the initial one where there is no record of it. Good until the next step. */
  state(partition: string): Promise<State>
  /** Of the last record that is folded. */
  readonly position: number
  /** How many records of the log are not folded yet. */
  readonly lag: number
  /** Whether that is none. */
  readonly caughtUp: boolean
}

/** In silence the states are stored after so many records. */
const SILENT_RECORDS = 10_000

/**
 * Folds a projection live: what is there, some hundreds of records a step, then each record soon after it is durable,
 * whoever appends it. Every record is folded once and in order, with the chain checked.
 *
 * - A step is stored, states and checkpoint together, when the next one is asked for. So a consumer that ends anywhere
 *   is told again what it had not done with: at least once, never not at all. The states are always those of a fold
 *   from the beginning.
 * - Nothing is read more than one batch ahead of the consumer; while it is at work `lag` grows and nothing is lost.
 * - The first step comes at once, also where nothing is new: `caughtUp` says whether the states are those of the log's
 *   end. Whoever decides by them (a kill switch) waits for it.
 * - Ends when the signal aborts or the ledger is closed. It never ends because there is nothing new.
 *
 * Rejects as `runProjection` does, and with PROJECTION_FAILED, which names the position, where the fold throws.
 *
 * @example
 * for await (const { state, position, lag } of follow(ledger, trips, { signal })) apply(await state('gateway'), position, lag)
 */
export async function* follow<State extends JsonValue>(
  ledger: FollowedLedger,
  projection: Projection<State>,
  options: FollowOptions = {},
): AsyncGenerator<FollowedStep<State>, void, undefined> {
  const { signal, store = new MemoryProjectionStore() } = options
  // One that is closed already is an error; one that is closed later is the end.
  await ledger.size()
  const { start, active } = await beginFold(ledger, projection, store)
  const fold = new LiveFold(ledger, projection, store, start)
  const from = options.from === undefined ? 0 : Number(options.from)
  let replaces = active !== undefined && active !== projection.version
  let toldOfEnd = false
  try {
    for (;;) {
      for await (const { records, leaf } of checkedRecords(ledger, fold.reached.through, undefined, signal)) {
        await fold.take(records, leaf)
        const step = await fold.step(from)
        if (fold.reached.through <= from && !step.caughtUp) {
          if (fold.unstored >= SILENT_RECORDS) await fold.commit()
          continue
        }
        toldOfEnd = step.caughtUp
        yield step
        await fold.commit()
      }
      const step = await fold.step(from)
      if (!toldOfEnd && step.caughtUp) {
        yield step
        await fold.commit()
        toldOfEnd = true
      }
      if (step.caughtUp && replaces) {
        await store.activate(projection.name, projection.version)
        replaces = false
      }
      if (!(await grows(ledger, fold.reached.through, signal))) return
    }
  } catch (error) {
    const ended = signal?.aborted === true && isClyraError(error, 'ABORTED')
    if (!ended && !isClyraError(error, 'LEDGER_CLOSED')) throw error
  }
}

/** The states while they are folded, and how far they are stored. */
class LiveFold<State extends JsonValue> {
  reached: ProjectionCheckpoint
  readonly #ledger: FollowedLedger
  readonly #projection: Projection<State>
  readonly #store: ProjectionStore
  readonly #states: PartitionStates<State>
  #stored: ProjectionCheckpoint
  /** Where the partitions changed last, of those that changed since the step before. */
  readonly #changed = new Map<string, number>()

  constructor(
    ledger: FollowedLedger,
    projection: Projection<State>,
    store: ProjectionStore,
    start: ProjectionCheckpoint,
  ) {
    this.#ledger = ledger
    this.#projection = projection
    this.#store = store
    this.#states = new PartitionStates(projection, (one) => store.load(projection.name, projection.version, one))
    this.#stored = start
    this.reached = start
  }

  get unstored(): number {
    return this.reached.through - this.#stored.through
  }

  async take(records: Parameters<PartitionStates<State>['fold']>[0], leaf: string): Promise<void> {
    for (const [partition, position] of await this.#states.fold(records)) this.#changed.set(partition, position)
    this.reached = { through: this.reached.through + records.length, leaf }
  }

  async step(from: number): Promise<FollowedStep<State>> {
    const { through } = this.reached
    const lag = Math.max(0, Number(await this.#ledger.size()) - through)
    const changed = [...this.#changed].filter(([, position]) => position >= from).sort(([, a], [, b]) => a - b)
    this.#changed.clear()
    return {
      changed: changed.map(([partition]) => partition),
      state: (partition) => this.#states.stateOf(partition),
      position: through - 1,
      lag,
      caughtUp: lag === 0,
    }
  }

  async commit(): Promise<void> {
    if (this.unstored === 0) return
    const { name, version } = this.#projection
    const changes = this.#states.takeChanges()
    await this.#store.commit(name, version, { expected: this.#stored, next: this.reached, changes })
    this.#stored = this.reached
  }
}

/** Resolves with true when there are more than `size` records; with false when following is at its end. */
async function grows(ledger: FollowedLedger, size: number, signal: AbortSignal | undefined): Promise<boolean> {
  const after = BigInt(size) - 1n
  for await (const { kind } of ledger.subscribe({ after, ...(signal === undefined ? {} : { signal }) })) {
    if (kind === 'record') return true
  }
  return false
}
