import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, since } from './steps.mjs'

const cache = join(root, '.cache')
const inCI = process.env.CI === 'true'
const firstLine = (text = '') => text.split('\n')[0].slice(0, 300)

/**
 * Runs a part to its end, or until its time is over. Gives how many of its tests passed, failed and were skipped (a
 * part without a report is one test), each failed one with the first line of why, a line for the end of the run, what
 * it printed where `quiet`, and the clock of each file.
 */
export async function runPart({ title, command, report, minutes }, { quiet }) {
  const start = performance.now()
  mkdirSync(cache, { recursive: true })
  const path = join(cache, `vitest-${report}.json`)
  rmSync(path, { force: true })
  const reporting = report === undefined ? [] : ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`]
  const { status, output } = await run([...command, ...reporting], { minutes, quiet })
  const counts = report === undefined ? oneTest(title, status) : reported(path, status)
  const said =
    report === undefined ? '' : `: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
  const line = `${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${since(start).padStart(8)}  ${title}${said}`
  return { ...counts, output, line }
}

function run([program, ...args], { minutes, quiet }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', ...(quiet ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
      timeout: minutes * 60_000,
      killSignal: 'SIGKILL',
    })
    const chunks = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(chunk))
    const end = (status, more = '') => resolve({ status, output: `${Buffer.concat(chunks)}${more}` })
    child.once('error', (error) => end(1, `cannot start ${program}: ${error.message}\n`))
    child.once('close', (status, signal) =>
      end(status ?? 1, signal === 'SIGKILL' ? `ended: it took more than ${minutes} minutes\n` : ''),
    )
  })
}

function oneTest(title, status) {
  const failed = status === 0 ? 0 : 1
  return {
    passed: 1 - failed,
    failed,
    skipped: 0,
    failures: failed === 0 ? [] : [`${title}: exit status ${status}`],
    files: [],
  }
}

/** What vitest reports of its tests. In CI a skipped test is a failure. */
function reported(path, status) {
  let counts = { passed: 0, failed: 1, skipped: 0, failures: [], files: [] }
  try {
    const result = JSON.parse(readFileSync(path, 'utf8'))
    const files = result.testResults.map((file) => ({ ...file, name: relative(root, file.name) }))
    counts = {
      passed: result.numPassedTests,
      failed: result.numFailedTests,
      skipped: result.numPendingTests + result.numTodoTests,
      failures: files.flatMap(failuresOf),
      files: files.map(({ name, startTime, endTime, assertionResults }) => ({
        name,
        tests: assertionResults.length,
        clock: Math.max(0, endTime - startTime) / 1000,
      })),
    }
  } catch (error) {
    counts.failures.push(`no test report: ${error.message}`)
  }
  if (inCI && counts.skipped > 0) {
    counts.failures.push(`${counts.skipped} skipped tests: in CI a skipped test is a failure`)
    counts.failed += counts.skipped
  }
  if (status !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

function failuresOf({ name, status, message, assertionResults }) {
  const bad = assertionResults.filter((test) => test.status === 'failed')
  if (bad.length === 0 && status === 'failed') return [`${name}: ${firstLine(message)}`]
  return bad.map(({ fullName, failureMessages }) => `${name} > ${fullName}: ${firstLine(failureMessages[0])}`)
}
