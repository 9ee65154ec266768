// `npm run reliability [-- <suite> ...]`: runs the fault suites (or those named) over every case, and puts what they
// report into docs/reliability.json and docs/reliability.md; what was reported of the others before stays.
// --quick: the bounds of `npm test`, and a page in .cache/reliability/ only. --page: runs nothing, takes the reports
// that lie in .cache/reliability/; one of a part of the cases never replaces one of all, and the page says which it is.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultSuites, renderPage } from './reliability-page.mjs'
import { build, root, run, since } from './steps.mjs'

const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const quick = options.includes('--quick')
const suites = faultSuites()
const unknown = [
  ...options.filter((option) => !['--quick', '--page'].includes(option)),
  ...named.filter((name) => !suites.has(name)),
]
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; there are --quick, --page, ${[...suites.keys()].join(', ')}\n`)
  process.exit(2)
}
const cache = join(root, '.cache', 'reliability')
mkdirSync(cache, { recursive: true })
const wanted = [...suites].filter(([suite]) => named.length === 0 || named.includes(suite))
const bounds = quick ? 'quick' : 'full'
const reportOf = (suite) => join(cache, `${suite}.json`)
const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)

if (!options.includes('--page')) {
  if (build() !== 0) process.exit(1)
  const failed = wanted.filter(([suite, file]) => !runSuite(suite, file)).map(([suite]) => suite)
  if (failed.length > 0) {
    process.stderr.write(`no page: failed or without a report: ${failed.join(', ')}\n`)
    process.exit(1)
  }
}

function runSuite(suite, file) {
  rmSync(reportOf(suite), { force: true })
  const start = performance.now()
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const env = { ...process.env, CLYRA_FAULTS: bounds }
  const status = run(process.execPath, [vitest, 'run', '--project', 'integration', file], { env })
  process.stderr.write(`${suite}: ${status === 0 ? 'ok' : 'FAILED'} after ${since(start)}\n`)
  return status === 0 && existsSync(reportOf(suite))
}

const kept = join(root, 'docs', 'reliability.json')
const before = quick ? [] : (read(kept) ?? [])
const fresh = wanted.map(([suite]) => read(reportOf(suite))).filter((report) => report !== undefined)
const full = ({ bounds }) => bounds === 'full'
const found = [...fresh.filter(full), ...before.filter(full), ...fresh, ...before]
const reports = [...suites.keys()]
  .map((name) => found.find(({ suite }) => suite === name))
  .filter((report) => report !== undefined)
if (!quick) writeFileSync(kept, `${JSON.stringify(reports, null, 2)}\n`)
const page = quick ? join(cache, 'page.md') : join(root, 'docs', 'reliability.md')
writeFileSync(page, renderPage(reports))
const cases = reports.flatMap(({ rows }) => rows).reduce((sum, row) => sum + row.cases, 0)
process.stdout.write(`${reports.length} suites, ${cases} cases: ${page.slice(root.length + 1)}\n`)
const absent = [...suites.keys()].filter((name) => !reports.some(({ suite }) => suite === name))
if (absent.length > 0) process.stdout.write(`not reported yet: ${absent.join(', ')}\n`)
