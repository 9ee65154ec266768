import type { RunView } from '../../run/index.js'
import { dash, grouped, orDash, plural, relationName } from './format.js'
import { type Html, html } from './html.js'
import { saidByWarehouse } from './status.js'
import { part, table } from './table.js'

/** The warehouse's own reading of the relations that dbt says it built. */
export function relationsPart(run: RunView): Html | null {
  if (run.relations.length === 0) return null
  const rows = run.relations.map((reading) => ({
    cells: [
      relationName(reading.relation),
      saidByWarehouse(reading),
      orDash(reading.estimatedRows === null ? null : grouped(reading.estimatedRows)),
      reading.newestCommit === null ? dash : clockTimeWithDate(reading.newestCommit),
      reading.columns.length === 0
        ? dash
        : html`<details><summary>${reading.columnsTruncated ? 'the first ' : null}${grouped(reading.columns.length)}</summary><ul class="columns">${reading.columns.map(([column, type]) => html`<li><bdi>${column}</bdi> <span class="quiet"><bdi>${type}</bdi></span></li>`)}</ul></details>`,
    ],
    tone: reading.present === false ? ('bad' as const) : undefined,
  }))
  return part({
    id: 'relations',
    title: 'What the warehouse says of each relation',
    count: plural(run.relations.length, 'relation'),
    lead: 'Read from the warehouse after the run. Rows are the server’s own estimate, not a count.',
    body: table(
      'Relations',
      [
        { title: 'Relation' },
        { title: 'The warehouse says' },
        { title: 'Rows (estimate)', number: true },
        { title: 'Newest commit' },
        { title: 'Columns' },
      ],
      rows,
    ),
  })
}

function clockTimeWithDate(timestamp: string): Html {
  return html`<time datetime="${timestamp}">${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)}</time>`
}
