import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './steps.mjs'

/** Fault suites by name, with the test files that report them: those that call `reportFaults('<suite>', ...)`. */
export function faultSuites() {
  const suites = new Map()
  const files = readdirSync(join(root, 'test'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const file of files) {
    for (const [, suite] of readFileSync(file, 'utf8').matchAll(/\breportFaults\(\s*'([a-z0-9-]+)'/g)) {
      const path = relative(root, file).split(sep).join('/')
      if (suites.has(suite)) throw new Error(`the fault suite ${suite} is reported by ${suites.get(suite)} and ${path}`)
      suites.set(suite, path)
    }
  }
  return new Map([...suites].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * The page: one section for each suite, one row for each kind of fault. A pure function of the reports
 * (`{ suite, bounds, rows }[]`, as `reportFaults` writes them).
 */
export function renderPage(reports) {
  const count = (rows, field) => rows.reduce((sum, row) => sum + row[field], 0)
  const all = reports.flatMap(({ rows }) => rows)
  const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
  const sections = reports.map(({ suite, bounds, rows }) =>
    [
      `## ${suite}`,
      '',
      `\`npm run reliability -- ${suite}\`: ${count(rows, 'survived')} of ${count(rows, 'cases')} cases survived${
        bounds === 'full' ? '' : ' (the part that `npm test` takes; the command takes all)'
      }.`,
      '',
      '| fault | where | cases | survived | what must hold | a mutation that makes it fail |',
      '|---|---|---:|---:|---|---|',
      ...rows.map((row) => {
        const { fault, where, cases, survived, rule, mutation } = row
        return `| ${[fault, where, cases, survived, rule, mutation || 'none'].map(cell).join(' | ')} |`
      }),
      '',
    ].join('\n'),
  )
  return `# Reliability

Made by \`npm run reliability\` from what the fault suites report; not edited by hand. Each suite runs in \`npm test\` too, over a part of its cases that is bounded and chosen by a printed seed.

${all.length} kinds of fault in ${reports.length} suites, ${count(all, 'cases')} cases, ${count(all, 'survived')} survived. A case has survived when everything in its row's fifth column held. The last column names a change of the product for which the same suite fails.

${sections.join('\n')}`
}
