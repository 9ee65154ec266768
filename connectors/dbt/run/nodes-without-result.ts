import type { RunResults } from '../artifacts/index.js'
import { nodeExpectation } from '../expectations/index.js'
import type { LogSummary } from '../log/index.js'

/**
 * How many nodes dbt selected or began that have no result: in run_results where it is this run's, else in the log.
 * Nodes that no run_results is expected to name (ephemeral models) do not count, nor do hooks: dbt does not say how
 * many it would have run. A log from which lines are missing says nothing of nodes whose ends it lacks.
 */
export function nodesWithoutResult(log: LogSummary, results: RunResults | null): number {
  if (results === null && log.damaged) return 0
  const { engine, command } = log.facts
  const occasion = { engine, command: results?.repeats ?? command, announced: null }
  const ended =
    results === null
      ? log.finished
      : new Set(results.rows.map((row) => row.unique_id).filter((node) => log.begun.has(node) || !isHook(node)))
  let begun = 0
  for (const [node, kind] of log.begun) {
    const expected = results === null || nodeExpectation(occasion, kind).claim === 'always'
    if (expected && !ended.has(node)) begun += 1
  }
  return Math.max(begun, (log.selected ?? 0) - ended.size)
}

function isHook(node: string): boolean {
  return node.startsWith('operation.')
}
