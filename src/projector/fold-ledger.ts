import type { JsonValue } from '../canonical/index.js'
import type { Projection } from '../events/index.js'
import { checkedRecords, type ProjectedLedger } from './checked-records.js'
import type { FoldedState } from './projection-store.js'
import { stateDigest } from './state-digest.js'

export interface FoldOptions {
  /** As of this position (inclusive); to the end where left out. */
  readonly to?: bigint | number
  readonly signal?: AbortSignal
  /** Only this partition. */
  readonly partition?: string
}

export interface LedgerFold<State extends JsonValue = JsonValue> {
  readonly name: string
  readonly version: number
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
    for (const record of records) {
      through = record.position + 1
      const partition = projection.partition(record)
      if (partition === undefined || (options.partition ?? partition) !== partition) continue
      const before = states.get(partition)
      if (before === undefined) {
        const state = projection.apply(projection.initial(partition), record)
        states.set(partition, { state, position: record.position })
      } else {
        before.state = projection.apply(before.state, record)
        before.position = record.position
      }
    }
  }
  const folded = [...states].map(([partition, one]) => [partition, { ...one, ...stateDigest(one.state) }] as const)
  return { name, version, through, states: new Map(folded) }
}
