import { base64, utf8 } from '../../../src/canonical/index.js'
import { sha256 } from '../../../src/crypto/index.js'
import type { BundleState } from '../bundle-state.js'
import { type BundleView, renderBundle } from '../bundle-view.js'
import { demonstrationBanner, erasureBanner } from './check.js'
import { Html, html } from './html.js'
import { OpenedValues, type Page, type ReportContext } from './report-context.js'
import { STYLE } from './style.js'

/** What the page of a profile consists of. */
export interface PageOf {
  readonly title: string
  /** Which values may be sealed in such a run. */
  readonly sealed: string
  headline(page: Page): Html
  /** Beside the box that says how to check: what to look at first. */
  opening(page: Page): Html
  check(view: BundleView): Html
  sections(page: Page): Html
  appendix(page: Page): Html
}

/**
 * The same state and context give the same bytes: no clock, no locale, no script, no address that is fetched, one style
 * sheet inside. Everything from a record is escaped.
 */
export function renderPage(of: PageOf, state: BundleState, context: ReportContext): string {
  const view = renderBundle(state)
  const page = { view, run: view.run, context, opened: new OpenedValues(context.opened) }
  return `<!doctype html>\n${document(of, page)}`
}

function document(of: PageOf, page: Page): Html {
  const { view, run } = page
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${of.title}: run ${run.run}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="page">
${demonstrationBanner(view)}${openedBanner(of, page)}${erasureBanner(view)}${of.headline(page)}<main id="main">
<div class="opening">
<div>
${of.opening(page)}</div>
${of.check(view)}</div>
${of.sections(page)}<section class="appendix" aria-labelledby="appendix"><h2 id="appendix">Appendix</h2>
${of.appendix(page)}</section>
</main>
<footer><p>Made by Clyra from ${String(view.records)} records. This page is the word of whoever signed the bundle; the proof is the bundle. <a href="#check">How to check it</a></p></footer>
</div>
</body>
</html>
`
}

function openedBanner({ sealed }: PageOf, { opened }: Page): Html | null {
  if (!opened.any) return null
  return html`<p class="banner quietly" role="note"><strong>Sealed values are shown here.</strong> ${sealed} may be personal or secret: share this page accordingly.</p>
`
}

/** Nothing may run and nothing may be fetched; only this one style sheet, by its digest, applies. */
const POLICY = `default-src 'none'; style-src 'sha256-${base64(sha256(utf8(STYLE)))}'; base-uri 'none'; form-action 'none'`
