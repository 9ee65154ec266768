import { COMMANDS_WITHOUT_WAREHOUSE } from '../../src/events/codes/index.js'
import { inVoiceOrder } from './outcome.js'
import type { NodeVoices, RunState } from './run-state.js'
import { valuesOf } from './sorted-list.js'

/** How far the warehouse itself was asked about a run. */
export interface WarehouseHeard {
  /**
   * `asked`: it told where it stood before and after, and of each relation that was built; `partly`: some of that;
   * `not-asked`: nothing; `not-needed`: not all of it, after a command that changes nothing in a warehouse.
   */
  readonly completeness: 'asked' | 'partly' | 'not-asked' | 'not-needed'
  /**
   * Sorted, unique: `before-...` or `after-...` with the code of what made the reading unavailable (`missing` where
   * nothing is recorded), `relations-not-read` where it was asked after the run, but not of each of them.
   */
  readonly reasons: readonly string[]
}

export function warehouseHeard(state: RunState): WarehouseHeard {
  const phases = (['before', 'after'] as const).map((phase) => unheardIn(state, phase))
  // Where it was not asked after the run, the reason for that says all.
  const unread = phases[1]?.length === 0 && relationsNotRead(state)
  const reasons = [...new Set([...phases.flat(), ...(unread ? ['relations-not-read'] : [])])].sort()
  if (reasons.length === 0) return { completeness: 'asked', reasons }
  if (needsNoWarehouse(state)) return { completeness: 'not-needed', reasons: [] }
  const something =
    phases.some((phase) => phase.length === 0) || valuesOf(state.relations).some(({ present }) => present !== null)
  return { completeness: something ? 'partly' : 'not-asked', reasons }
}

/** The dbt command: the log's word for it, else the claim's. */
export function commandOf(state: RunState): string | null {
  return inVoiceOrder(state.invocations.flat()).find(({ command }) => command !== null)?.command ?? null
}

/** Why there is no reading of that phase; nothing where there is one. */
function unheardIn({ anchors }: RunState, phase: 'before' | 'after'): string[] {
  const ofPhase = anchors.flat().filter((anchor) => anchor.phase === phase)
  if (ofPhase.some(({ kind }) => kind !== 'unavailable')) return []
  if (ofPhase.length === 0) return [`${phase}-missing`]
  return ofPhase.map(({ code }) => `${phase}-${(code ?? 'unknown').toLowerCase().replaceAll('_', '-')}`)
}

/** A step that some voice says built a relation, of which the warehouse did not say whether it is there. */
function relationsNotRead(state: RunState): boolean {
  const read = new Set<string>()
  for (const { node, present } of valuesOf(state.relations)) if (present !== null) read.add(node)
  return state.nodes.some((chunk) => chunk.some(([, node]) => built(node) && !read.has(node.node)))
}

function built({ claim, log }: NodeVoices): boolean {
  const materialized = claim?.materialized ?? log?.materialized ?? null
  return (
    materialized !== 'ephemeral' && [claim, log].some((said) => said?.status === 'success' && said.relation !== null)
  )
}

/** Only where every voice that names a command names one of those: one that is not known may have changed anything. */
function needsNoWarehouse(state: RunState): boolean {
  const commands = state.invocations.flat().flatMap(({ command }) => (command === null ? [] : [command]))
  return commands.length > 0 && commands.every((command) => COMMANDS_WITHOUT_WAREHOUSE.includes(command))
}
