import type { LedgerRecord } from '../events/index.js'
import type { LedgerReader } from '../ledger/index.js'
import { ChainCheck } from './chain-check.js'

/** What projecting needs of a ledger. */
export type ProjectedLedger = Pick<LedgerReader, 'identity' | 'readBatches' | 'size'>

export interface CheckedBatch {
  readonly records: readonly LedgerRecord[]
  /** Of the last record, hex. */
  readonly leaf: string
}

/**
 * The records from `from` up to `to` (both inclusive; to the end where `to` is undefined), each checked against the
 * chain, some hundreds at a time. Throws what `ChainCheck` throws, before any record of the batch is given out.
 */
export async function* checkedRecords(
  ledger: ProjectedLedger,
  from: number,
  to: number | undefined,
  signal?: AbortSignal,
): AsyncGenerator<CheckedBatch> {
  if (to !== undefined && to < from) return
  const chain = new ChainCheck(ledger.identity, from)
  const limit = to === undefined ? {} : { limit: to - from + 1 }
  for await (const records of ledger.readBatches({
    from: BigInt(from),
    ...limit,
    ...(signal === undefined ? {} : { signal }),
  })) {
    let leaf = ''
    for (const record of records) leaf = chain.check(record)
    yield { records, leaf }
  }
}
