import type { DefView } from '../def-view.js'
import { code, grouped, moment, name, plural, seconds } from './format.js'
import { type Html, html, type Part } from './html.js'
import { marked } from './table.js'
import { differ, voicesHeard } from './voices.js'
import { OUTCOME_WORDS, REASON_WORDS, type Tone, VOICE_WORDS } from './words.js'

/** What ran and how it ended: the sentence that a lead reads first, and the four answers under it. */
export function headline(view: DefView): Html {
  const { run } = view
  return html`<header>
<p class="eyebrow">Data evidence report</p>
<h1>${whatRan(view)} ${OUTCOME_WORDS[run.outcome].sentence}</h1>
<p class="standfirst">${standfirst(view)}</p>
</header>
<dl class="answers">
${outcomeAnswer(view)}${findingsAnswer(view)}${recordAnswer(view)}${proofAnswer()}</dl>
`
}

/** "dbt build of jaffle_shop" */
export function whatRan({ run }: DefView): Part {
  const told = run.invocations.find((invocation) => invocation.command !== null) ?? run.invocations[0]
  const tool = run.started === null ? 'The run' : run.started.tool === 'dbt' ? 'dbt' : 'A run'
  const command = told?.command == null ? null : html` ${name(told.command)}`
  const project = run.invocations.find((invocation) => invocation.project !== null)?.project ?? null
  return html`${tool}${command}${project === null ? null : html` of ${name(project)}`}`
}

function standfirst({ run, genesis }: DefView): Part {
  const told = run.invocations.find((invocation) => invocation.voice === 'claim') ?? run.invocations[0]
  const elapsed = run.completions.find((done) => done.elapsedSeconds !== null)?.elapsedSeconds ?? null
  const engine = told === undefined ? null : [told.engine, told.version].filter((part) => part !== null).join(' ')
  const pieces: Part[] = [
    run.started === null ? 'when it started is not recorded' : html`Started ${moment(run.started.time)}`,
    elapsed === null ? null : html`took ${seconds(elapsed)}`,
    told?.target == null ? null : html`target ${name(told.target)}`,
    told?.adapter == null ? null : name(told.adapter),
    engine === null ? null : name(engine),
    html`run ${code(run.run)}`,
    genesis === null ? null : html`ledger ${name(genesis.origin)}`,
  ]
  return pieces
    .filter((piece) => piece !== null)
    .map((piece, i) => (i === 0 ? piece : html` <span class="dot">·</span> ${piece}`))
}

function answer(question: string, tone: Tone, word: Part, explanation: Part): Html {
  return html`<div><dt>${question}</dt><dd><strong>${marked(tone, word)}</strong> <span class="why">${explanation}</span></dd></div>
`
}

function outcomeAnswer({ run }: DefView): Html {
  const tone = ({ succeeded: 'good', failed: 'bad', interrupted: 'bad', unknown: 'unknown' } as const)[run.outcome]
  const said = run.outcomeSaid.map(
    ({ who, what }) => `${VOICE_WORDS[who]}: ${what === 'unknown' ? 'does not say' : what}`,
  )
  const explanation = said.length === 0 ? 'Nothing that was recorded says how it ended.' : `${said.join('; ')}.`
  return answer('How did it end?', tone, OUTCOME_WORDS[run.outcome].word, capital(explanation))
}

function findingsAnswer({ run }: DefView): Html {
  const { length } = run.findings
  if (length === 0) {
    const { silent } = voicesHeard(run)
    // Silence is not agreement: without all three voices, no finding is no good news.
    if (silent.length > 0) {
      return answer(
        'Do the accounts agree?',
        'unknown',
        'No finding',
        `But not all was compared. Nothing was heard from: ${silent.join(', ')}.`,
      )
    }
    const differing = [...run.nodes, ...run.tests].filter(differ).length
    if (differing > 0) {
      return answer(
        'Do the accounts agree?',
        'unknown',
        'No finding',
        `But dbt’s results and log differ in ${plural(differing, 'place')}; see the steps.`,
      )
    }
    return answer('Do the accounts agree?', 'good', 'No finding', 'Where two accounts speak of one thing, they agree.')
  }

  const high = run.findings.filter((finding) => finding.severity === 'high').length
  const grave = high === 0 ? 'None is of high severity.' : `${grouped(high)} of high severity.`
  return answer('Do the accounts agree?', high > 0 ? 'bad' : 'warn', plural(length, 'finding'), grave)
}

function recordAnswer({ run }: DefView): Html {
  if (run.completeness === 'complete') {
    return answer('Is the record whole?', 'good', 'Complete', 'Everything that the capture could read is recorded.')
  }
  const word = run.completeness === 'partial' ? 'Partial' : 'Unknown'
  const shown = run.reasons.slice(0, 2).map((reason) => REASON_WORDS[reason] ?? reason)
  const more = run.reasons.length > 2 ? ` And ${plural(run.reasons.length - 2, 'more reason')} below.` : ''
  return answer('Is the record whole?', 'warn', word, `${shown.join(' ')}${more}`)
}

function proofAnswer(): Html {
  return answer(
    'Is the proof good?',
    'unknown',
    'Check it',
    html`No page can answer this about itself. <a href="#check">How to check it yourself</a>`,
  )
}

function capital(text: string): string {
  // dbt writes itself small, also at the start of a sentence.
  return text.startsWith('dbt') ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
