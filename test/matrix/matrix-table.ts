import { COMMANDS } from './commands.js'
import type { EngineResults } from './engine-results.js'
import { FEATURES } from './features.js'

const START = '<!-- matrix: made by npm run matrix, not by hand -->'
const END = '<!-- /matrix -->'

/** A page of the documentation with its table made anew. Throws where the markers are not there. */
export function withMatrixTable(page: string, columns: readonly EngineResults[], refused: readonly string[]): string {
  const [from, to] = [page.indexOf(START), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error('the page has no place for the matrix')
  return `${page.slice(0, from)}${START}\n\n${matrixTable(columns, refused)}\n${page.slice(to)}`
}

function matrixTable(columns: readonly EngineResults[], refused: readonly string[]): string {
  const runs = columns.reduce((sum, { commands }) => sum + commands.length, 0)
  const untrue = columns.reduce(
    (sum, { commands }) => sum + commands.filter((one) => one.falseWords.length > 0).length,
    0,
  )
  const names = columns.map(({ engine }) => engine.replace('-postgres', ' pg').replace('-duckdb', ' duck'))
  const head = (first: string) => [`| ${first} | ${names.join(' | ')} |`, `|---|${names.map(() => '---').join('|')}|`]
  return [
    `${runs} runs; ${untrue === 0 ? 'none has a false word' : `${untrue} with a false word, marked !`}. pg: PostgreSQL 18.${refused.map((why) => ` ${why}`).join('')}`,
    '',
    'Who speaks of what in a whole `dbt build`: C the claim, L the log, W the warehouse; a dot: that voice does not speak of it; empty: this engine has no such thing.',
    '',
    ...head('feature'),
    ...FEATURES.map(([title], at) =>
      row(
        title,
        columns.map(({ features }) => features[at]?.[1] ?? ''),
      ),
    ),
    '',
    'Each command: of how many nodes and tests the claim / the log / the warehouse speak; then its findings, where there are any. Runs that fail are told as failed.',
    '',
    ...head('command'),
    ...COMMANDS.map(({ name }) =>
      row(
        `\`${name}\``,
        columns.map((column) => cellOf(column, name)),
      ),
    ),
    '',
  ].join('\n')
}

const row = (title: string, cells: readonly string[]) => `| ${title} | ${cells.join(' | ')} |`

function cellOf({ commands }: EngineResults, name: string): string {
  const one = commands.find(({ command }) => command === name)
  if (one === undefined) return ''
  const { claim = 0, log = 0, warehouse = 0 } = one.voices ?? {}
  const findings = one.findings.length > 0 ? ` ${[...new Set(one.findings)].join(', ')}` : ''
  return `${claim}/${log}/${warehouse}${findings}${one.falseWords.length > 0 ? ' !' : ''}`
}
