import type { NodeSaid, NodeState, TestSaid, TestState } from '../../run/index.js'

/** True where dbt's results and dbt's log say different things of one step or test. */
export function differ(one: NodeState | TestState): boolean {
  const { claim, log } = one
  if (claim === null || log === null) return false
  // A count that one voice does not tell is silence, not disagreement.
  const [claimed, logged] = [countOf(claim), countOf(log)]
  return claim.status !== log.status || (claimed !== null && logged !== null && claimed !== logged)
}

function countOf(said: NodeSaid | TestSaid): string | null {
  return 'failures' in said ? said.failures : said.rowsAffected
}
