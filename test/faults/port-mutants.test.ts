import { describe, expect, it } from 'vitest'
import { describeFaults } from '../../src/stores/conformance/index.js'
import { collectCases } from '../ledger/first-failure.js'
import { PORT_MUTANTS } from './port-mutants.js'

describe('the fault suite', () => {
  for (const { what, hint, says, factory } of PORT_MUTANTS) {
    it(`fails for a ledger that ${what}`, async () => {
      const cases = collectCases((tests) => describeFaults('mutant', factory, tests))
      const expected = cases.find(({ name }) => name.includes(hint))
      await expect(expected?.body()).rejects.toThrow(says)
    })
  }
})
