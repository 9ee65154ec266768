import { ClyraError } from '../errors/index.js'
import type { LogRecord, LogStoreCapabilities } from '../ports/index.js'

/** What every store checks before it looks at its head. */
export function assertBatch(records: readonly LogRecord[], expectedHead: number, limits: LogStoreCapabilities): void {
  if (records.length === 0) throw new ClyraError('INTERNAL', 'a store was asked to append nothing')
  let bytes = 0
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!
    if (record.position !== expectedHead + i) {
      throw new ClyraError('INTERNAL', `record ${i} of a batch at ${expectedHead} has position ${record.position}`)
    }
    bytes += record.bytes.length
  }
  if (records.length > limits.maxBatchRecords || bytes > limits.maxBatchBytes) {
    throw new ClyraError(
      'BATCH_TOO_LARGE',
      `one append may carry ${limits.maxBatchRecords} records and ${limits.maxBatchBytes} bytes, not ${records.length} and ${bytes}`,
      {
        details: { records: records.length, bytes },
      },
    )
  }
}

export function headMoved(expected: number, actual: number): ClyraError {
  return new ClyraError('HEAD_MOVED', `the store holds ${actual} records, not ${expected}`, {
    details: { expected, actual },
  })
}
