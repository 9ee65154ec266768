import type { NodeState, RelationState, RunView, Snapshot } from '../../run/index.js'
import { grouped, plural, relationName } from './format.js'
import { type Html, html, type Part } from './html.js'

/** A relation that some voice says was built, with the warehouse's reading of it. */
export interface BuiltRelation extends Omit<NodeState, 'relation'> {
  readonly relation: readonly (string | null)[]
  /** As dbt tells it; a number only where it tells one. */
  readonly rows: string | null
  readonly reading: RelationState | null
}

/** Steps that build something and did not merely skip it, in the order of their names. */
export function builtRelations(run: RunView): BuiltRelation[] {
  const built = ['success', 'partial', 'interrupted', 'error', 'unknown']
  return run.nodes.flatMap((node) => {
    const said = node.claim ?? node.log ?? node.warehouse
    if (node.relation === null || said === null || !built.includes(said.status)) return []
    const readings = run.relations.filter((reading) => reading.node === node.node)
    const rows = said.rowsAffected === null || said.rowsAffected.startsWith('-') ? null : said.rowsAffected
    return [{ ...node, relation: node.relation, rows, reading: readings.at(-1) ?? null }]
  })
}

/** What the two metadata snapshots, before and after, say of the schemas. */
export function schemaChange(run: RunView): Part {
  const before = run.snapshots.findLast((snapshot) => snapshot.phase === 'before')
  const after = run.snapshots.findLast((snapshot) => snapshot.phase === 'after')
  if (before === undefined || after === undefined) return null
  if (before.schemaFingerprint === after.schemaFingerprint) {
    return html`<p class="fine">Names, kinds and columns in the schemas are the same before and after (equal fingerprints).</p>
`
  }
  const [added, removed] = [missingFrom(before, after), missingFrom(after, before)]
  const whole = !before.truncated && !after.truncated
  return html`<p class="fine">The schemas are not the same before and after${whole ? ': ' : ' (their lists were cut, so the names are not all known).'}${
    whole
      ? `${plural(added.length, 'relation is', 'relations are')} new and ${grouped(removed.length)} gone; columns of the others may differ.`
      : null
  }</p>
${whole ? [names('New', added), names('Gone', removed)] : null}`
}

function missingFrom(one: Snapshot, other: Snapshot) {
  const known = new Set(one.relations.map(([schema, relation]) => JSON.stringify([schema, relation])))
  return other.relations.filter(([schema, relation]) => !known.has(JSON.stringify([schema, relation])))
}

function names(title: string, relations: Snapshot['relations']): Html | null {
  if (relations.length === 0) return null
  const shown = relations
    .slice(0, 20)
    .map(([schema, relation], i) => html`${i === 0 ? null : ', '}${relationName([schema, relation])}`)
  const more = relations.length > 20 ? ` and ${grouped(relations.length - 20)} more` : ''
  return html`<p class="fine">${title}: ${shown}${more}</p>
`
}
