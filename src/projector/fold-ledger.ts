import type { JsonValue } from '../canonical/index.js'
import { applyRecords, byPartition, type Projection, type ProjectionVersion, stateDigest } from '../events/index.js'
import type { FoldedState } from '../ports/index.js'
import { checkedRecords, type ProjectedLedger } from './checked-records.js'

export interface FoldOptions {
  /** As of this position (inclusive); to the end where left out. */
  readonly to?: bigint | number
  readonly signal?: AbortSignal
  /** Only this partition. */
  readonly partition?: string
}

export interface LedgerFold<State extends JsonValue = JsonValue> {
  readonly name: string
  readonly version: ProjectionVersion
  /** How many records were read and checked. */
  readonly through: number
  readonly states: ReadonlyMap<string, FoldedState<State>>
}

/**
 * Folds the log from its beginning, in memory, with the whole chain checked: the states as of a position. Touches no
 * store. Rejects with LOG_CORRUPT where the chain does not hold.
 */
export async function foldLedger<State extends JsonValue>(
  ledger: ProjectedLedger,
  projection: Projection<State>,
  options: FoldOptions = {},
): Promise<LedgerFold<State>> {
  const { name, version } = projection
  const states = new Map<string, { state: State; position: number }>()
  let through = 0
  const to = options.to === undefined ? undefined : Number(options.to)
  for await (const { records } of checkedRecords(ledger, 0, to, options.signal)) {
    through += records.length
    for (const [partition, part] of byPartition(projection, records)) {
      if ((options.partition ?? partition) !== partition) continue
      const state = applyRecords(projection, states.get(partition)?.state ?? projection.initial(partition), part)
      states.set(partition, { state, position: part.at(-1)!.position })
    }
  }
  const folded = [...states].map(([partition, { state, position }]) => [partition, digested(state, position)] as const)
  return { name, version, through, states: new Map(folded) }
}

/** Bytes and digest are made when they are asked for: of many states, who replays a bundle compares one. */
function digested<State extends JsonValue>(state: State, position: number): FoldedState<State> {
  let made: ReturnType<typeof stateDigest> | undefined
  const digest = () => {
    made ??= stateDigest(state)
    return made
  }
  return {
    state,
    position,
    get bytes() {
      return digest().bytes
    },
    get digest() {
      return digest().digest
    },
  }
}
