import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Recordings of other people's runs are no part of the repository; where they are absent their tests are no part of the run.
const fixtures = process.env['CLYRA_FIXTURES'] ?? here('../shared/fixtures')
const withoutFixtures = existsSync(`${fixtures}/dbt_live`) ? [] : ['connectors/dbt/recordings.test.ts']
if (withoutFixtures.length > 0) {
  process.stderr.write(`left out: ${withoutFixtures[0]}, because there are no recordings in CLYRA_FIXTURES\n`)
}

export default defineConfig({
  resolve: { alias: { '@clyra/verify': here('./verifier/ts/src/index.ts') } },
  test: {
    // What the library remembers of ledgers that tests make is not put into the home of who runs them.
    env: { XDG_STATE_HOME: join(tmpdir(), 'clyra-tests-state') },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'connectors/**/*.test.ts',
            'projections/**/*.test.ts',
            'verifier/ts/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', ...withoutFixtures],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
