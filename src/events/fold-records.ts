import type { JsonValue } from '../canonical/index.js'
import { applyRecords } from './apply-records.js'
import type { LedgerRecord } from './envelope.js'
import type { Projection } from './projection.js'

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
  return applyRecords(projection, projection.initial(partition), [...records])
}
