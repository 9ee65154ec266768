/**
 * `clyra/conformance`: the suites that every log store and every ledger has to pass. They bring their own assertions
 * and take the test runner's functions as a parameter.
 */
export { checkLedger } from './check-ledger.js'
export { describeEventLog } from './describe-event-log.js'
export { describeFaults, type FaultsOptions, type SurvivedFault } from './describe-faults.js'
export { describeLogStore } from './describe-log-store.js'
export { describeSealMemory, type SealMemoryFixture } from './describe-seal-memory.js'
export type { FaultFactory, FaultFixture } from './faults/fault-fixture.js'
export { type Aftermath, type Fault, type FaultKind, FaultPlan, type Step } from './faults/fault-plan.js'
export { faultyPorts, type TearAppend } from './faults/faulty-ports.js'
export type { LedgerFactory, LedgerFixture, LedgerFixtureOptions } from './ledger-factory.js'
export type { LogStoreFactory, LogStoreFixture } from './log-store-factory.js'
export type { Cannot, TestFunctions } from './test-functions.js'
