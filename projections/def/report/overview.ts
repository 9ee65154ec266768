import type { Finding, RunView } from '../../run/index.js'
import type { DefView } from '../def-view.js'
import { type BuiltRelation, builtRelations, schemaChange } from './built-relations.js'
import { grouped, nodeName, orDash, plural, relationName } from './format.js'
import { type Html, html, type Part } from './html.js'
import { saidByWarehouse, status } from './status.js'
import { marked, table } from './table.js'
import { differ, voicesHeard } from './voices.js'
import { DISPOSITION_WORDS, FINDING_WORDS, type Tone, voiceWord } from './words.js'

/** How many of each the first screen shows; what is left is counted and linked. */
const FIRST = 5

/** What needs attention, gravest first; then what failed; then what changed. */
export function overview(view: DefView): Html {
  return html`${findings(view)}${failed(view.run)}${changed(view.run)}`
}

function findings({ run }: DefView): Html {
  if (run.findings.length === 0) {
    return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
<p>${noFinding(run)}</p></section>
`
  }
  const [first, rest] = [run.findings.slice(0, FIRST), run.findings.slice(FIRST)]
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings <span class="count">${grouped(run.findings.length)}</span></h2>
<ol class="findings">
${first.map(finding)}</ol>
${
  rest.length === 0
    ? null
    : html`<details><summary>${plural(rest.length, 'more finding')}</summary><ol class="findings" start="${FIRST + 1}">
${rest.map(finding)}</ol></details>
`
}</section>
`
}

function noFinding(run: RunView): string {
  const { heard, silent } = voicesHeard(run)
  if ([...run.nodes, ...run.tests].some(differ))
    return 'None was raised, although dbt’s results and dbt’s log differ; see the steps.'
  if (silent.length === 0)
    return 'None: where dbt’s results, dbt’s log and the warehouse speak of one thing, they agree.'
  if (heard.length === 0) return 'None, because nothing was heard that could be compared.'
  return `None, but not all was compared: heard was ${heard.join(' and ')}; nothing was heard from ${silent.join(' and ')}.`
}

const SEVERITY_TONE: Readonly<Record<Finding['severity'], Tone>> = { high: 'bad', medium: 'warn', low: 'unknown' }

function finding(found: Finding): Html {
  const said = found.said.map(([who, what], i) => html`${i === 0 ? null : ', '}${voiceWord(who)}: <q>${what}</q>`)
  return html`<li class="${SEVERITY_TONE[found.severity]}"><p><strong>${FINDING_WORDS[found.code]}</strong></p>
<p>${found.node === null ? null : html`${nodeName(found.node)}: `}${said.length === 0 ? null : html`${said}. `}${DISPOSITION_WORDS[found.disposition]}</p>
<p class="fine">${marked(SEVERITY_TONE[found.severity], `${found.severity} severity`)} <span class="dot">·</span> <code>${found.code}</code> <span class="dot">·</span> <code>${found.disposition}</code> <span class="dot">·</span> record ${grouped(found.position)}</p></li>
`
}

function failed(run: RunView): Html {
  const bad = ['error', 'fail', 'runtime-error', 'interrupted', 'partial']
  const fails = (said: { readonly status: string } | null) => said !== null && bad.includes(said.status)
  const all = [...run.nodes, ...run.tests].filter((one) => fails(one.claim) || fails(one.log) || fails(one.warehouse))
  const statements = run.statements.byOutcome.find(([outcome]) => outcome === 'error')?.[1] ?? 0
  const unknown = run.statements.byOutcome.find(([outcome]) => outcome === 'unknown')?.[1] ?? 0
  const notes: Part = [
    statements === 0
      ? null
      : html`<p>${plural(statements, 'statement')} failed in the warehouse; <a href="#statements">see below</a>.</p>`,
    unknown === 0
      ? null
      : html`<p>How ${plural(unknown, 'statement')} ended is not recorded; <a href="#statements">see below</a>.</p>`,
  ]
  const items = all.slice(0, FIRST).map((one) => {
    const failures = 'tested' in one ? (one.claim?.failures ?? one.log?.failures ?? null) : null
    const count =
      failures === null || failures === '0'
        ? null
        : html` <span class="quiet nowrap">${grouped(failures)} ${failures === '1' ? 'row' : 'rows'}</span>`
    return html`<li>${nodeName(one.node)} ${status(one.claim ?? one.log ?? one.warehouse)}${count}</li>
`
  })
  const more = all.length - items.length
  return html`<section aria-labelledby="failed"><h2 id="failed">What failed${all.length === 0 ? null : html` <span class="count">${grouped(all.length)}</span>`}</h2>
${
  all.length === 0
    ? html`<p>${run.completeness === 'complete' ? 'Nothing.' : 'No failure is recorded, but the record is not known to be whole.'}</p>`
    : html`<ul class="plain">
${items}</ul>${more === 0 ? null : html`<p>${plural(more, 'more')} under <a href="#nodes">steps</a> and <a href="#tests">tests</a>.</p>`}`
}${notes}</section>
`
}

function changed(run: RunView): Html {
  const built = builtRelations(run)
  const rows = built.slice(0, 2 * FIRST).map((one: BuiltRelation) => ({
    cells: [
      relationName(one.relation),
      orDash(one.materialized ?? one.resourceType),
      status(one.claim ?? one.log),
      orDash(one.rows === null ? null : grouped(one.rows)),
      saidByWarehouse(one.reading),
    ],
    tone: one.reading?.present === false ? ('bad' as const) : undefined,
  }))
  const more = built.length - rows.length
  return html`<section aria-labelledby="changed"><h2 id="changed">What it changed${built.length === 0 ? null : html` <span class="count">${plural(built.length, 'relation')}</span>`}</h2>
${
  built.length === 0
    ? html`<p>Nothing that was recorded says that a table or view was built.</p>
`
    : table(
        'What the run changed',
        [
          { title: 'Relation' },
          { title: 'As' },
          { title: 'dbt says' },
          { title: 'Rows', number: true },
          { title: 'The warehouse says' },
        ],
        rows,
      )
}${
  more === 0
    ? null
    : html`<p>${plural(more, 'more relation')} under <a href="#nodes">steps</a>.</p>
`
}${schemaChange(run)}</section>
`
}
