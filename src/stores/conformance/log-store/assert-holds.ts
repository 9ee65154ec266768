import assert from 'node:assert/strict'
import type { LogRecord, LogStore, StoredRecord } from '../../../ports/index.js'
import { sampleRecord } from '../sample-records.js'

/** Fails unless the store holds exactly the sample records 0 to `size - 1`, read forwards and backwards. */
export async function assertHolds(store: LogStore, size: number): Promise<void> {
  assert.equal(await store.head(), size)
  let position = 0
  while (position < size) {
    const records = await store.read({ from: position, limit: 100 })
    assert.ok(records.length > 0 && records.length <= 100, `${records.length} records from ${position} of ${size}`)
    for (const record of records) assertSame(record, sampleRecord(position++))
  }
  assert.deepEqual(await store.read({ from: size, limit: 100 }), [])
  while (position > 0) {
    const records = await store.read({ before: position, limit: 100, backwards: true })
    assert.ok(records.length > 0 && records.length <= 100, `${records.length} records before ${position}`)
    for (const record of records) assertSame(record, sampleRecord(--position))
  }
}

/** Fails unless position, leaf and bytes are the same. */
export function assertSame(stored: StoredRecord, record: LogRecord): void {
  assert.equal(stored.position, record.position)
  assert.ok(Buffer.from(stored.bytes).equals(record.bytes), `other bytes at position ${record.position}`)
  assert.ok(Buffer.from(stored.leaf).equals(record.leaf), `another leaf at position ${record.position}`)
}
