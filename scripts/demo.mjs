// `npm run demo`: from a fresh clone to a verified bundle, with nothing but Node and npm.
import { build, installPackages, root, run, since } from './steps.mjs'

const step = (title, act) => {
  const start = performance.now()
  const status = act()
  process.stderr.write(`${title}: ${status === 0 ? '' : 'FAILED after '}${since(start)}\n`)
  if (status !== 0) process.exit(status)
}

step('install', installPackages)
const start = performance.now()
step('build', build)
const status = run(process.execPath, ['dist/program/clyra.js', 'demo', 'data', ...process.argv.slice(2)], { cwd: root })
process.stderr.write(`build and demo: ${since(start)}\n`)
process.exit(status)
