import type { DefView } from '../def-view.js'
import { type Html, html, type Part } from './html.js'
import { section } from './table.js'
import { ANCHOR_CODE_WORDS, DISPOSITION_WORDS, FINDING_WORDS, REASON_WORDS, TERMS } from './words.js'

/** The terms of the page, and every code that occurs on it, in plain words. */
export function glossary({ run }: DefView): Html {
  const codes = new Map<string, string>()
  for (const reason of run.reasons) codes.set(reason, REASON_WORDS[reason] ?? 'A reason that this page does not know.')
  for (const finding of run.findings) {
    codes.set(finding.code, FINDING_WORDS[finding.code])
    codes.set(finding.disposition, DISPOSITION_WORDS[finding.disposition])
  }
  for (const { code } of run.anchors) if (code !== null) codes.set(code, ANCHOR_CODE_WORDS[code])
  const sorted = [...codes].sort(([a], [b]) => (a < b ? -1 : 1))
  const entry = ([term, meaning]: readonly [Part, string]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>
`
  return section({
    id: 'glossary',
    title: 'In plain words',
    lead: null,
    body: html`<dl class="glossary">
${TERMS.map(entry)}${sorted.map(([code, meaning]) => entry([html`<code>${code}</code>`, meaning]))}</dl>
`,
  })
}

/** Why the record is not whole: each reason with its count. */
export function gapsSection({ run }: DefView): Html | null {
  if (run.completeness === 'complete') return null
  const counts = new Map<string, number | null>(run.gaps.map((gap) => [gap.reason, gap.count]))
  const items = run.reasons.map((reason) => {
    const count = counts.get(reason) ?? null
    return html`<li>${REASON_WORDS[reason] ?? reason}${count === null ? null : html` <span class="quiet">(${count})</span>`} <code class="quiet">${reason}</code></li>
`
  })
  return section({
    id: 'gaps',
    title: run.completeness === 'partial' ? 'What is missing from the record' : 'Whether the record is whole',
    lead: 'An incomplete record can still be sound: what is in it is proved, what is not in it is named here.',
    body: html`<ul class="plain">
${items}</ul>
`,
  })
}
