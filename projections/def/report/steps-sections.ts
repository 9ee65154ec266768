import type { NodeState, RunView } from '../../run/index.js'
import { clockTime, dash, grouped, nodeName, orDash, relationName, seconds } from './format.js'
import { type Html, html, type Part } from './html.js'
import { saidByWarehouse, status } from './status.js'
import { section, table } from './table.js'
import { differ } from './voices.js'

/** Every step with its three voices side by side. */
export function nodesSection(run: RunView): Html {
  const rows = run.nodes.map((node) => {
    const reading = run.relations.findLast((relation) => relation.node === node.node) ?? null
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
      tone: differ(node) ? ('warn' as const) : undefined,
    }
  })
  const differing = run.nodes.filter(differ).length
  return section({
    id: 'nodes',
    title: 'Steps',
    lead: html`What each of the three voices says of every step. ${differing === 0 ? null : html`In ${grouped(differing)} of them two voices do not say the same; those are shaded. `}A dash means that the voice says nothing, which is not the same as agreeing.`,
    body:
      rows.length === 0
        ? html`<p>No step was recorded.</p>
`
        : table(
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

export function testsSection(run: RunView): Html {
  const rows = run.tests.map((test) => {
    const failures = test.claim?.failures ?? test.log?.failures ?? null
    return {
      cells: [
        nodeName(test.node),
        status(test.claim),
        status(test.log),
        orDash(failures === null ? null : grouped(failures)),
        orDash(test.severity),
        test.tested.length === 0
          ? dash
          : test.tested.map((node, i) => html`${i === 0 ? null : html`<br>`}${nodeName(node)}`),
      ],
      tone: differ(test) ? ('warn' as const) : undefined,
    }
  })
  return section({
    id: 'tests',
    title: 'Tests',
    lead: null,
    body:
      rows.length === 0
        ? html`<p>No test was recorded in this run. That says nothing about the data.</p>
`
        : table(
            'Tests',
            [
              { title: 'Test' },
              { title: 'dbt’s results' },
              { title: 'dbt’s log' },
              { title: 'Failing rows', number: true },
              { title: 'If it fails' },
              { title: 'Looks at' },
            ],
            rows,
          ),
  })
}

/** The warehouse's own reading of the relations that dbt says it built. */
export function relationsSection(run: RunView): Html {
  const rows = run.relations.map((reading) => ({
    cells: [
      relationName(reading.relation),
      saidByWarehouse(reading),
      orDash(reading.estimatedRows === null ? null : grouped(reading.estimatedRows)),
      reading.newestCommit === null ? dash : clockTimeWithDate(reading.newestCommit),
      reading.columns.length === 0
        ? dash
        : html`<details><summary>${reading.columnsTruncated ? 'the first ' : null}${grouped(reading.columns.length)}</summary><ul class="columns">${reading.columns.map(([column, type]) => html`<li><bdi>${column}</bdi> <span class="quiet"><bdi>${type}</bdi></span></li>`)}</ul></details>`,
    ],
    tone: reading.present === false ? ('bad' as const) : undefined,
  }))
  return section({
    id: 'relations',
    title: 'Relations, read from the warehouse',
    lead: 'After the run the warehouse itself was asked about each relation that dbt says it built. Rows are the server’s own estimate, not a count.',
    body:
      rows.length === 0
        ? html`<p>The warehouse was not asked about any relation.</p>
`
        : table(
            'Relations',
            [
              { title: 'Relation' },
              { title: 'The warehouse says' },
              { title: 'Rows (estimate)', number: true },
              { title: 'Newest commit' },
              { title: 'Columns' },
            ],
            rows,
          ),
  })
}

function clockTimeWithDate(timestamp: string): Html {
  return html`<time datetime="${timestamp}">${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)}</time>`
}
