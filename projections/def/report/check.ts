import type { DefView } from '../def-view.js'
import { grouped, moment } from './format.js'
import { type Html, html } from './html.js'

/** A run id that stands in a shell command as it is. */
const PLAIN_RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** The banner: the page cannot prove itself, what can, and how anyone does it. */
export function check(view: DefView): Html {
  const file = `${PLAIN_RUN_ID.test(view.run.run) ? view.run.run : 'bundle'}.def.zip`
  const upTo =
    view.heads === null
      ? null
      : html`<p class="fine">It speaks of everything recorded up to ${moment(view.heads.recordedAt)} (record ${grouped(view.heads.position)}), and of nothing after.</p>
`
  return html`<aside class="check" aria-labelledby="check"><h2 id="check">Is this proof good?</h2>
<p><strong>This page cannot prove itself.</strong> Whoever could alter the bundle could alter this page. The proof lies beside it in the same file, and a program that trusts nobody checks it without a network:</p>
<pre tabindex="0" aria-label="Command">node clyra-verify.mjs \\
  ${file} \\
  --key &lt;vkey obtained another way&gt;</pre>
<ol>
<li>Ask the ledger’s owner for its key line (the <em>vkey</em>) by another way than the one this file came: not from this page, and not from this bundle.</li>
<li>Run the command on your own machine.</li>
<li>Only <strong>VALID</strong> means that the records are those the ledger signed, whole and in order. With any other word, do not rely on this page.</li>
</ol>
<p class="fine">VALID says who recorded what, and that nothing was changed since. It does not say that dbt or the warehouse told the truth: that is why their accounts stand side by side.</p>
${upTo}</aside>
`
}

/** Above everything else where the run is a replay of a recording. */
export function demonstrationBanner(view: DefView): Html | null {
  if (!view.run.demonstration) return null
  return html`<p class="banner" role="note"><strong>Recorded demonstration.</strong> This is a replay of a recording, made to show the program. It is no evidence of a change.</p>
`
}

/** Where the sealed values of the run were erased. */
export function erasureBanner(view: DefView): Html | null {
  if (view.erased === null) return null
  return html`<p class="banner quietly" role="note"><strong>Erased values.</strong> The key to this run’s sealed values was recorded as destroyed on ${moment(view.erased.recordedAt)} (${view.erased.reason}). The records and their proofs stay as they are.</p>
`
}
