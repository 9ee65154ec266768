import { NO_ANCHOR } from '../../../src/events/codes/index.js'
import type { Anchor, RunView } from '../../run/index.js'
import { code, digest, moment, name } from './format.js'
import { type Html, html } from './html.js'
import { facts, marked, part } from './table.js'
import { ANCHOR_WORDS, type Tone } from './words.js'

const ANCHOR_TONE: Readonly<Record<Anchor['kind'], Tone>> = {
  provisional: 'unknown',
  confirmed: 'good',
  contradicted: 'bad',
  unavailable: 'warn',
}

/** Where the warehouse stood before and after. */
export function anchorsPart(run: RunView): Html {
  return part({
    id: 'anchors',
    title: 'Where the warehouse stood',
    lead: 'In its own transaction log, just before and just after the run: this ties the record to one server and one stretch of its history.',
    body:
      run.anchors.length === 0
        ? html`<p>Not known: the warehouse was not asked.</p>
`
        : html`<div class="cards">${run.anchors.map(anchor)}</div>`,
  })
}

function anchor(one: Anchor): Html {
  return html`<div class="card"><p>${marked(ANCHOR_TONE[one.kind], html`<strong>${one.kind}</strong>`)} <span class="quiet">${ANCHOR_WORDS[one.kind]}</span></p>
${
  one.code === null
    ? null
    : html`<p>${NO_ANCHOR[one.code]} <code>${one.code}</code>${one.detail === null ? null : html` <code>${one.detail}</code>`}</p>
`
}${facts([
  ['When', one.observedAt === null ? null : moment(one.observedAt)],
  ['Server', one.serverVersion === null ? null : name(`${one.system} ${one.serverVersion}`)],
  ['Log position (LSN)', one.lsn === null ? null : code(one.lsn)],
  ['Timeline', one.timeline],
  ['System identifier', one.systemIdentifier === null ? null : code(one.systemIdentifier)],
  ['Snapshot', one.snapshot === null ? null : code(one.snapshot)],
  ['Contradicted by', one.reasons.join(', ')],
  ['Warnings', one.warnings.join(', ')],
  ['Could not be asked', one.failed.map((pair) => pair.join(' ')).join(', ')],
  ['Address (digest)', one.dsnHash === null ? null : digest(one.dsnHash)],
])}</div>
`
}
