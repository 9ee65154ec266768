// `npm run bench`: installs what is measured beside Clyra, builds, measures, writes docs/performance.md.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build, installPackages, root, run } from '../scripts/steps.mjs'
import { TESSERA_PROGRAM, TESSERA_SOURCE } from './contestants/tessera-program.mjs'

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

/** Tessera is a Go module: its program is built where there is a toolchain, and the benchmark says so where there is none. */
function buildTessera() {
  const wanted = ['main.go', 'go.mod', 'go.sum']
    .map((name) => readFileSync(join(TESSERA_SOURCE, name), 'utf8'))
    .join('')
  const stamp = `${TESSERA_PROGRAM}.built-from`
  if (existsSync(TESSERA_PROGRAM) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 0
  rmSync(dirname(TESSERA_PROGRAM), { recursive: true, force: true })
  if (run('go', ['build', '-o', TESSERA_PROGRAM, '.'], { cwd: TESSERA_SOURCE }) === 0) writeFileSync(stamp, wanted)
  return 0
}

const measure = () => run(process.execPath, ['--expose-gc', join(bench, 'run.mjs'), ...process.argv.slice(2)])

for (const step of [installPackages, installPeers, buildTessera, build, measure]) {
  const status = step()
  if (status !== 0) process.exit(status)
}
