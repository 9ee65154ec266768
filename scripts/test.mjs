// `npm test`: installs what the tests need, says what, runs everything, ends with "N passed, N failed".
// `npm test -- <part>...`: only those parts; `npm test -- --list`: their names.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runPart } from './run-part.mjs'
import { build, installPackages, root, since } from './steps.mjs'
import { chosenParts, listOfParts } from './test-parts.mjs'

const CORES = 2
const begun = performance.now()
const parts = namedParts(process.argv.slice(2))

/** What each test file took of the processor, a line for each: see test/runs/record-cost.ts. */
const costs = join(root, '.cache', 'test-cost.ndjson')
rmSync(costs, { force: true })
process.env.CLYRA_TEST_COST = costs

const results = []
if (prepare('install root packages (npm ci)', installPackages) && prepare('build and types', build)) await runAll(parts)
finish()

function namedParts(names) {
  if (names.includes('--list')) {
    process.stdout.write(listOfParts())
    process.exit(0)
  }
  const chosen = chosenParts(names)
  if (typeof chosen !== 'string') return chosen
  process.stderr.write(chosen)
  process.exit(2)
}

/** What everything else stands on; counts as one test. */
function prepare(title, act) {
  process.stderr.write(`\n== ${title}\n`)
  const start = performance.now()
  const ok = act() === 0
  const line = `${ok ? 'ok    ' : 'FAILED'} ${since(start).padStart(8)}  ${title}`
  results.push({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, failures: ok ? [] : [title], files: [], line })
  return ok
}

/** Begins the parts in their order, as many at once as there are cores for; who waits says for what. */
async function runAll(parts) {
  const running = new Map()
  for (const part of parts) {
    const room = () => CORES - [...running.keys()].reduce((sum, { cores }) => sum + cores, 0)
    while (room() < part.cores) {
      const names = [...running.keys()].map(({ title }) => title).join('; ')
      process.stderr.write(
        `\n-- ${part.title}: waits for ${part.cores === CORES ? 'both cores' : 'a core'} (${names})\n`,
      )
      await Promise.race(running.values())
    }
    process.stderr.write(`\n== ${part.title}\n`)
    running.set(
      part,
      runPart(part, { quiet: part.cores < CORES }).then((result) => {
        running.delete(part)
        results.push(result)
        process.stderr.write(`\n${result.output}${result.line}\n`)
      }),
    )
  }
  await Promise.all(running.values())
}

function finish() {
  const sum = (name) => results.reduce((total, result) => total + result[name], 0)
  const failures = results.flatMap(({ failures }) => failures)
  const lines = [
    ...costTable(),
    '',
    ...results.map(({ line }) => line),
    ...failures.map((failure) => `failed: ${failure}`),
  ]
  process.stderr.write(`\n${lines.join('\n')}\n${since(begun)} of the clock${processor()}\n`)
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
  process.exit(sum('failed') === 0 ? 0 : 1)
}

/** Tests, clock and processor of each folder of test/, and its files that took most. */
function costTable() {
  const processor = new Map(lines(costs).map((line) => Object.values(JSON.parse(line))))
  const folders = new Map()
  for (const file of results.flatMap(({ files }) => files)) {
    const spent = processor.get(file.name)
    if (spent === undefined) continue
    const folder = file.name.split('/').slice(0, 2).join('/')
    folders.set(folder, [...(folders.get(folder) ?? []), { ...file, spent }])
  }
  const total = (files, key) => files.reduce((sum, file) => sum + file[key], 0)
  const row = (name, tests, clock, spent) =>
    `${name.padEnd(44)} ${String(tests).padStart(6)} ${clock.toFixed(0).padStart(7)} s ${spent.toFixed(0).padStart(7)} s`
  const rows = [...folders]
    .sort(([, a], [, b]) => total(b, 'spent') - total(a, 'spent'))
    .flatMap(([name, files]) => [
      row(name, total(files, 'tests'), total(files, 'clock'), total(files, 'spent')),
      ...files
        .filter(({ spent }) => spent >= 10)
        .sort((a, b) => b.spent - a.spent)
        .map((file) => row(`  ${file.name}`, file.tests, file.clock, file.spent)),
    ])
  return rows.length === 0 ? [] : [`${'folder, files above 10 s'.padEnd(44)}  tests     clock processor`, ...rows]
}

function lines(path) {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}

/** Seconds that all that was run took of the processor, where the system says so. */
function processor() {
  const [stat = ''] = lines('/proc/self/stat')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number)
  return user === undefined ? '' : `, ${((user + system) / 100).toFixed(0)} s of the processor`
}
