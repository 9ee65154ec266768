import type { LedgerRecord } from '../events/index.js'
import type { Ledger } from '../ledger/ledger.js'
import { ChainCheck } from './chain-check.js'

/** What projecting needs of a ledger. */
export type ProjectedLedger = Pick<Ledger, 'identity' | 'readAll' | 'size'>

export interface CheckedRecord {
  readonly record: LedgerRecord
  /** Hex. */
  readonly leaf: string
}

/**
 * The records from `from` up to `to` (both inclusive; to the end where `to` is undefined), each checked against the
 * chain. Throws what `ChainCheck` throws.
 */
export async function* checkedRecords(
  ledger: ProjectedLedger,
  from: number,
  to: number | undefined,
  signal?: AbortSignal,
): AsyncGenerator<CheckedRecord> {
  if (to !== undefined && to < from) return
  const chain = new ChainCheck(ledger.identity, from)
  const limit = to === undefined ? {} : { limit: to - from + 1 }
  for await (const view of ledger.readAll({
    from: BigInt(from),
    ...limit,
    ...(signal === undefined ? {} : { signal }),
  })) {
    const record: LedgerRecord = {
      position: Number(view.position),
      leaf: view.leaf,
      bytes: view.bytes,
      event: view.event,
    }
    yield { record, leaf: chain.check(record) }
  }
}
