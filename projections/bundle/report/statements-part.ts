import type { RunView, Statement } from '../../run/index.js'
import { clockTime, dash, grouped, name, nodeName, orDash, plural, seconds } from './format.js'
import { type Html, html, lines, type Part } from './html.js'
import type { OpenedValues, Page } from './report-context.js'
import { fold, marked, part, table } from './table.js'

/** How many rows the page shows; the bundle's `records.jsonl` has every statement. */
export const SHOWN = 500

/** What was sent to the warehouse, as dbt's log saw it; the text only where it is opened. */
export function statementsPart({ run, opened }: Page): Html {
  const { statements } = run
  if (statements.total === 0) {
    return part({
      id: 'statements',
      title: 'Statements',
      lead: null,
      body: html`<p>No statement was recorded.</p>
`,
    })
  }
  const shown = statements.listed.slice(0, SHOWN)
  const failed = statements.listed.filter(({ outcome }) => outcome === 'error').slice(0, SHOWN)
  const unknown = statements.listed
    .filter(({ outcome, kind }) => outcome === 'unknown' && kind !== 'rollback')
    .slice(0, SHOWN)
  const left = statements.total - shown.length
  return part({
    id: 'statements',
    title: 'Statements',
    count: grouped(statements.total),
    lead: html`What dbt’s log saw going to the warehouse: ${outcomes(statements.byOutcome)}. ${opened.any ? null : 'The text is withheld, because it may hold personal data; the record commits to it. '}dbt never says how a ROLLBACK went.`,
    body: html`<div class="narrow">${verbs(run)}</div>${limits(run)}${failed.length === 0 ? null : list(`Failed: ${plural(failed.length, 'statement')}`, failed, opened)}${unknown.length === 0 ? null : list(`Without a known outcome: ${plural(unknown.length, 'statement')}`, unknown, opened)}${list(
      left === 0
        ? `All ${plural(shown.length, 'statement')}, in order`
        : `The first ${plural(shown.length, 'statement')}, in order`,
      shown,
      opened,
    )}${
      left === 0
        ? null
        : html`<p class="fine">${plural(left, 'statement')} more: every one is a line of <code>records.jsonl</code> in this bundle.</p>
`
    }`,
  })
}

const OUTCOME = {
  success: ['good', 'succeeded'],
  error: ['bad', 'failed'],
  unknown: ['unknown', 'of unknown outcome'],
} as const

function isOutcome(text: string): text is keyof typeof OUTCOME {
  return Object.hasOwn(OUTCOME, text)
}

function outcomes(byOutcome: RunView['statements']['byOutcome']): Part {
  return byOutcome.map(
    ([outcome, count], i) =>
      html`${i === 0 ? null : ', '}${grouped(count)} ${isOutcome(outcome) ? OUTCOME[outcome][1] : outcome}`,
  )
}

function verbs(run: RunView): Html {
  return table(
    'Statements by kind',
    [
      { title: 'First word' },
      { title: 'Statements', number: true },
      { title: 'Failed', number: true },
      { title: 'Unknown', number: true },
      { title: 'Rows, where told', number: true },
    ],
    run.statements.byVerb.map(([verb, tally]) => ({
      cells: [
        verb === '-' ? html`<span class="quiet">not recognised</span>` : html`<code>${verb}</code>`,
        grouped(tally.total),
        tally.failed === 0 ? dash : marked('bad', grouped(tally.failed)),
        tally.unknown === 0 ? dash : marked('unknown', grouped(tally.unknown)),
        tally.rows === '0' ? dash : grouped(tally.rows),
      ],
    })),
  )
}

function limits({ statements }: RunView): Part {
  const notes = [
    statements.truncated === 0 ? null : `${plural(statements.truncated, 'statement')} reached the log cut short.`,
    statements.multiStatement === 0
      ? null
      : `${plural(statements.multiStatement, 'entry', 'entries')} held several statements in one text; only the last one’s result is known.`,
  ].filter((note) => note !== null)
  return notes.length === 0
    ? null
    : html`<p class="fine">${notes.join(' ')}</p>
`
}

function list(summary: string, statements: readonly Statement[], opened: OpenedValues): Html {
  return fold(
    summary,
    table(
      summary,
      [
        { title: 'No.', number: true },
        { title: 'First word' },
        { title: 'For' },
        { title: 'Outcome' },
        { title: 'Rows', number: true },
        { title: 'Took', number: true },
        { title: 'Start' },
        { title: 'Thread' },
        { title: 'Record', number: true },
      ],
      statements.map((statement) => ({
        cells: [
          grouped(statement.ordinal),
          html`${verb(statement)}${text(statement, opened)}`,
          statement.node === null
            ? html`<span class="quiet">${ORIGIN[statement.origin]}</span>`
            : nodeName(statement.node),
          marked(OUTCOME[statement.outcome][0], statement.outcome),
          orDash(statement.rows === null ? null : grouped(statement.rows)),
          seconds(statement.elapsedSeconds),
          clockTime(statement.startedAt),
          statement.thread === null ? dash : name(statement.thread),
          grouped(statement.position),
        ],
        tone: statement.outcome === 'error' ? ('bad' as const) : undefined,
      })),
    ),
    'screen',
  )
}

/** SQL longer than this is cut; the bundle's `openings.json` has it whole. */
const TEXT = 2_000

function text({ position }: Statement, opened: OpenedValues): Html | null {
  const sql = opened.text(position, '/data/text')
  if (sql === null) return null
  return html`<details><summary>SQL</summary><pre>${lines(sql, TEXT)}</pre></details>`
}

const ORIGIN: Readonly<Record<Statement['origin'], string>> = {
  node: 'a step',
  'on-run-start': 'hook before the run',
  'on-run-end': 'hook after the run',
  internal: 'dbt’s own catalogue work',
  unknown: 'not known',
}

function verb(statement: Statement): Part {
  const dbtsOwn = statement.kind === 'commit' || statement.kind === 'rollback'
  const word = dbtsOwn ? statement.kind.toUpperCase() : statement.verb
  const notes = [statement.truncated ? 'cut short' : null, statement.multiStatement ? 'several in one' : null]
  return html`${word === null ? dash : html`<code>${word}</code>`}${notes.map((note) => (note === null ? null : html` <span class="quiet">${note}</span>`))}`
}
