import type { Finding } from './finding.js'
import type { FoldedStatement, Said, SnapshotData, Voices } from './voices.js'

/** dbt's names for what it builds aside: it may take away what an earlier run left. */
const OWN_NAME = /__dbt_(tmp|backup)[0-9_]*$/
/** So many of the statements that may have done it are named. */
const NAMED_DROPS = 20

/**
 * Relations that were there before the run and are gone after it: a `drop ... cascade` takes away what depends on a
 * table, and neither dbt's log nor its artefacts tell. Only where both lists are whole and of one database. The text of
 * a DROP is sealed, so what it named is not known here: where a hook or an operation of the project's own dropped
 * something, it may have been on purpose.
 */
export function compareSnapshots(voices: Voices): Finding[] {
  const before = voices.snapshots.get('before')
  const after = voices.snapshots.get('after')
  if (before === undefined || after === undefined || !comparable(before.data, after.data)) return []
  const left = new Set(after.data.relations.map(([schema, name]) => keyOf(schema, name)))
  const gone = before.data.relations.filter(([schema, name]) => !left.has(keyOf(schema, name)) && !OWN_NAME.test(name))
  if (gone.length === 0) return []
  const drops = voices.statements.filter(isDrop)
  const nodes = nodesByRelation(voices)
  return gone.map(([schema, name, kind]) => {
    const node = nodes.get(keyOf(schema, name)) ?? null
    return dropped({ schema, name, kind, node }, [before, after], drops)
  })
}

function comparable(before: SnapshotData, after: SnapshotData): boolean {
  return !before.truncated && !after.truncated && before.dsnHash === after.dsnHash
}

function dropped(
  relation: { schema: string; name: string; kind: string; node: string | null },
  snapshots: readonly Said<SnapshotData>[],
  drops: readonly FoldedStatement[],
): Finding {
  const { schema, name, kind, node } = relation
  const whole = `${schema}.${name}`
  const droppers = [...new Set(drops.map(({ data }) => data.node ?? data.origin))].sort().slice(0, NAMED_DROPS)
  return {
    code: 'relation-dropped',
    disposition: 'unclaimed',
    severity: drops.some(onPurpose) ? 'medium' : 'high',
    node,
    relation: [null, schema, name],
    events: [...snapshots.map(({ id }) => id), ...drops.slice(0, NAMED_DROPS).map(({ id }) => id)],
    voices: drops.length > 0 ? ['warehouse', 'log'] : ['warehouse'],
    said: [
      ['warehouse', whole.slice(0, 512)],
      ['warehouse-before', kind],
      ['warehouse-after', 'absent'],
      ...droppers.map((who) => ['log-drop', who] as const),
    ],
  }
}

/** Of dbt's scaffolding too: what depends on a table that is put aside goes with it. */
function isDrop({ data }: FoldedStatement): boolean {
  return data.verb === 'DROP' && data.outcome === 'success'
}

/** A hook's, or one that belongs to no node: an operation's. */
function onPurpose({ data }: FoldedStatement): boolean {
  return data.kind === 'statement' && data.origin !== 'node'
}

function nodesByRelation({ nodes }: Voices): Map<string, string> {
  const found = new Map<string, string>()
  for (const voice of [nodes.log, nodes.claim]) {
    for (const { data } of voice.values()) {
      if (data.relation !== null) found.set(keyOf(data.relation[1], data.relation[2]), data.node)
    }
  }
  return found
}

/** Identifiers never hold NUL. */
function keyOf(schema: string, name: string): string {
  return `${schema}\0${name}`
}
