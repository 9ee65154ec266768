import type { EventData } from '../../../src/events/index.js'
import type { Does } from './nodes.js'

/** How a node ended, in the words of the event family. */
export type NodeStatus = EventData['dev.clyra.dbt.node.executed.v1']['status']

const STATUSES: Readonly<Record<string, NodeStatus>> = {
  success: 'success',
  error: 'error',
  skipped: 'skipped',
  skip: 'skipped',
  'partial success': 'partial',
  partial: 'partial',
  pass: 'pass',
  fail: 'fail',
  failed: 'fail',
  warn: 'warn',
  'runtime error': 'runtime-error',
  'no-op': 'no-op',
  noop: 'no-op',
  reused: 'reused',
  interrupted: 'interrupted',
  canceled: 'interrupted',
}

/** dbt's word for a status; `unknown` for a word that no release up to 2.0 wrote. */
export function nodeStatus(value: unknown): NodeStatus {
  return (typeof value === 'string' ? STATUSES[value.toLowerCase()] : undefined) ?? 'unknown'
}

/** dbt's success of work that builds and tests nothing is a word of its own: nobody may take it for a table or a test. */
export function statusFor(does: Does, value: unknown): NodeStatus {
  const status = nodeStatus(value)
  return does === 'compiles' && (status === 'success' || status === 'pass') ? 'compiled' : status
}

/** Counts per status as the families write them: pairs, sorted by status, decimal strings. */
export function statusCounts(statuses: Iterable<string>): [string, string][] {
  const counts = new Map<string, number>()
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, n]) => [status, String(n)])
}

/** `model.shop.orders` -> `model`. */
export function resourceTypeOf(node: string): string {
  return node.split('.', 1)[0] || 'unknown'
}

/** Tests have a record type of their own. */
export function isTestType(resourceType: string): boolean {
  return resourceType === 'test' || resourceType === 'unit_test'
}
