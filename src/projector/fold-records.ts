import type { JsonValue } from '../canonical/index.js'
import type { LedgerRecord, Projection } from '../events/index.js'

/**
 * Folds records that were already selected, without asking `partition`: what a bundle holds, for instance.
 *
 * @example foldRecords(defProjection, 'R', evidence.records)
 */
export function foldRecords<State extends JsonValue>(
  projection: Projection<State>,
  partition: string,
  records: Iterable<LedgerRecord>,
): State {
  let state = projection.initial(partition)
  for (const record of records) state = projection.apply(state, record)
  return state
}
