import { NO_RELATION } from '../../../src/events/codes/index.js'
import type { NodeSaid, RelationState, TestSaid } from '../../run/index.js'
import { dash, name } from './format.js'
import { type Html, html, type Part } from './html.js'
import { marked } from './table.js'
import { STATUS_TONE } from './words.js'

/** What one voice says; a voice that says nothing is a dash, never a guess. */
export function status(said: NodeSaid | TestSaid | null): Part {
  if (said === null) return dash
  return html`${marked(STATUS_TONE[said.status], said.status)}${said.times > 1 ? html` <span class="quiet">newest of ${said.times}</span>` : null}`
}

/** The warehouse's reading of a relation. */
export function saidByWarehouse(reading: RelationState | null): Part {
  if (reading === null) return html`<span class="quiet">not asked</span>`
  const why = reading.unavailable === null ? null : NO_RELATION[reading.unavailable]
  if (reading.present === null) {
    return html`${marked('unknown', 'not known')}${why === null ? null : html` <span class="quiet">${why}</span>`}`
  }
  if (!reading.present) return marked('bad', 'not there')
  return there(reading.kind)
}

function there(kind: string | null): Html {
  return marked('good', html`there${kind === null ? null : html`, ${name(kind)}`}`)
}
