import { expectTypeOf, test } from 'vitest'
import { createMemoryLedger } from '../stores/memory/index.js'
import type { Ledger, LedgerHandle, LedgerReader, LedgerReaderHandle, openLedger, openLedgerReader } from './index.js'

type Writing = 'append' | 'appendMany' | 'heads' | 'rotateEvidenceKey' | 'revokeKey' | 'recordRedaction'

test('a reader has nothing that writes, and whatever reads takes a writer too', async () => {
  expectTypeOf<Extract<keyof LedgerReader, Writing>>().toBeNever()
  expectTypeOf<Extract<keyof LedgerReaderHandle, Writing | 'sealing' | 'adoption'>>().toBeNever()
  expectTypeOf<Extract<keyof Ledger, Writing>>().toEqualTypeOf<Writing>()
  expectTypeOf<Ledger>().toExtend<LedgerReader>()
  expectTypeOf<LedgerHandle>().toExtend<LedgerReaderHandle>()
  expectTypeOf<LedgerReader>().not.toExtend<Ledger>()
  expectTypeOf<Awaited<ReturnType<typeof openLedger>>>().toEqualTypeOf<LedgerHandle>()
  expectTypeOf<Awaited<ReturnType<typeof openLedgerReader>>>().toEqualTypeOf<LedgerReaderHandle>()
  const sizeOf = (ledger: LedgerReader) => ledger.size()
  await sizeOf(await createMemoryLedger())
})
