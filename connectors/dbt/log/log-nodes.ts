import type { DraftEvent } from '../../../src/events/index.js'
import { relationAsKept } from '../artifacts/index.js'
import { count, draftOf, fraction, label, type Relation, sealedText, utc } from '../drafts/index.js'
import { type Does, isTestType, leavesRelation, resourceTypeOf, statusFor } from '../expectations/index.js'
import type { LogLine, LogRunResult, NodeInfo } from './log-line.js'

export type NodeEvent = DraftEvent<'dev.clyra.dbt.node.executed.v1'> | DraftEvent<'dev.clyra.dbt.test.result.v1'>

/** A node that has begun and not ended. */
export interface RunningNode {
  readonly node: string
  readonly resourceType: string
  readonly materialized: string | null
  readonly relation: Relation | null
  readonly thread: string | null
  readonly startedAt: string | null
}

/** Place of a node's record: nodes that finish twice (microbatches) are told apart by `nth`. */
export interface NodePlace {
  readonly run: string
  readonly source: string
  readonly invocation: string
  readonly nth: number
  /** What the command does to this node. */
  readonly does: Does
}

/** `adapter` says how the warehouse keeps names. */
export function runningNode(line: LogLine, adapter: string | null): RunningNode | null {
  const info = line.data.node_info
  const node = label(info?.unique_id)
  if (info === undefined || node === null) return null
  return {
    node,
    resourceType: label(info.resource_type) ?? resourceTypeOf(node),
    materialized: label(info.materialized),
    relation: builtRelation(info, adapter),
    thread: label(line.info.thread),
    startedAt: utc(info.node_started_at) ?? utc(line.info.ts),
  }
}

/**
 * A node's end as the log tells it (`NodeFinished`), or a hook's (`LogHookEndLine`). `cancelled`: dbt, itself
 * interrupted, had ended the node's statement; the error that follows is the interruption.
 */
export function finishedDraft(
  place: NodePlace,
  running: RunningNode,
  line: LogLine,
  attachedTo: string | null,
  cancelled: boolean,
): NodeEvent {
  const { node_info: info, run_result: result } = line.data
  const said = statusFor(place.does, result?.status ?? line.data.status ?? info?.node_status)
  const status = cancelled && said === 'error' ? 'interrupted' : said
  const key = nodeKey(place, running.node)
  const time = utc(line.info.ts)
  const common = {
    voice: 'log' as const,
    invocation: place.invocation,
    node: running.node,
    status,
    startedAt: utc(info?.node_started_at),
    completedAt: utc(info?.node_finished_at),
    executionSeconds: fraction(result?.execution_time ?? line.data.execution_time),
    thread: label(result?.thread) ?? running.thread,
    message: sealedText(result?.message),
  }
  if (isTestType(running.resourceType)) {
    return draftOf(place.run, place.source, key, 'dev.clyra.dbt.test.result.v1', time, {
      ...common,
      tested: attachedTo === null ? [] : [attachedTo],
      severity: null,
      failures: NOT_TESTED.has(status) ? null : count(result?.num_failures),
    })
  }
  return draftOf(place.run, place.source, key, 'dev.clyra.dbt.node.executed.v1', time, {
    ...common,
    resourceType: running.resourceType,
    materialized: running.resourceType === 'operation' ? null : running.materialized,
    relation: leavesRelation(place.does) ? running.relation : null,
    ...(place.does === 'compiles' ? NO_ANSWER : adapterAnswer(result)),
  })
}

/**
 * A node that the log saw begin and never end: `interrupted` where dbt's own end says so, else `unknown`, because the
 * rest of the log may only be somewhere else.
 */
export function unfinishedDraft(place: NodePlace, running: RunningNode, status: 'interrupted' | 'unknown'): NodeEvent {
  const { node, resourceType, materialized, relation, thread, startedAt } = running
  const common = {
    voice: 'log' as const,
    invocation: place.invocation,
    node,
    status,
    startedAt,
    completedAt: null,
    executionSeconds: null,
    thread,
    message: null,
  }
  // A key of its own: a longer copy of the same log may still hold the node's end.
  const key = `${nodeKey(place, node)}/unfinished`
  if (isTestType(resourceType)) {
    const data = { ...common, tested: [], severity: null, failures: null }
    return draftOf(place.run, place.source, key, 'dev.clyra.dbt.test.result.v1', startedAt, data)
  }
  return draftOf(place.run, place.source, key, 'dev.clyra.dbt.node.executed.v1', startedAt, {
    ...common,
    resourceType,
    materialized,
    relation: leavesRelation(place.does) ? relation : null,
    ...NO_ANSWER,
  })
}

/** A test that did not run has no failures, and none that failed: dbt's log writes 0 for both. */
const NOT_TESTED: ReadonlySet<string> = new Set(['skipped', 'compiled'])

/** Work that changes nothing affects no rows: those that `show` reads are in the adapter's response. */
export const NO_ANSWER = { adapterCode: null, rowsAffected: null }

/** Code and rows of an adapter response; -1 means "not known" and is null. */
export function adapterAnswer(result: Pick<LogRunResult, 'adapter_response'> | undefined): {
  adapterCode: string | null
  rowsAffected: string | null
} {
  const { code, rows_affected: rows } = result?.adapter_response ?? {}
  return {
    adapterCode: typeof code === 'string' && /^[A-Za-z][A-Za-z_ ]{0,63}$/.test(code) ? code : null,
    rowsAffected: count(rows),
  }
}

function nodeKey(place: NodePlace, node: string): string {
  return `${place.invocation}/log/node/${node}${place.nth > 1 ? `/${place.nth}` : ''}`
}

/** What the node builds; tests and hooks carry a relation in the log that nothing is built in. */
function builtRelation(info: NodeInfo, adapter: string | null): Relation | null {
  const relation = info.node_relation
  if (!relation?.relation_name || !BUILDS.has(info.resource_type ?? '')) return null
  const { relation_name: relationName, database, schema, alias } = relation
  return relationAsKept(adapter, { relationName, database, schema, identifier: alias })
}

const BUILDS = new Set(['model', 'seed', 'snapshot'])
