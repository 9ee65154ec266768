import type { BundleView } from '../bundle-view.js'
import { grouped, moment } from './format.js'
import { type Html, html, type Part } from './html.js'

/** A run id that stands in a shell command as it is. */
const PLAIN_RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** The banner: the page cannot prove itself, what can, and how anyone does it. `notSaid`: what VALID says nothing of. */
export function check(view: BundleView, profile: string, notSaid: Part): Html {
  const file = `${PLAIN_RUN_ID.test(view.run.run) ? view.run.run : 'bundle'}.${profile}.zip`
  const upTo =
    view.heads === null
      ? null
      : html`<p class="fine">Complete up to ${moment(view.heads.recordedAt)} (record ${grouped(view.heads.position)}).</p>
`
  return html`<aside class="check" aria-labelledby="check"><h2 id="check">Is this proof good?</h2>
<p><strong>This page cannot prove itself.</strong> The bundle can, offline:</p>
<pre tabindex="0" aria-label="Command">node clyra-verify.mjs \\
  ${file} \\
  --key &lt;vkey obtained another way&gt;</pre>
<ol>
<li>Get the verifier from Clyra, and the ledger’s key line (<em>vkey</em>) from its owner. Take neither from whoever sent this.</li>
<li>Only <strong>VALID</strong> means: these are the records that the ledger signed, whole and in order.</li>
</ol>
<p class="fine">VALID says who recorded what, and that nothing was changed since; ${notSaid}</p>
${upTo}</aside>
`
}

/** Above everything else where the run is a replay of a recording. */
export function demonstrationBanner(view: BundleView): Html | null {
  if (!view.run.demonstration) return null
  return html`<p class="banner" role="note"><strong>Recorded demonstration.</strong> This is a replay of a recording, and no evidence of a change.</p>
`
}

/** Where the sealed values of the run were erased. */
export function erasureBanner(view: BundleView): Html | null {
  if (view.erased === null) return null
  return html`<p class="banner quietly" role="note"><strong>Erased values.</strong> The key to this run’s sealed values was recorded as destroyed on ${moment(view.erased.recordedAt)} (${view.erased.reason}). The records and their proofs stay as they are.</p>
`
}
