import { type BuiltRelation, changedRelations, type RunView, type Snapshot, whatRuns } from '../../run/index.js'
import { grouped, orDash, plural, relationName } from './format.js'
import { type Html, html } from './html.js'
import { saidByWarehouse } from './status.js'
import { insteadOfRunning } from './steps-in-words.js'
import { marked, table } from './table.js'

/** How many rows stand open on the first screen. */
const FIRST = 10

/** Which relations were really built and are there; which it is not known of; and what the warehouse says came and went. */
export function changed(run: RunView): Html {
  const { changed, unclear } = changedRelations(run)
  const gone = goneRelations(run)
  const count = changed.length === 0 ? null : html` <span class="count">${plural(changed.length, 'relation')}</span>`
  return html`<section aria-labelledby="changed"><h2 id="changed">What it changed${count}</h2>
${
  gone.length === 0
    ? null
    : html`<p>${marked('warn', 'Gone from the warehouse:')} <strong>${names(gone)}</strong>. There before the run, not after it.</p>
`
}${
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

/** Relations that the warehouse had before the run and has no more. Nothing where its two lists cannot be compared. */
export function goneRelations(run: RunView): Snapshot['relations'] {
  const snapshots = snapshotsOf(run)
  return snapshots === null ? [] : missingFrom(snapshots.after, snapshots.before)
}

/** The metadata before and after, where both were read whole. */
function snapshotsOf({ snapshots }: RunView): { readonly before: Snapshot; readonly after: Snapshot } | null {
  const before = snapshots.findLast(({ phase }) => phase === 'before')
  const after = snapshots.findLast(({ phase }) => phase === 'after')
  return before === undefined || after === undefined || before.truncated || after.truncated ? null : { before, after }
}

/** What the warehouse's lists say of the schemas beside the relations told of above. */
function schemaChange(run: RunView, told: readonly BuiltRelation[]): Html | null {
  const snapshots = snapshotsOf(run)
  if (snapshots === null) {
    return run.snapshots.some(({ truncated }) => truncated)
      ? html`<p class="fine">The warehouse’s lists of relations were cut: what else came or went is not known.</p>
`
      : null
  }
  const { before, after } = snapshots
  if (before.schemaFingerprint === after.schemaFingerprint) {
    return html`<p class="fine">The warehouse: names, kinds and columns in the schemas are the same before and after.</p>
`
  }
  const known = new Set(told.map(({ relation: [, schema, name] }) => JSON.stringify([schema, name])))
  const unclaimed = missingFrom(before, after).filter(([schema, name]) => !known.has(JSON.stringify([schema, name])))
  return unclaimed.length === 0
    ? null
    : html`<p class="fine">New in the warehouse as well: ${names(unclaimed)}</p>
`
}

/** Those of `other` that are not in `one`. */
function missingFrom(one: Snapshot, other: Snapshot) {
  const known = new Set(one.relations.map(([schema, relation]) => JSON.stringify([schema, relation])))
  return other.relations.filter(([schema, relation]) => !known.has(JSON.stringify([schema, relation])))
}

function names(relations: Snapshot['relations']): Html {
  const shown = relations
    .slice(0, 20)
    .map(([schema, relation], i) => html`${i === 0 ? null : ', '}${relationName([schema, relation])}`)
  return html`${shown}${relations.length > 20 ? ` and ${grouped(relations.length - 20)} more` : null}`
}
