import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Seconds since `start` (milliseconds of `performance.now()`), as text. */
export const since = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`

/** Runs a command in the repository with the terminal's own streams; gives its exit status (1 where it was signalled). */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (result.error !== undefined) process.stderr.write(`cannot start ${command}: ${result.error.message}\n`)
  return result.status ?? 1
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

/** Installs exactly the lock file, unless that was done already. Gives the exit status. */
export function installPackages() {
  const lock = join(root, 'package-lock.json')
  const stamp = join(root, 'node_modules', '.clyra-installed')
  const current = readFileSync(lock, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === current) return 0
  const status = run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'])
  if (status === 0) writeFileSync(stamp, current)
  return status
}

/** Compiles everything to dist/, joins the program's modules there, and makes the verifier page. Gives the exit status. */
export function build() {
  const steps = [
    ['node_modules/typescript/bin/tsc', '-b'],
    ['scripts/bundle-program.mjs'],
    ['scripts/verifier-page.mjs'],
  ]
  for (const [script, ...args] of steps) {
    const status = run(process.execPath, [join(root, script), ...args])
    if (status !== 0) return status
  }
  return 0
}
