import type { BundleState } from '../bundle-state.js'
import { anchorsPart } from './anchors-part.js'
import { attention } from './attention.js'
import { changed } from './changed.js'
import { check } from './check.js'
import { filesPart } from './files-part.js'
import { freshnessSection } from './freshness-section.js'
import { glossary } from './glossary.js'
import { headline } from './headline.js'
import { html } from './html.js'
import { ledgerPart } from './ledger-part.js'
import { measurementsPart } from './measurements-part.js'
import { nodesSection } from './nodes-section.js'
import { recordSection } from './record-sections.js'
import { relationsPart } from './relations-part.js'
import { type PageOf, renderPage } from './render-page.js'
import type { ReportContext } from './report-context.js'
import { responsesPart } from './responses-part.js'
import { runPart } from './run-part.js'
import { statementsPart } from './statements-part.js'
import { testsSection } from './tests-section.js'
import { REASON_WORDS, TERMS } from './words.js'

/** `report.html` of a DEF bundle. */
export function renderReport(state: BundleState, context: ReportContext): string {
  return renderPage(DEF_PAGE, state, context)
}

const DEF_PAGE: PageOf = {
  title: 'Data evidence report',
  sealed: 'Command line, messages and SQL',
  headline,
  opening: (page) => html`${attention(page)}${changed(page.run)}`,
  check: (view) =>
    check(view, 'def', 'not that dbt or the warehouse told the truth. That is why their accounts stand side by side.'),
  sections: ({ run }) =>
    html`${recordSection(run, { asked: true, words: REASON_WORDS })}${nodesSection(run)}${testsSection(run)}${freshnessSection(run)}`,
  appendix: (page) => {
    const { run, view } = page
    return html`${runPart(page)}${relationsPart(run)}${statementsPart(page)}${responsesPart(run)}${anchorsPart(run)}${measurementsPart(run)}${filesPart(page)}${ledgerPart(page)}${glossary(view, TERMS, REASON_WORDS)}`
  },
}
