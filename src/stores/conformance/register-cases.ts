import type { Case, TestFunctions } from './test-functions.js'

/** One test per case, each on a fixture of its own that is disposed of whatever happens. */
export function registerCases<Fixture extends { dispose(): Promise<void> }>(
  group: string,
  cases: readonly Case<Fixture>[],
  factory: { create(): Promise<Fixture> },
  { describe, it }: TestFunctions,
): void {
  describe(group, () => {
    for (const { name, run } of cases) {
      it(name, async () => {
        const fixture = await factory.create()
        try {
          await run(fixture)
        } finally {
          await fixture.dispose()
        }
      })
    }
  })
}
