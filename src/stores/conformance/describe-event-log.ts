import { APPENDING_EVENTS } from './event-log/appending.js'
import { CONTENDING } from './event-log/contending.js'
import { EXPECTING_REVISIONS } from './event-log/expecting-revisions.js'
import { INDEX_LOST } from './event-log/index-lost.js'
import { READING_EVENTS } from './event-log/reading.js'
import { REPEATING } from './event-log/repeating.js'
import { REPEATING_PENDING } from './event-log/repeating-pending.js'
import { SEALING } from './event-log/sealing.js'
import { SUBSCRIBING } from './event-log/subscribing.js'
import { LedgerBench } from './ledger-bench.js'
import type { LedgerFactory } from './ledger-factory.js'
import { registerCases } from './register-cases.js'
import type { Case, TestFunctions } from './test-functions.js'

/**
 * The conformance suite of the `Ledger` interface, over any store: idempotency, expected revisions, reading,
 * subscriptions, sealing and proofs, and what becomes of a lost index. Every case ends in a check of the whole ledger
 * (`checkLedger`), opened again.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { describeEventLog } from 'clyra/conformance'
 * describeEventLog('my ledger', { create: async () => myFixture() }, { describe, it })
 */
export function describeEventLog(name: string, factory: LedgerFactory, tests: TestFunctions): void {
  const benches = { create: async () => new LedgerBench(await factory.create()) }
  const register = (group: string, cases: readonly Case<LedgerBench>[]) =>
    registerCases(group, cases.map(verified), benches, tests)
  tests.describe(`${name} as an event log`, () => {
    register('appending', APPENDING_EVENTS)
    register('repeating', REPEATING)
    register('repeating what is pending', REPEATING_PENDING)
    register('expected revisions', EXPECTING_REVISIONS)
    register('contending', CONTENDING)
    register('reading', READING_EVENTS)
    register('subscribing', SUBSCRIBING)
    register('sealing and proving', SEALING)
    register('the derived index', INDEX_LOST)
  })
}

/** The case, and then the whole ledger. */
function verified({ name, run }: Case<LedgerBench>): Case<LedgerBench> {
  return {
    name,
    async run(bench) {
      await run(bench)
      await bench.verify()
    },
  }
}
