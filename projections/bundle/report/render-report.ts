import { base64, utf8 } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'
import type { BundleState } from '../bundle-state.js'
import { renderBundle } from '../bundle-view.js'
import { anchorsPart } from './anchors-part.js'
import { attention } from './attention.js'
import { changed } from './changed.js'
import { check, demonstrationBanner, erasureBanner } from './check.js'
import { filesPart } from './files-part.js'
import { freshnessSection } from './freshness-section.js'
import { glossary } from './glossary.js'
import { headline } from './headline.js'
import { Html, html } from './html.js'
import { ledgerPart } from './ledger-part.js'
import { measurementsPart } from './measurements-part.js'
import { nodesSection } from './nodes-section.js'
import { recordSection } from './record-sections.js'
import { relationsPart } from './relations-part.js'
import { OpenedValues, type Page, type ReportContext } from './report-context.js'
import { responsesPart } from './responses-part.js'
import { runPart } from './run-part.js'
import { statementsPart } from './statements-part.js'
import { STYLE } from './style.js'
import { testsSection } from './tests-section.js'

/**
 * `report.html` of a DEF bundle. The same state and context give the same bytes: no clock, no locale, no script, no
 * address that is fetched, one style sheet inside. Everything from a record is escaped.
 */
export function renderReport(state: BundleState, context: ReportContext): string {
  const view = renderBundle(state)
  const page = { view, run: view.run, context, opened: new OpenedValues(context.opened) }
  return `<!doctype html>\n${document(page)}`
}

function document(page: Page): Html {
  const { view, run } = page
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Data evidence report: run ${run.run}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="page">
${demonstrationBanner(view)}${openedBanner(page)}${erasureBanner(view)}${headline(page)}<main id="main">
<div class="opening">
<div>
${attention(page)}${changed(run)}</div>
${check(view)}</div>
${recordSection(run)}${nodesSection(run)}${testsSection(run)}${freshnessSection(run)}${appendix(page)}</main>
<footer><p>Made by Clyra from ${String(view.records)} records. This page is the word of whoever signed the bundle; the proof is the bundle. <a href="#check">How to check it</a></p></footer>
</div>
</body>
</html>
`
}

function openedBanner({ opened }: Page): Html | null {
  if (!opened.any) return null
  return html`<p class="banner quietly" role="note"><strong>Sealed values are shown here.</strong> Command line, messages and SQL may be personal or secret: share this page accordingly.</p>
`
}

function appendix(page: Page): Html {
  const { run, view } = page
  return html`<section class="appendix" aria-labelledby="appendix"><h2 id="appendix">Appendix</h2>
${runPart(page)}${relationsPart(run)}${statementsPart(page)}${responsesPart(run)}${anchorsPart(run)}${measurementsPart(run)}${filesPart(page)}${ledgerPart(page)}${glossary(view)}</section>
`
}

/** Nothing may run and nothing may be fetched; only this one style sheet, by its digest, applies. */
const POLICY = `default-src 'none'; style-src 'sha256-${base64(sha256(utf8(STYLE)))}'; base-uri 'none'; form-action 'none'`
