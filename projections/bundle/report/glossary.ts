import { FINDINGS, NO_ANCHOR } from '../../../src/events/codes/index.js'
import type { BundleView } from '../bundle-view.js'
import { type Html, html, type Part } from './html.js'
import { part } from './table.js'
import { DISPOSITION_WORDS, type REASON_WORDS, type TERMS } from './words.js'

/** The terms of the page, and every code that occurs on it, in plain words. */
export function glossary({ run }: BundleView, terms: typeof TERMS, words: typeof REASON_WORDS): Html {
  const codes = new Map<string, string>()
  for (const reason of run.reasons) codes.set(reason, words[reason] ?? 'A reason that this page does not know.')
  for (const finding of run.findings) {
    codes.set(finding.code, FINDINGS[finding.code])
    codes.set(finding.disposition, DISPOSITION_WORDS[finding.disposition])
  }
  for (const { code } of run.anchors) if (code !== null) codes.set(code, NO_ANCHOR[code])
  const sorted = [...codes].sort(([a], [b]) => (a < b ? -1 : 1))
  const entry = ([term, meaning]: readonly [Part, string]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>
`
  return part({
    id: 'glossary',
    title: 'The words of this page',
    lead: null,
    body: html`<dl class="glossary">
${terms.map(entry)}${sorted.map(([code, meaning]) => entry([html`<code>${code}</code>`, meaning]))}</dl>
`,
  })
}
