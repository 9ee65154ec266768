import type { RelationState } from './run-state.js'
import type { NodeState, RunView } from './run-view.js'
import { howItEnded } from './step-counts.js'
import { whatRuns } from './what-runs.js'

/** A relation of a step, with the warehouse's reading of it. */
export interface BuiltRelation {
  readonly node: NodeState
  readonly relation: readonly (string | null)[]
  /** As dbt tells it; a number only where it tells one. */
  readonly rows: string | null
  readonly reading: RelationState | null
}

/** What a run did to relations. */
export interface ChangedRelations {
  /** Every voice that speaks of the step says that it succeeded, and the warehouse does not say that it is absent. */
  readonly changed: readonly BuiltRelation[]
  /** Nothing tells whether the relation was changed: the step did not end, its voices differ, or it failed and yet its data changed. */
  readonly unclear: readonly BuiltRelation[]
}

/**
 * What was really built and is there. A step that failed, was skipped or rolled back changed nothing; one whose
 * relation is absent is a finding, not a change; a command that only compiles or looks changes nothing at all.
 */
export function changedRelations(run: Pick<RunView, 'command' | 'nodes' | 'relations' | 'findings'>): ChangedRelations {
  if (!whatRuns(run.command).builds) return { changed: [], unclear: [] }
  const readings = new Map(run.relations.map((reading) => [reading.node, reading]))
  const changedAnyway = new Set(
    run.findings.filter(({ code }) => code === 'node-error-but-data-changed').map(({ node }) => node),
  )
  const changed: BuiltRelation[] = []
  const unclear: BuiltRelation[] = []
  for (const node of run.nodes) {
    if (node.relation === null) continue
    const one: BuiltRelation = {
      node,
      relation: node.relation,
      rows: rowsOf(node),
      reading: readings.get(node.node) ?? null,
    }
    const ended = howItEnded(node)
    if (changedAnyway.has(node.node) || ended === 'unfinished' || (ended === 'failed' && succeeded(node))) {
      unclear.push(one)
    } else if (succeeded(node) && one.reading?.present !== false) changed.push(one)
  }
  return { changed, unclear }
}

/** Somebody says that it built something. `no-op` and `reused` built nothing. */
function succeeded({ claim, log, warehouse }: NodeState): boolean {
  return [claim, log, warehouse].some((said) => said?.status === 'success' || said?.status === 'warn')
}

function rowsOf({ claim, log }: NodeState): string | null {
  const rows = (claim ?? log)?.rowsAffected ?? null
  return rows === null || rows.startsWith('-') ? null : rows
}
