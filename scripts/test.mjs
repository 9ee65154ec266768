// `npm test`: installs what the tests need, says what, runs everything, ends with "N passed, N failed".
// `npm run test:quick`: types, lint, import rule and unit tests only.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build, installPackages, root, run, since } from './steps.mjs'

const quick = process.argv.includes('--quick')
const inCI = process.env.CI === 'true'
const cache = join(root, '.cache')
mkdirSync(cache, { recursive: true })

const bin = (name, entry) => [join(root, 'node_modules', name, entry)]
/** No part may take the whole time that CI gives. */
const LONGEST_MS = 38 * 60_000
const node = (args) => run(process.execPath, args, { timeout: LONGEST_MS, killSignal: 'SIGKILL' })
const biome = bin('@biomejs/biome', 'bin/biome')
const tsc = bin('typescript', 'bin/tsc')
const depcruise = bin('dependency-cruiser', 'bin/dependency-cruise.mjs')
const vitest = bin('vitest', 'vitest.mjs')

let passed = 0
let failed = 0
const summary = []
/** Each failed test with the first line of why, for whoever sees the end of the output only. */
const failures = []

/** A part that counts as one test. */
const part = (title, act) => {
  const start = performance.now()
  process.stderr.write(`\n== ${title}\n`)
  const ok = act() === 0
  if (ok) passed += 1
  else failed += 1
  summary.push(`${ok ? 'ok    ' : 'FAILED'} ${since(start).padStart(8)}  ${title}`)
  return ok
}

/** A part that runs a vitest project and counts its tests. In CI a skipped test is a failure. */
const suite = (title, project) => {
  const start = performance.now()
  process.stderr.write(`\n== ${title}\n`)
  const report = join(cache, `vitest-${project}.json`)
  rmSync(report, { force: true })
  const status = node([
    ...vitest,
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  let counts = { passed: 0, failed: 1, skipped: 0 }
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'))
    counts = {
      passed: result.numPassedTests,
      failed: result.numFailedTests,
      skipped: result.numPendingTests + result.numTodoTests,
    }
    for (const file of result.testResults) {
      const path = relative(root, file.name)
      const bad = file.assertionResults.filter(({ status }) => status === 'failed')
      if (bad.length === 0 && file.status === 'failed') failures.push(`${path}: ${firstLine(file.message)}`)
      for (const test of bad) failures.push(`${path} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`)
    }
  } catch (error) {
    process.stderr.write(`no test report: ${error.message}\n`)
  }
  if (inCI && counts.skipped > 0) {
    process.stderr.write(`${counts.skipped} skipped tests: in CI a skipped test is a failure\n`)
    counts.failed += counts.skipped
  }
  if (status !== 0 && counts.failed === 0) counts.failed = 1
  passed += counts.passed
  failed += counts.failed
  summary.push(
    `${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${since(start).padStart(8)}  ${title}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  )
}

const firstLine = (text = '') => text.split('\n')[0].slice(0, 300)

const finish = () => {
  process.stderr.write(`\n${summary.join('\n')}\n${failures.map((failure) => `failed: ${failure}\n`).join('')}`)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exit(failed === 0 ? 0 : 1)
}

if (!part('install root packages (npm ci)', installPackages)) finish()
if (!part('build and types', build)) finish()
part('types of tests and scripts', () => node([...tsc, '-p', 'tsconfig.test.json']))
part('lint and format', () => node([...biome, 'check', '.']))
part('import rule', () =>
  node([...depcruise, '--config', '.dependency-cruiser.cjs', 'src', 'connectors', 'projections', 'verifier/ts/src']),
)
suite('unit', 'unit')
if (!quick) {
  part('unit tests on Node 24', () =>
    run('npx', ['--yes', '--package', 'node@24', 'node', ...vitest, 'run', '--project', 'unit', '--reporter=dot'], {
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
    }),
  )
  part('golden vectors', () => node(['scripts/verify-vectors.mjs']))
  part('install services (Postgres, dbt, Chromium)', () => node(['test/services/install.mjs']))
  suite('integration', 'integration')
  part('first command of the README', () => node(['scripts/demo.mjs']))
}
finish()
