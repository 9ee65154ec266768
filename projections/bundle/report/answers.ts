import type { WarehouseHeard } from '../../run/index.js'
import { differ } from './differ.js'
import { grouped, plural } from './format.js'
import { type Html, html, type Part } from './html.js'
import type { Page } from './report-context.js'
import { stepsInWords } from './steps-in-words.js'
import { marked } from './table.js'
import { OUTCOME_WORDS, REASON_WORDS, type Tone, VOICE_WORDS, warehouseWords } from './words.js'

/** The four questions of the first screen. */
export function answers(page: Page): Html {
  return html`<dl class="answers">
${howItEnded(page)}${whetherTheyAgree(page)}${whetherItIsWhole(page)}${whetherProved()}</dl>
`
}

export function whetherProved(): Html {
  const how = html`No page can answer this about itself. <a href="#check">How to check</a>`
  return answer('Is the proof good?', 'unknown', 'Check it', how)
}

export function answer(question: string, tone: Tone, word: Part, explanation: Part): Html {
  return html`<div><dt>${question}</dt><dd><strong>${marked(tone, word)}</strong> <span class="why">${explanation}</span></dd></div>
`
}

export const OUTCOME_TONE = { succeeded: 'good', failed: 'bad', interrupted: 'bad', unknown: 'unknown' } as const

function howItEnded(page: Page): Html {
  const { run } = page
  const { word } = OUTCOME_WORDS[run.outcome]
  return answer('How did it end?', OUTCOME_TONE[run.outcome], word, html`${stepsInWords(run)} ${whoDiffers(page)}`)
}

/** Who says what about the end, where they do not say the same or somebody knows more than that it succeeded. */
function whoDiffers({ run }: Page): string {
  const said = run.outcomeSaid.filter(({ what }) => what !== 'unknown')
  if (said.length === 0) return 'Nothing that was recorded says how it ended.'
  const good = said.filter(({ what }) => what === 'success' || what === 'exit 0')
  if (good.length === said.length && run.outcome === 'succeeded') return ''
  return `${said.map(({ who, what }) => `${capital(VOICE_WORDS[who])}: ${what}`).join('; ')}.`
}

/** What stands in the way of calling two accounts one: nothing where all three were heard and agree. */
function whyNotAgreed({ run }: Pick<Page, 'run'>): string | null {
  const { claim, log, warehouse } = run.voices
  const silent = [
    claim.completeness === 'missing' ? VOICE_WORDS.claim : null,
    log.completeness === 'missing' ? VOICE_WORDS.log : null,
    warehouse.completeness === 'not-asked' ? VOICE_WORDS.warehouse : null,
  ].filter((voice) => voice !== null)
  // Silence is not agreement: without all three voices, no finding is no good news.
  if (silent.length > 0) return `Not all was compared: nothing was heard from ${listed(silent)}.`
  if (warehouse.completeness === 'partly') return 'Not all was compared: the warehouse was asked in part only.'
  if (claim.completeness === 'partial' || log.completeness === 'partial')
    return 'Not all was compared: the record has gaps.'
  const differing = [...run.nodes, ...run.tests].filter(differ).length
  return differing === 0 ? null : `dbt’s results and log differ in ${plural(differing, 'place')}; see the steps.`
}

function whetherTheyAgree({ run }: Page): Html {
  const question = 'Do the accounts agree?'
  const { length } = run.findings
  if (length > 0) {
    const graded = (['high', 'medium', 'low'] as const).flatMap((severity) => {
      const count = run.findings.filter((finding) => finding.severity === severity).length
      return count === 0 ? [] : [`${grouped(count)} ${severity}`]
    })
    const high = run.findings.some((finding) => finding.severity === 'high')
    return answer(question, high ? 'bad' : 'warn', plural(length, 'finding'), `Severity: ${graded.join(', ')}.`)
  }
  const why = whyNotAgreed({ run })
  return why === null
    ? answer(question, 'good', 'No finding', 'Where two accounts speak of one thing, they agree.')
    : answer(question, 'unknown', 'No finding', why)
}

function whetherItIsWhole({ run }: Page): Html {
  const whole = run.completeness === 'complete'
  const word = whole ? 'Complete' : run.completeness === 'partial' ? 'Partial' : 'Unknown'
  const { claim, log, warehouse } = run.voices
  return answer(
    'Is the record whole?',
    whole ? 'good' : 'warn',
    word,
    html`<span class="voices">${heard('claim', claim.completeness, claim.reasons)}${heard('log', log.completeness, log.reasons)}${asked(warehouse)}</span>`,
  )
}

const HEARD = {
  complete: ['good', 'heard in full'],
  partial: ['warn', 'heard in part'],
  missing: ['warn', 'not heard'],
  'not-needed': ['unknown', 'not needed'],
} as const
const ASKED = {
  asked: ['good', 'asked'],
  partly: ['warn', 'asked in part'],
  'not-asked': ['warn', 'not asked'],
  'not-needed': ['unknown', 'not needed'],
} as const

function heard(voice: 'claim' | 'log', completeness: keyof typeof HEARD, reasons: readonly string[]): Html {
  const [tone, word] = HEARD[completeness]
  return voiceLine(
    VOICE_WORDS[voice],
    tone,
    word,
    reasons.map((reason) => REASON_WORDS[reason] ?? reason),
  )
}

function asked({ completeness, reasons }: WarehouseHeard): Html {
  const [tone, word] = ASKED[completeness]
  return voiceLine(VOICE_WORDS.warehouse, tone, word, warehouseWords(reasons))
}

function voiceLine(voice: string, tone: Tone, word: string, why: readonly string[]): Html {
  const [first, ...more] = why
  const reason =
    first === undefined ? null : html`. ${first}${more.length === 0 ? null : ` (${more.length} more below)`}`
  return html`<span class="voice">${marked(tone, html`${capital(voice)}: ${word}`)}${reason}</span>`
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function capital(text: string): string {
  // dbt writes itself small, also at the start of a sentence.
  return text.startsWith('dbt') ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
