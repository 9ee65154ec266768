import type { IntroducedKey } from '../bundle-state.js'
import type { BundleView } from '../bundle-view.js'
import { digest, grouped, moment, name } from './format.js'
import { type Html, html, type Part } from './html.js'
import type { Page } from './report-context.js'
import { facts, marked, part, table } from './table.js'

/** The ledger that signed, its size and its keys. */
export function ledgerPart({ view, context }: Page): Html {
  const { genesis, heads } = view
  return part({
    id: 'ledger',
    title: 'Ledger and keys',
    lead: 'What the bundle says about itself. Compare fingerprint and identity with what the ledger’s owner tells you; do not take them from here.',
    body: html`${facts([
      ['Ledger', genesis === null ? null : name(genesis.origin)],
      ['Identity', genesis === null ? null : digest(genesis.leaf)],
      ['Begun', genesis === null ? null : moment(genesis.recordedAt)],
      ['Size', `${grouped(context.size)} records`],
      ['Root', digest(context.root)],
      ['Stream heads', heads === null ? null : html`record ${grouped(heads.position)}, ${digest(heads.root)}`],
      ['Records in this bundle', grouped(view.records)],
      ['Erasures recorded', view.redactions.length === 0 ? 'none' : grouped(view.redactions.length)],
    ])}${keysTable(view)}`,
  })
}

function keysTable({ genesis, keys }: BundleView): Html {
  const own = (genesis?.keys ?? []).map((key) => ({ ...key, introducedAt: '0', replaces: null, revoked: null }))
  const rows = [...own, ...keys].map((key) => ({ cells: [key.purpose, digest(key.id), key.alg, validity(key)] }))
  return table('Keys', [{ title: 'Purpose' }, { title: 'Fingerprint' }, { title: 'Kind' }, { title: 'Valid' }], rows)
}

function validity({ introducedAt, revoked }: IntroducedKey): Part {
  const from = html`from record ${grouped(introducedAt)}`
  if (revoked === null) return from
  const since =
    revoked.compromisedSince === null
      ? null
      : html`, not to be trusted since record ${grouped(revoked.compromisedSince)}`
  return html`${from}; ${marked('warn', html`revoked at record ${grouped(revoked.position)}`)} (${revoked.reason}${since})`
}
