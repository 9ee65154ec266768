import { APPENDING } from './log-store/appending.js'
import { LIFETIME } from './log-store/lifetime.js'
import { READING } from './log-store/reading.js'
import { WAKING } from './log-store/waking.js'
import type { LogStoreFactory } from './log-store-factory.js'
import { registerCases } from './register-cases.js'
import type { TestFunctions } from './test-functions.js'

/**
 * The conformance suite of the `LogStore` port: one case per sentence of its doc comment. A store that passes it can
 * carry a ledger.
 *
 * @example
 * import { describe, it } from 'vitest'
 * import { describeLogStore } from 'clyra/conformance'
 * describeLogStore('my store', { create: async () => myFixture() }, { describe, it })
 */
export function describeLogStore(name: string, factory: LogStoreFactory, tests: TestFunctions): void {
  tests.describe(`${name} as a log store`, () => {
    registerCases('appending', APPENDING, factory, tests)
    registerCases('reading', READING, factory, tests)
    registerCases('waking', WAKING, factory, tests)
    registerCases('lifetime', LIFETIME, factory, tests)
  })
}
