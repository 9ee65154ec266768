import { howItEnded, type NodeState, type RunView, type TestState } from '../../../projections/run/index.js'
import { FINDINGS } from '../../events/codes/index.js'

/** What dbt claimed of a run, and beside it what was seen to happen. */
export interface ClaimedAndSeen {
  readonly claimed: string
  readonly seen: string
}

/** The run as a whole, then every finding, every failure, and what was skipped. */
export function claimedAndSeen(run: RunView): ClaimedAndSeen[] {
  const steps = [...run.nodes, ...run.tests]
  return [
    { claimed: claimedOfAll(steps), seen: seenOfAll(run) },
    ...run.findings.map((finding) => ({
      claimed: claimOf(steps.find(({ node }) => node === finding.node)),
      seen: `${finding.severity.toUpperCase()}: ${FINDINGS[finding.code]}`,
    })),
    ...steps
      .filter((step) => howItEnded(step) === 'failed')
      .map((step) => ({ claimed: claimOf(step), seen: seenOf(step) })),
    ...skipped(run, steps),
  ]
}

type Step = NodeState | TestState

/** "success 9, fail 1, skipped 6" */
function claimedOfAll(steps: readonly Step[]): string {
  const counts = new Map<string, number>()
  for (const { claim } of steps) if (claim !== null) counts.set(claim.status, (counts.get(claim.status) ?? 0) + 1)
  const told = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, count]) => `${count} ${status}`)
  return told.length === 0 ? 'nothing' : `${steps.length} steps: ${told.join(', ')}`
}

function seenOfAll({ statements, relations }: RunView): string {
  const there = relations.filter(({ present }) => present === true).length
  return `${statements.total} statements went to the warehouse; it says that ${there} of ${relations.length} relations are there`
}

function claimOf(step: Step | undefined): string {
  if (step === undefined) return 'nothing of it'
  const failures = step.claim !== null && 'failures' in step.claim ? step.claim.failures : null
  const rows = failures === null || failures === '0' ? '' : ` (${failures} ${failures === '1' ? 'row' : 'rows'})`
  return `${shortName(step.node)}: ${step.claim?.status ?? 'nothing of it'}${rows}`
}

function seenOf({ claim, log }: Step): string {
  if (log === null) return "dbt's own log never saw it"
  return claim?.status === log.status ? "dbt's own log says the same" : `dbt's own log says ${log.status}`
}

function skipped({ statements }: RunView, steps: readonly Step[]): ClaimedAndSeen[] {
  const names = new Set(steps.filter((step) => howItEnded(step) === 'skipped').map(({ node }) => node))
  if (names.size === 0) return []
  const sent = statements.byNode.reduce((sum, [node, { total }]) => sum + (names.has(node) ? total : 0), 0)
  const seen =
    sent === 0
      ? 'nothing of them went to the warehouse'
      : `${sent} statements of them went to the warehouse all the same`
  return [{ claimed: `${names.size} steps: skipped`, seen }]
}

/** The last part of a dbt unique id, without the hash of a generic test. */
function shortName(id: string): string {
  return (
    id
      .split('.')
      .slice(2)
      .join('.')
      .replace(/\.[0-9a-f]{10}$/, '') || id
  )
}
