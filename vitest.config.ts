import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/runs/longest-first.ts'
import { workersOfSource } from './test/runs/workers-of-source.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Recordings of other people's runs are no part of the repository; where they are absent their tests are no part of the run.
const fixtures = process.env['CLYRA_FIXTURES'] ?? here('../shared/fixtures')
const withoutFixtures = existsSync(`${fixtures}/dbt_live`) ? [] : ['connectors/dbt/recordings.test.ts']
if (withoutFixtures.length > 0) {
  process.stderr.write(`left out: ${withoutFixtures[0]}, because there are no recordings in CLYRA_FIXTURES\n`)
}
const BUILT = ['**/node_modules/**', '**/dist/**']
/** What measures time, and needs the machine for itself. */
const ALONE = ['test/bench/**/*.test.ts']

export default defineConfig({
  plugins: [workersOfSource()],
  resolve: { alias: { '@clyra/verify': here('./verifier/ts/src/index.ts') } },
  test: {
    globalSetup: here('./test/runs/state-of-run.ts'),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'connectors/**/*.test.ts',
            'projections/**/*.test.ts',
            'profiles/**/*.test.ts',
            'verifier/ts/**/*.test.ts',
          ],
          exclude: [...BUILT, ...withoutFixtures],
          testTimeout: 30_000,
          // One process for all files: they share loaded modules and leave nothing behind. Both Nodes run at once, one a core.
          isolate: false,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: [...BUILT, ...ALONE],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One more than the two cores: a part of the tests waits for programs that wait themselves.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          setupFiles: here('./test/runs/record-cost.ts'),
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          exclude: BUILT,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          setupFiles: here('./test/runs/record-cost.ts'),
        },
      },
    ],
  },
})
