import type { NodeSaid, NodeState, RunView, TestSaid, TestState } from '../../run/index.js'
import { VOICE_WORDS } from './words.js'

/** Which of the three voices said anything of steps, tests or relations, in words. */
export function voicesHeard(run: RunView): { readonly heard: readonly string[]; readonly silent: readonly string[] } {
  const said = [...run.nodes, ...run.tests]
  const speaks = {
    claim: said.some((one) => one.claim !== null),
    log: said.some((one) => one.log !== null),
    warehouse: run.relations.length > 0 || said.some((one) => one.warehouse !== null),
  }
  const voices = ['claim', 'log', 'warehouse'] as const
  return {
    heard: voices.filter((voice) => speaks[voice]).map((voice) => VOICE_WORDS[voice]),
    silent: voices.filter((voice) => !speaks[voice]).map((voice) => VOICE_WORDS[voice]),
  }
}

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
