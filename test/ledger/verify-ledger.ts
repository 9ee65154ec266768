import { expect } from 'vitest'
import type { FsckResult } from '../../src/ledger/index.js'
import { fsck } from '../../src/stores/index.js'

/** What every test of a ledger ends with: all of it re-read and compared, and nothing found. */
export async function verifyLedger(directory: string): Promise<FsckResult> {
  const result = await fsck({ directory, all: true })
  expect(result.findings).toEqual([])
  expect(result.counts.records).toBeGreaterThan(0)
  expect(result.counts.indexed).toBe(result.counts.records)
  return result
}
