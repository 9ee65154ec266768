import { nanosOf } from '../drafts/index.js'
import { type Does, nodeExpectation } from '../expectations/index.js'
import type { Finding } from './finding.js'
import type { NodeData, RelationData, Said, Voices } from './voices.js'

/** What the warehouse's own word says against the other voices. */
export function compareWarehouse(voices: Voices): Finding[] {
  return [
    ...voices.relations.flatMap((relation) => ofRelation(relation, voices)),
    ...voices.anchors.map(({ id, data }): Finding => {
      return {
        code: 'anchor-contradicted',
        disposition: 'contradicted',
        severity: 'high',
        node: null,
        events: [id],
        voices: ['warehouse'],
        said: data.reasons.map((reason) => ['warehouse', reason] as const),
      }
    }),
  ]
}

function ofRelation(relation: Said<RelationData>, voices: Voices): Finding[] {
  const { node } = relation.data
  const claim = voices.nodes.claim.get(node)
  const log = voices.nodes.log.get(node)
  const built = [claim, log].find((said) => said?.data.status === 'success' && said.data.relation !== null)
  if (built === undefined) return []
  const voice = built === claim ? ('claim' as const) : ('log' as const)
  // The manifest's word for the materialization is the better one; both voices may have one.
  const materialized = claim?.data.materialized ?? log?.data.materialized ?? null
  const { does } = nodeExpectation(
    { engine: voices.engine, command: voices.command, announced: null },
    { resourceType: built.data.resourceType, materialized },
  )
  const common = {
    node,
    relation: relation.data.relation,
    events: [built.id, relation.id],
    voices: [voice, 'warehouse'] as const,
  }
  if (relation.data.present === false) return [absent(does, common, voice)]
  // A clone is whatever the warehouse can clone into.
  const wanted = does === 'clones' ? null : materialized
  return [...kindDiffers(relation, wanted, common, voice), ...commitOlder(relation, built, voices, common, voice)]
}

/** What a materialization of the project's own leaves, only its author knows. */
function absent(does: Does, common: Common, voice: string): Finding {
  const known = does !== 'might-build'
  return {
    ...common,
    code: 'relation-absent',
    disposition: known ? 'contradicted' : 'unconfirmed',
    severity: known ? 'high' : 'low',
    said: [
      [voice, 'built'],
      ['warehouse', 'absent'],
    ],
  }
}

type Common = Pick<Finding, 'node' | 'relation' | 'events' | 'voices'>

function kindDiffers(
  relation: Said<RelationData>,
  materialized: string | null,
  common: Common,
  voice: string,
): Finding[] {
  const wanted = KINDS[materialized ?? '']
  const { kind } = relation.data
  if (wanted === undefined || kind === null || wanted.includes(kind)) return []
  const said = [
    [voice, materialized ?? 'unknown'],
    ['warehouse', kind],
  ] as const
  return [{ ...common, code: 'relation-kind-differs', disposition: 'contradicted', severity: 'medium', said }]
}

/**
 * The newest row was committed before the run began although the node says that it wrote rows. Two clocks are
 * compared, dbt's and the server's: unconfirmed, not contradicted.
 */
function commitOlder(
  relation: Said<RelationData>,
  built: Said<NodeData>,
  voices: Voices,
  common: Common,
  voice: string,
): Finding[] {
  const { newestCommit } = relation.data
  const rows = built.data.rowsAffected
  if (newestCommit === null || voices.startedAt === null || rows === null || rows === '0') return []
  if (built.data.materialized === 'view' || relation.data.kind === 'view') return []
  if (nanosOf(newestCommit) >= nanosOf(voices.startedAt)) return []
  const said = [
    [voice, rows],
    ['warehouse', newestCommit],
  ] as const
  return [{ ...common, code: 'commit-older-than-run', disposition: 'unconfirmed', severity: 'medium', said }]
}

const TABLES = ['table', 'partitioned-table', 'foreign-table']
const KINDS: Readonly<Record<string, readonly string[]>> = {
  view: ['view'],
  table: TABLES,
  incremental: TABLES,
  seed: TABLES,
  snapshot: TABLES,
  materialized_view: ['materialized-view'],
}
