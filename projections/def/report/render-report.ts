import { base64, utf8 } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'
import type { DefState } from '../def-state.js'
import { type DefView, renderDef } from '../def-view.js'
import { check, demonstrationBanner, erasureBanner } from './check.js'
import { gapsSection, glossary } from './glossary.js'
import { headline } from './headline.js'
import { Html, html } from './html.js'
import { anchorsSection, filesSection, ledgerSection, runSection } from './ledger-sections.js'
import { overview } from './overview.js'
import type { ReportContext } from './report-context.js'
import { statementsSection } from './statements-section.js'
import { nodesSection, relationsSection, testsSection } from './steps-sections.js'
import { STYLE } from './style.js'

/**
 * `report.html` of a DEF bundle. The same state and context give the same bytes: no clock, no locale, no script, no
 * address that is fetched, one style sheet inside. Everything from a record is escaped.
 */
export function renderReport(state: DefState, context: ReportContext): string {
  const view = renderDef(state)
  return `<!doctype html>\n${page(view, context)}`
}

function page(view: DefView, context: ReportContext): Html {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Data evidence report: run ${view.run.run}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="page">
${demonstrationBanner(view)}${erasureBanner(view)}${headline(view)}<main id="main">
<div class="opening">
<div>
${overview(view)}</div>
${check(view)}</div>
${gapsSection(view)}${nodesSection(view.run)}${testsSection(view.run)}${statementsSection(view.run)}${relationsSection(view.run)}${anchorsSection(view)}${filesSection(view, context)}${runSection(view)}${ledgerSection(view, context)}${glossary(view)}</main>
<footer><p>Made by Clyra from ${String(view.records)} records. This page is the word of whoever signed the bundle; the proof is the bundle. <a href="#check">How to check it</a></p></footer>
</div>
</body>
</html>
`
}

/** Nothing may run and nothing may be fetched; only this one style sheet, by its digest, applies. */
const POLICY = `default-src 'none'; style-src 'sha256-${base64(sha256(utf8(STYLE)))}'; base-uri 'none'; form-action 'none'`
