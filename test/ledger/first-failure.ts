import { AssertionError } from 'node:assert/strict'
import { expect } from 'vitest'
import { isClyraError } from '../../src/errors/index.js'
import type { TestFunctions } from '../../src/stores/conformance/test-functions.js'

/** Collects the cases that a suite registers. */
export function collectCases(
  describeSuite: (tests: TestFunctions) => void,
): { name: string; body: () => Promise<void> }[] {
  const cases: { name: string; body: () => Promise<void> }[] = []
  describeSuite({ describe: (_, body) => body(), it: (name, body) => cases.push({ name, body }) })
  return cases
}

/** Runs the cases until one fails, those whose name holds one of `hints` first; gives its name, or undefined. */
export async function firstFailure(
  describeSuite: (tests: TestFunctions) => void,
  hint: string,
): Promise<string | undefined> {
  const cases = collectCases(describeSuite)
  const likely = cases.filter(({ name }) => name.includes(hint))
  expect(likely.length, `no case is named like "${hint}"`).toBeGreaterThan(0)
  for (const { name, body } of [...likely, ...cases.filter((one) => !likely.includes(one))]) {
    try {
      await body()
    } catch (error) {
      // A broken mutant may fail anywhere, but never with an error of this file.
      if (error instanceof TypeError) throw error
      expect(error instanceof AssertionError || isClyraError(error) || error instanceof Error).toBe(true)
      return name
    }
  }
  return undefined
}
