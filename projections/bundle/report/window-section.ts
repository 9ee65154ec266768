import type { RunView } from '../../run/index.js'
import { code, grouped, orDash } from './format.js'
import { type Html, html } from './html.js'
import { section, table } from './table.js'

/** How a window of traffic was closed; nothing for a run that is none. */
export function windowSection({ window }: RunView): Html | null {
  if (window === null) return null
  const { records, next, runs } = window
  return section({
    id: 'window',
    title: 'The window of traffic',
    lead: html`Records before its end, as it was closed: ${grouped(records)}. The window that follows: ${orDash(next === null ? null : code(next))}.`,
    body:
      runs.length === 0
        ? null
        : table(
            'Runs of callers that went through it',
            [{ title: 'Run' }, { title: 'Records', number: true }, { title: 'Last leaf' }],
            runs.map(([run, count, leaf]) => ({ cells: [code(run), grouped(count), code(leaf)] })),
          ),
  })
}
