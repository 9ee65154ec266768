import { type BuiltRelation, changedRelations, type RunView, type Snapshot, whatRuns } from '../../run/index.js'
import { grouped, orDash, plural, relationName } from './format.js'
import { type Html, html, type Part } from './html.js'
import { saidByWarehouse } from './status.js'
import { insteadOfRunning } from './steps-in-words.js'
import { table } from './table.js'

/** How many rows stand open on the first screen. */
const FIRST = 10

/** Which relations were really built and are there; which it is not known of; and what the warehouse says came and went. */
export function changed(run: RunView): Html {
  const { changed, unclear } = changedRelations(run)
  const count = changed.length === 0 ? null : html` <span class="count">${plural(changed.length, 'relation')}</span>`
  return html`<section aria-labelledby="changed"><h2 id="changed">What it changed${count}</h2>
${
  changed.length === 0
    ? html`<p>${nothing(run)}</p>
`
    : relations('What the run changed', changed)
}${
  unclear.length === 0
    ? null
    : html`<p>Whether ${plural(unclear.length, 'more relation')} changed is not clear: dbt did not finish, or the accounts differ.</p>
${relations('Relations of which it is not clear', unclear)}`
}${schemaChange(run, [...changed, ...unclear])}</section>
`
}

function nothing(run: RunView): string {
  const { builds, tests } = whatRuns(run.command)
  if (!builds) return tests ? 'Nothing: it only tested.' : (insteadOfRunning(run) ?? 'Nothing.')
  return run.completeness === 'complete'
    ? 'No table or view that is there now was built by it.'
    : 'Nothing that was recorded says that a table or view was built.'
}

function relations(label: string, built: readonly BuiltRelation[]): Html {
  const columns = [
    { title: 'Relation' },
    { title: 'As' },
    { title: 'Rows, says dbt', number: true },
    { title: 'The warehouse says' },
  ]
  const rows = built.map(({ node, relation, rows, reading }) => ({
    cells: [
      relationName(relation),
      orDash(node.materialized ?? node.resourceType),
      orDash(rows === null ? null : grouped(rows)),
      saidByWarehouse(reading),
    ],
    tone: reading?.present === false ? ('bad' as const) : undefined,
  }))
  const rest = rows.slice(FIRST)
  // One table for two more: a fold would take as much room.
  if (rest.length <= 2) return table(label, columns, rows)
  return html`${table(label, columns, rows.slice(0, FIRST))}<details><summary>${grouped(rest.length)} more</summary>
${table(`${label}, continued`, columns, rest)}</details>
`
}

/** What the two metadata snapshots, before and after, say of the schemas beside the relations told of above. */
function schemaChange(run: RunView, told: readonly BuiltRelation[]): Part {
  const before = run.snapshots.findLast((snapshot) => snapshot.phase === 'before')
  const after = run.snapshots.findLast((snapshot) => snapshot.phase === 'after')
  if (before === undefined || after === undefined) return null
  if (before.schemaFingerprint === after.schemaFingerprint) {
    return html`<p class="fine">The warehouse: names, kinds and columns in the schemas are the same before and after.</p>
`
  }
  if (before.truncated || after.truncated) {
    return html`<p class="fine">The warehouse: the schemas differ before and after; their lists were cut, so the names are not all known.</p>
`
  }
  const [added, removed] = [missingFrom(before, after), missingFrom(after, before)]
  const known = new Set(told.map(({ relation: [, schema, name] }) => JSON.stringify([schema, name])))
  const unclaimed = added.filter(([schema, name]) => !known.has(JSON.stringify([schema, name])))
  if (added.length + removed.length === 0) {
    return html`<p class="fine">The warehouse: no relation is new or gone; kinds or columns of some differ.</p>
`
  }
  return html`${names('New in the warehouse as well', unclaimed, 'fine')}${names('Gone from the warehouse', removed, 'gone')}`
}

function missingFrom(one: Snapshot, other: Snapshot) {
  const known = new Set(one.relations.map(([schema, relation]) => JSON.stringify([schema, relation])))
  return other.relations.filter(([schema, relation]) => !known.has(JSON.stringify([schema, relation])))
}

function names(title: string, relations: Snapshot['relations'], tone: 'fine' | 'gone'): Html | null {
  if (relations.length === 0) return null
  const shown = relations
    .slice(0, 20)
    .map(([schema, relation], i) => html`${i === 0 ? null : ', '}${relationName([schema, relation])}`)
  const more = relations.length > 20 ? ` and ${grouped(relations.length - 20)} more` : ''
  return html`<p class="${tone}">${title}: ${shown}${more}</p>
`
}
