import type { BundleState } from '../bundle-state.js'
import { activitySections } from './activity-sections.js'
import { answer, OUTCOME_TONE, whetherProved } from './answers.js'
import { check } from './check.js'
import { artifactsTable } from './files-part.js'
import { grouped, moment, name, plural } from './format.js'
import { glossary } from './glossary.js'
import { type Html, html, type Part } from './html.js'
import { ledgerPart } from './ledger-part.js'
import { measurementsPart } from './measurements-part.js'
import { recordSection } from './record-sections.js'
import { type PageOf, renderPage } from './render-page.js'
import type { Page, ReportContext } from './report-context.js'
import { runPart } from './run-part.js'
import { facts, part } from './table.js'
import { windowSection } from './window-section.js'
import { AUTOMATION_REASON_WORDS, OUTCOME_WORDS, TERMS } from './words.js'

/** `report.html` of a PEF bundle. */
export function renderPefReport(state: BundleState, context: ReportContext): string {
  return renderPage(PEF_PAGE, state, context)
}

/** Of the terms of art those that such a run has. */
const WORDS = TERMS.filter(([term]) => !['anchor', 'artefact', 'finding', 'voices'].includes(term))

const PEF_PAGE: PageOf = {
  title: 'Automation evidence report',
  sealed: 'Arguments, requests and answers',
  headline,
  opening: restsOn,
  check: (view) => check(view, 'pef', 'not that what the recorder says is true, or that it saw everything.'),
  sections: ({ run }) =>
    html`${recordSection(run, { asked: false, words: AUTOMATION_REASON_WORDS })}${windowSection(run)}${activitySections(run)}`,
  appendix: (page) =>
    html`${runPart(page)}${measurementsPart(page.run)}${files(page)}${ledgerPart(page)}${glossary(page.view, WORDS, AUTOMATION_REASON_WORDS)}`,
}

function headline(page: Page): Html {
  return html`<header>
<p class="eyebrow">Automation evidence report</p>
<h1>${whatRan(page)} ${OUTCOME_WORDS[page.run.outcome].sentence}</h1>
<p class="standfirst">${standfirst(page)}</p>
</header>
<dl class="answers">
${howItEnded(page)}${whatWasStopped(page)}${whetherItIsWhole(page)}${whetherProved()}</dl>
`
}

/** What the tools of PEF's list are in a heading; any other is named. */
const RUNS: Readonly<Record<string, string>> = {
  agent: 'An agent’s session',
  gateway: 'A window of gateway traffic',
  activation: 'An activation sync',
  voice: 'A call',
  mcp: 'An MCP session',
}

function whatRan({ run: { started } }: Page): Part {
  if (started === null) return 'A run that does not say how it began'
  return Object.hasOwn(RUNS, started.tool) ? RUNS[started.tool]! : html`A run of ${name(started.tool)}`
}

function standfirst({ run: { started } }: Page): Part {
  if (started === null) return 'When it started is not recorded.'
  const agent = started.governance.agent_id
  const by = agent ?? started.actor
  return html`Started ${moment(started.time)}${by === null ? null : html` <span class="dot">·</span> by ${name(by)}`}`
}

function howItEnded({ run }: Page): Html {
  const { word } = OUTCOME_WORDS[run.outcome]
  const said = run.exited === null ? 'Nothing that was recorded says how it ended.' : ''
  const calls = run.calls.total === 0 ? '' : `${plural(run.calls.total, 'tool call')}. `
  return answer('How did it end?', OUTCOME_TONE[run.outcome], word, `${calls}${said}`)
}

/** Of what asked to pass: without a receipt nothing is known, which is no good news. */
function whatWasStopped({ run: { receipts, verdicts, openIntents } }: Page): Html {
  const question = 'Was anything stopped?'
  if (receipts.total === 0 && openIntents.length === 0)
    return answer(question, 'unknown', 'Not recorded', 'The record has no receipts.')
  const of = (list: typeof receipts | typeof verdicts, ...words: string[]) =>
    list.byResult.reduce((sum, [word, count]) => (words.includes(word) ? sum + count : sum), 0)
  const stopped = of(receipts, 'block', 'hold', 'queue-full')
  const attacks = of(verdicts, 'attack', 'suspect')
  const said = [
    `${plural(receipts.total, 'receipt')}`,
    ...(attacks === 0 ? [] : [`${grouped(attacks)} found suspect`]),
    ...(openIntents.length === 0 ? [] : [`${grouped(openIntents.length)} without an answer`]),
  ]
  const calm = stopped === 0 && attacks === 0 && openIntents.length === 0
  return answer(question, calm ? 'good' : 'warn', stopped === 0 ? 'Nothing' : grouped(stopped), `${said.join(', ')}.`)
}

function whetherItIsWhole({ run: { completeness, reasons } }: Page): Html {
  const word = { complete: 'Complete', partial: 'Partial', unknown: 'Unknown' }[completeness]
  const [first] = reasons.map((reason) => AUTOMATION_REASON_WORDS[reason] ?? reason)
  const why = first ?? 'The recorder says that nothing is missing.'
  return answer('Is the record whole?', completeness === 'complete' ? 'good' : 'warn', word, why)
}

function files({ run, context }: Page): Html {
  return part({
    id: 'files',
    title: 'Files',
    lead: 'What the run named. A digest pins the bytes: whoever has the file can compare.',
    body: artifactsTable(run, context.embedded),
  })
}

/** The streams of their own that the run rests on: they are in the bundle, whole. */
function restsOn({ run: { links } }: Page): Html {
  const own = links.filter(({ late }) => !late)
  if (own.length === 0) {
    return html`<p class="lead">The run rests on no approval, policy or switch of its own.</p>
`
  }
  return html`<section aria-labelledby="rests-on"><h2 id="rests-on">What it rests on</h2>
<p class="lead">These are in the bundle up to its end, with whatever came to them later, or are proved not to be there.</p>
${facts(own.map(({ stream, role }) => [role, html`<code>${stream}</code>`]))}</section>
`
}
