// `npm run bench`: installs what is measured beside Clyra, builds, measures, writes docs/performance.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, installPackages, root, run } from '../scripts/steps.mjs'

const bench = join(root, 'bench')

function installPeers() {
  const lock = readFileSync(join(bench, 'package-lock.json'), 'utf8')
  const stamp = join(bench, 'node_modules', '.clyra-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return 0
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const status = run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], { cwd: bench })
  if (status === 0) writeFileSync(stamp, lock)
  return status
}

const measure = () => run(process.execPath, ['--expose-gc', join(bench, 'run.mjs'), ...process.argv.slice(2)])

for (const step of [installPackages, installPeers, build, measure]) {
  const status = step()
  if (status !== 0) process.exit(status)
}
