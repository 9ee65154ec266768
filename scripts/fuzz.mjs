// Fuzzes for ten minutes, or CLYRA_FUZZ_SECONDS. See test/fuzz/README.md.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'integration', 'test/fuzz/fuzz.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { CLYRA_FUZZ_SECONDS: '600', ...process.env },
})
process.exit(status ?? 1)
