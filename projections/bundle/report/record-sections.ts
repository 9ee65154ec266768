import { LEFT_OUT_REASONS, REREAD_REASONS } from '../../../src/events/codes/index.js'
import type { RunView } from '../../run/index.js'
import { grouped, moment, name } from './format.js'
import { type Html, html } from './html.js'
import { section } from './table.js'
import { type REASON_WORDS, voiceWord, warehouseWords } from './words.js'

/**
 * What the record does not hold, and how it came to be as it is; nothing where it is whole and was read once. `asked`:
 * whether a run of this kind asks a warehouse at all; `words`: what reasons mean in such a run.
 */
export function recordSection(
  run: RunView,
  { asked, words }: { readonly asked: boolean; readonly words: typeof REASON_WORDS },
): Html | null {
  const parts = [gaps(run, words), asked ? unheard(run) : null, leftOut(run), rereads(run)].filter(
    (one) => one !== null,
  )
  if (parts.length === 0) return null
  return section({
    id: 'record',
    title: run.completeness === 'complete' ? 'About the record' : 'What is missing from the record',
    lead:
      run.completeness === 'complete'
        ? null
        : 'An incomplete record can still be sound: what is in it is proved, what is not in it is named here.',
    body: parts,
  })
}

/** Why the record is not whole: each reason with its count. */
function gaps(run: RunView, words: typeof REASON_WORDS): Html | null {
  if (run.completeness === 'complete') return null
  const counts = new Map<string, number | null>(run.gaps.map((gap) => [gap.reason, gap.count]))
  const items = run.reasons.map((reason) => {
    const count = counts.get(reason) ?? null
    return html`<li>${words[reason] ?? reason}${count === null ? null : html` <span class="quiet">(${grouped(count)})</span>`} <code class="quiet">${reason}</code></li>
`
  })
  return html`<ul class="plain">
${items}</ul>
`
}

/** Why the warehouse was not, or not wholly, asked. */
function unheard({ voices: { warehouse } }: RunView): Html | null {
  if (warehouse.reasons.length === 0) return null
  const title = warehouse.completeness === 'partly' ? 'asked in part' : 'not asked'
  return html`<p>The warehouse was ${title}: ${warehouseWords(warehouse.reasons).join(' ')} <code class="quiet">${warehouse.reasons.join(', ')}</code></p>
`
}

function leftOut({ leftOut }: RunView): Html | null {
  if (leftOut.length === 0) return null
  const items = leftOut.map(
    ({
      source,
      name: what,
      reason,
      count,
    }) => html`<li>${name(what)} <span class="quiet">in ${source}</span>: ${LEFT_OUT_REASONS[reason]}${count === null ? null : html` <span class="quiet">(${grouped(count)})</span>`}</li>
`,
  )
  return html`<p>Not taken into the record:</p>
<ul class="plain">
${items}</ul>
`
}

function rereads({ rereads }: RunView): Html | null {
  if (rereads.length === 0) return null
  const items = rereads.map(({ reading, because, voices, time }) => {
    const replaced =
      voices.length === 0 ? null : `; it takes the place of what ${voices.map(voiceWord).join(' and ')} said`
    return html`<li>Read again (reading ${reading}) ${moment(time)}: ${REREAD_REASONS[because]}${replaced}.</li>
`
  })
  return html`<ul class="plain">
${items}</ul>
`
}
