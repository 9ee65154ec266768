import { utf8 } from '../../verifier/ts/src/bytes.js'
import { formatVkey } from '../../verifier/ts/src/note.js'
import { bundle } from '../../verifier/ts/test/bundle-maker.js'
import { noteKey } from '../../verifier/ts/test/ledger-maker.js'
import { closed, other, RUN, sampleLedger, started } from '../../verifier/ts/test/sample-ledger.js'

/** A sound bundle whose texts attack whoever shows them. What would reach out reaches for the address. */
export function hostileBundle(address: string): { readonly bytes: Uint8Array; readonly vkey: string } {
  const texts = [
    `<img src=x onerror="fetch('${address}/record')">`,
    `</pre></script><script>fetch('${address}/script')</script>`,
    `<b>bold</b><a href="${address}/link">link</a>`,
    'left \u202e thgir',
    '{{policy}} $& $1 javascript:alert(1)',
  ]
  const ledger = sampleLedger([started(), ...texts.map((text) => said(text)), closed()])
  const report = `<!doctype html>
<title>hostile</title>
<meta http-equiv="refresh" content="0;url=${address}/refresh">
<base href="${address}/">
<link rel="stylesheet" href="${address}/style.css"><link rel="prefetch" href="${address}/prefetch">
<style>@import url(${address}/import.css); body { background: url(${address}/background.png) }</style>
<script>document.title = 'taken over'; parent.document.title = 'taken over'; fetch('${address}/report')</script>
<img src="${address}/image.png" onerror="fetch('${address}/onerror')"><video src="${address}/video" autoplay></video>
<iframe src="${address}/frame"></iframe><object data="${address}/object"></object><embed src="${address}/embed">
<form action="${address}/form"><button autofocus>send</button></form>
<a href="${address}/top" target="_top" ping="${address}/ping">leave</a>
<svg><image href="${address}/svg.png"/><script>fetch('${address}/svg')</script></svg>`
  const bytes = bundle(ledger, RUN, { listed: (files) => new Map(files).set('report.html', utf8(report)) })
  return { bytes, vkey: formatVkey(noteKey(ledger.origin, ledger.ledgerKey)) }
}

/** A sound bundle of a run with so many records. */
export function largeBundle(records: number): { readonly bytes: Uint8Array; readonly vkey: string } {
  const ledger = sampleLedger([
    started(),
    ...Array.from({ length: records }, (_, n) => other(`run-${RUN}`, n)),
    closed(),
  ])
  return { bytes: bundle(ledger, RUN), vkey: formatVkey(noteKey(ledger.origin, ledger.ledgerKey)) }
}

const said = (text: string) => ({ ...other(`run-${RUN}`), data: { text, [`name-${text.length}`]: text } })
