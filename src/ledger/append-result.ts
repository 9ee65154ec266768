import { ClyraError } from '../errors/index.js'
import type { Appended } from './admission.js'
import type { AppendResult } from './ledger.js'

/** The public form of what became of one append. */
export function publicResult({ positions, ids, revision, replayed }: Appended): AppendResult {
  // An append is never empty.
  return {
    position: BigInt(positions[positions.length - 1]!),
    positions: positions.map(BigInt),
    ids,
    revision: BigInt(revision),
    replayed,
  }
}

export function lastPosition(appended: Appended | undefined): bigint {
  if (appended === undefined) throw new ClyraError('INTERNAL', 'an append gave no result')
  return BigInt(appended.positions[appended.positions.length - 1]!)
}
