import { FINDINGS } from '../../../src/events/codes/index.js'
import {
  type Finding,
  gravestFreshness,
  howItEnded,
  type NodeState,
  type RunView,
  type TestState,
} from '../../run/index.js'
import { goneRelations } from './changed.js'
import { grouped, nodeName, plural, relationName } from './format.js'
import { type Html, html, lines, type Part } from './html.js'
import type { Page } from './report-context.js'
import { status } from './status.js'
import { marked } from './table.js'
import { DISPOSITION_WORDS, type Tone, voiceWord } from './words.js'

/** How many of each the first screen shows; the rest waits closed below them. */
const FIRST = 5

/** What failed, what was found, what warned: each only where there is something of it. */
export function attention(page: Page): Html {
  return html`${failed(page)}${found(page)}${warned(page)}${quiet(page)}`
}

type Step = NodeState | TestState

/** A heading with its count, and the first few; the rest is folded away. */
function list(id: string, title: string, items: readonly Html[], note: Part = null): Html {
  const [first, rest] = [items.slice(0, FIRST), items.slice(FIRST)]
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title} <span class="count">${grouped(items.length)}</span></h2>
<ol class="items">
${first}</ol>
${
  rest.length === 0
    ? null
    : html`<details><summary>${grouped(rest.length)} more</summary><ol class="items" start="${FIRST + 1}">
${rest}</ol></details>
`
}${note}</section>
`
}

function failed(page: Page): Html | null {
  const { run } = page
  const steps = [...run.nodes, ...run.tests]
  const failed = steps.filter((step) => howItEnded(step) === 'failed')
  const unfinished = steps.filter((step) => howItEnded(step) === 'unfinished')
  const sources = gravestFreshness(run).filter(({ status }) => status === 'error' || status === 'runtime-error')
  const items = [
    ...[...failed, ...unfinished].map((step) => failure(page, step)),
    ...sources.map(
      ({ node, status }) => html`<li>${nodeName(node)} ${marked('bad', status === 'error' ? 'too old' : status)}</li>
`,
    ),
  ]
  const notes = html`${skipped(run)}${statementsThatFailed(run, failed.length)}`
  if (items.length === 0) return notes
  const title = failed.length + sources.length > 0 ? 'What failed' : 'What did not end'
  return list('failed', title, items, notes)
}

function failure(page: Page, step: Step): Html {
  const failures = 'tested' in step ? (step.claim?.failures ?? step.log?.failures ?? null) : null
  const rows =
    failures === null || failures === '0'
      ? null
      : html` <span class="quiet nowrap">${grouped(failures)} ${failures === '1' ? 'row' : 'rows'}</span>`
  return html`<li>${nodeName(step.node)} ${status(gravest(step))}${rows}${messageOf(page, step)}</li>
`
}

/** The word of the voice that says the worst. */
function gravest({ claim, log, warehouse }: Step) {
  const said = [claim, log, warehouse].filter((voice) => voice !== null)
  const ended = howItEnded({ claim, log, warehouse })
  return said.find((voice) => howItEnded({ claim: voice, log: null, warehouse: null }) === ended) ?? said[0] ?? null
}

/** A message longer than this is cut; the bundle's `openings.json` has it whole. */
const MESSAGE = 2_000

/** What dbt printed about a step, where it is shown; else that there is something. */
function messageOf({ opened }: Page, step: Step): Html | null {
  const sealed = [step.claim, step.log].filter((said) => said?.sealedMessage === true)
  const text = sealed.flatMap((said) => (said === null ? [] : (opened.text(said.position, '/data/message') ?? [])))[0]
  if (text !== undefined) {
    return html`<pre class="said">${lines(text, MESSAGE)}</pre>`
  }
  return sealed.length === 0 ? null : html` <span class="withheld">What dbt said is withheld.</span>`
}

function skipped(run: RunView): Html | null {
  const steps = [...run.nodes, ...run.tests].filter((step) => howItEnded(step) === 'skipped')
  if (steps.length === 0) return null
  return html`<details><summary>${plural(steps.length, 'step was', 'steps were')} skipped</summary><ul class="plain">
${steps.map(
  ({ node }) => html`<li>${nodeName(node)}</li>
`,
)}</ul></details>
`
}

/** Statements whose failure or silence no step tells. ROLLBACKs are left out: dbt never says how one went. */
function statementsThatFailed({ statements }: RunView, failedSteps: number): Html | null {
  const count = (outcome: string) => statements.byOutcome.find(([name]) => name === outcome)?.[1] ?? 0
  const failed = failedSteps === 0 ? count('error') : 0
  const rollbacks = statements.byVerb.find(([verb]) => verb === 'ROLLBACK')?.[1].unknown ?? 0
  const unknown = count('unknown') - rollbacks
  if (failed === 0 && unknown === 0) return null
  const said = [
    failed === 0 ? null : `${plural(failed, 'statement')} failed in the warehouse, although no step did`,
    unknown === 0 ? null : `how ${plural(unknown, 'statement')} ended is not recorded`,
  ].filter((part) => part !== null)
  const text = said.join('; ')
  return html`<p class="fine">${text.charAt(0).toUpperCase()}${text.slice(1)}. <a href="#statements">See the statements</a></p>
`
}

function found({ run }: Page): Html | null {
  return run.findings.length === 0 ? null : list('findings', 'What was found', run.findings.map(finding))
}

const SEVERITY_TONE: Readonly<Record<Finding['severity'], Tone>> = { high: 'bad', medium: 'warn', low: 'unknown' }

function finding(one: Finding): Html {
  const tone = SEVERITY_TONE[one.severity]
  const said = one.said.map(([who, what], i) => html`${i === 0 ? null : ', '}${voiceWord(who)}: <q>${what}</q>`)
  return html`<li class="${tone}"><p><strong>${FINDINGS[one.code]}</strong></p>
<p>${about(one)}${said.length === 0 ? null : html`${said}. `}${DISPOSITION_WORDS[one.disposition]}</p>
<p class="fine">${marked(tone, `${one.severity} severity`)} <span class="dot">·</span> <code>${one.code}</code> <span class="dot">·</span> record ${grouped(one.position)}</p></li>
`
}

/** The step and the relation that a finding is about, as far as it says. */
function about({ node, relation }: Finding): Html | null {
  if (relation === null) return node === null ? null : html`${nodeName(node)}: `
  return html`${node === null ? null : html`${nodeName(node)}, `}${relationName(relation)}: `
}

function warned(page: Page): Html | null {
  const { run } = page
  const steps = [...run.nodes, ...run.tests].filter((step) => howItEnded(step) === 'warned')
  const sources = gravestFreshness(run).filter(({ status }) => status === 'warn')
  const items = [
    ...steps.map((step) => failure(page, step)),
    ...sources.map(
      ({ node }) => html`<li>${nodeName(node)} ${marked('warn', 'getting old')}</li>
`,
    ),
  ]
  return items.length === 0 ? null : list('warnings', 'Warnings', items)
}

/** Said where there is nothing of the three, and no more than is known. */
function quiet({ run }: Page): Html | null {
  const steps = [...run.nodes, ...run.tests].map(howItEnded)
  const calm = steps.every((ended) => ended === 'succeeded' || ended === 'skipped')
  if (!calm || run.findings.length > 0 || gravestFreshness(run).some(({ status }) => status !== 'pass')) return null
  if (goneRelations(run).length > 0) return null
  const whole = run.completeness === 'complete'
  return html`<p class="calm">${whole ? 'Nothing failed, nothing warned, nothing was found.' : 'No failure, warning or finding is recorded, but the record is not known to be whole.'}</p>
`
}
