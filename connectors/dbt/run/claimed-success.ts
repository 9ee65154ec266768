import type { Manifest, RunResults } from '../artifacts/index.js'
import { type NodeStatus, nodeStatus } from '../expectations/index.js'

const FAILED: ReadonlySet<NodeStatus> = new Set<NodeStatus>(['error', 'fail', 'runtime-error', 'partial'])
const WENT_WELL: ReadonlySet<NodeStatus> = new Set<NodeStatus>(['success', 'pass', 'warn', 'no-op', 'reused'])

/** The kinds of node that a command works off where nothing is selected. */
const WORKS_OFF: Readonly<Record<string, readonly string[]>> = {
  build: ['model', 'seed', 'snapshot', 'test', 'unit_test'],
  run: ['model'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  test: ['test', 'unit_test'],
}

/**
 * Whether the command succeeded as far as its results tell. They have no word for it, and those of an interrupted run
 * look like those of a good one: the steps that were not reached are just not there. So a failed step is a failure, and
 * success is only where every step that the project has for this command, hooks included, is there and went well; else
 * null.
 */
export function claimedSuccess(runResults: RunResults, manifest: Manifest | null): boolean | null {
  const statuses = new Map(runResults.rows.map((row) => [row.unique_id, nodeStatus(row.status)]))
  for (const status of statuses.values()) if (FAILED.has(status)) return false
  const kinds = Object.hasOwn(WORKS_OFF, runResults.command ?? '') ? WORKS_OFF[runResults.command ?? ''] : undefined
  if (manifest === null || kinds === undefined) return null
  for (const node of [...manifest.nodes.values(), ...manifest.others]) {
    if (node.materialized === 'ephemeral') continue
    if (node.resourceType !== 'operation' && !kinds.includes(node.resourceType)) continue
    const status = statuses.get(node.id)
    if (status === undefined || !WENT_WELL.has(status)) return null
  }
  return true
}
