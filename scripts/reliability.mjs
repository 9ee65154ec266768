// `npm run reliability [-- --quick] [suite ...]`: runs the fault suites over every case, then writes docs/reliability.md.
// With --quick, or with only some suites, the page goes to .cache/reliability/page.md: the committed one is a whole.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { faultSuites, renderPage } from './reliability-page.mjs'
import { build, root, run, since } from './steps.mjs'

const quick = process.argv.includes('--quick')
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const suites = faultSuites()
const unknown = named.find((name) => !suites.has(name))
if (unknown !== undefined) {
  process.stderr.write(`unknown suite ${unknown}; there are ${[...suites.keys()].join(', ')}\n`)
  process.exit(2)
}
if (build() !== 0) process.exit(1)

const cache = join(root, '.cache', 'reliability')
mkdirSync(cache, { recursive: true })
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const bounds = quick ? 'quick' : 'full'
const env = { ...process.env, CLYRA_FAULTS: bounds }
const reports = []
const failed = []
for (const [suite, file] of suites) {
  if (named.length > 0 && !named.includes(suite)) continue
  const report = join(cache, `${suite}.json`)
  rmSync(report, { force: true })
  const start = performance.now()
  const status = run(process.execPath, [vitest, 'run', '--project', 'integration', file], { env })
  process.stderr.write(`${suite}: ${status === 0 ? 'ok' : 'FAILED'} after ${since(start)}\n`)
  if (status !== 0 || !existsSync(report)) failed.push(suite)
  else reports.push(JSON.parse(readFileSync(report, 'utf8')))
}
if (failed.length > 0) {
  process.stderr.write(`no page: failed or without a report: ${failed.join(', ')}\n`)
  process.exit(1)
}
const whole = !quick && named.length === 0
const page = whole ? join(root, 'docs', 'reliability.md') : join(cache, 'page.md')
if (whole) writeFileSync(join(root, 'docs', 'reliability.json'), `${JSON.stringify(reports, null, 2)}\n`)
writeFileSync(page, renderPage(reports))
const cases = reports.flatMap(({ rows }) => rows).reduce((sum, row) => sum + row.cases, 0)
process.stdout.write(`${reports.length} suites, ${cases} cases, ${bounds} bounds: ${page.slice(root.length + 1)}\n`)
