import type { RunView } from '../../run/index.js'
import { grouped, name, nodeName, plural } from './format.js'
import { type Html, html } from './html.js'
import { part, table } from './table.js'
import { voiceWord } from './words.js'

/** How many rows the page shows; the bundle's `records.jsonl` has every one. */
const SHOWN = 500

/** What the adapter answered beside codes and rows, such as query ids; nothing where there is none. */
export function responsesPart({ responses }: RunView): Html | null {
  if (responses.length === 0) return null
  const left = responses.length - SHOWN
  return part({
    id: 'responses',
    title: 'What the adapter answered',
    count: plural(responses.length, 'answer'),
    lead: 'The warehouse’s own ids and counts, as dbt passes them on. Members that may hold text are named and not kept.',
    body: html`${table(
      'Answers of the adapter',
      [{ title: 'Step' }, { title: 'Told by' }, { title: 'Answer' }, { title: 'Not kept' }],
      responses.slice(0, SHOWN).map(({ node, voice, members, leftOut, batches }) => ({
        cells: [
          nodeName(node),
          voiceWord(voice),
          html`${members.map(([member, value]) => html`<code>${member}</code> ${name(value)}<br>`)}${
            batches === null
              ? null
              : html`batches: ${grouped(batches.succeeded)} succeeded, ${grouped(batches.failed)} failed`
          }`,
          leftOut.join(', '),
        ],
      })),
    )}${
      left <= 0
        ? null
        : html`<p class="fine">${plural(left, 'answer')} more in <code>records.jsonl</code>.</p>
`
    }`,
  })
}
