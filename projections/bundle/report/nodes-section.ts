import { howItEnded, type NodeState, type RunView } from '../../run/index.js'
import { differ } from './differ.js'
import { clockTime, dash, grouped, nodeName, orDash, seconds } from './format.js'
import { byGravity } from './gravity.js'
import { type Html, html, type Part } from './html.js'
import { saidByWarehouse, status } from './status.js'
import { section, table } from './table.js'

/** Every step with its three voices side by side, the gravest first. */
export function nodesSection(run: RunView): Html | null {
  if (run.nodes.length === 0) return null
  const readings = new Map(run.relations.map((reading) => [reading.node, reading]))
  const rows = [...run.nodes].sort(byGravity).map((node) => {
    const reading = readings.get(node.node) ?? null
    const said = node.claim ?? node.log
    return {
      cells: [
        nodeName(node.node),
        html`${node.resourceType}${node.materialized === null || node.materialized === node.resourceType ? null : html`, ${node.materialized}`}`,
        status(node.claim),
        status(node.log),
        node.warehouse === null ? (reading === null ? dash : saidByWarehouse(reading)) : status(node.warehouse),
        rowsOf(node),
        seconds(said?.executionSeconds ?? null),
        clockTime(said?.startedAt ?? null),
      ],
      tone: toneOf(node),
    }
  })
  const differing = run.nodes.filter(differ).length
  return section({
    id: 'nodes',
    title: 'Steps',
    lead: html`${differing === 0 ? null : html`In ${grouped(differing)} of them two voices differ; those are shaded. `}A dash: this voice says nothing, which is not the same as agreeing.`,
    body: table(
      'Steps',
      [
        { title: 'Step' },
        { title: 'Kind' },
        { title: 'dbt’s results' },
        { title: 'dbt’s log' },
        { title: 'Warehouse' },
        { title: 'Rows', number: true },
        { title: 'Took', number: true },
        { title: 'Start' },
      ],
      rows,
    ),
  })
}

function toneOf(node: NodeState): 'bad' | 'warn' | undefined {
  if (howItEnded(node) === 'failed') return 'bad'
  return differ(node) ? 'warn' : undefined
}

/** One count where the voices tell one and the same, each with its teller where they do not. */
function rowsOf(node: NodeState): Part {
  const claim = node.claim?.rowsAffected ?? null
  const log = node.log?.rowsAffected ?? null
  if (claim !== null && log !== null && claim !== log) {
    return html`${grouped(claim)} <span class="quiet">results</span><br>${grouped(log)} <span class="quiet">log</span>`
  }
  const told = claim ?? log
  return orDash(told === null ? null : grouped(told))
}
