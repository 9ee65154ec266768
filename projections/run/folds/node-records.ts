import type { Of } from '../record-of.js'
import type { NodeSaid, RunDraft, TestSaid, Voices } from '../run-state.js'
import { type SortedList, upsert } from '../sorted-list.js'

export function foldNode(draft: RunDraft, of: Of<'dev.clyra.dbt.node.executed.v1'>): void {
  const { data, position } = of
  draft.nodes = heard<NodeSaid>(draft.nodes, of, (times) => ({
    resourceType: data.resourceType,
    materialized: data.materialized,
    relation: data.relation,
    status: data.status,
    startedAt: data.startedAt,
    completedAt: data.completedAt,
    executionSeconds: data.executionSeconds,
    thread: data.thread,
    adapterCode: data.adapterCode,
    rowsAffected: data.rowsAffected,
    sealedMessage: data.message !== null,
    times,
    position,
  }))
}

export function foldTest(draft: RunDraft, of: Of<'dev.clyra.dbt.test.result.v1'>): void {
  const { data, position } = of
  draft.tests = heard<TestSaid>(draft.tests, of, (times) => ({
    tested: data.tested,
    severity: data.severity,
    status: data.status,
    failures: data.failures,
    startedAt: data.startedAt,
    completedAt: data.completedAt,
    executionSeconds: data.executionSeconds,
    thread: data.thread,
    sealedMessage: data.message !== null,
    times,
    position,
  }))
}

/** One voice's word on a node, with how often it spoke: it stands beside the other voices' and replaces only its own. */
function heard<Said extends NodeSaid | TestSaid>(
  list: SortedList<Voices<Said>>,
  { data: { node, voice }, fresh }: Of<'dev.clyra.dbt.node.executed.v1' | 'dev.clyra.dbt.test.result.v1'>,
  said: (times: number) => Said,
): SortedList<Voices<Said>> {
  return upsert(list, node, fresh, (old) => ({
    node,
    claim: old?.claim ?? null,
    log: old?.log ?? null,
    warehouse: old?.warehouse ?? null,
    [voice]: said((old?.[voice]?.times ?? 0) + 1),
  }))
}

/** Keyed by node and voice, so that a reading of one voice voids its own answers only. */
export function foldResponse(draft: RunDraft, { data, position, fresh }: Of<'dev.clyra.dbt.node.response.v1'>): void {
  draft.responses = upsert(draft.responses, `${data.node}\n${data.voice}`, fresh, () => ({ ...data, position }))
}

export function foldFreshness(
  draft: RunDraft,
  { data: { message, ...said }, position, fresh }: Of<'dev.clyra.dbt.source.freshness.v1'>,
): void {
  const freshness = { ...said, sealedMessage: message !== null, position }
  draft.freshness = upsert(draft.freshness, `${said.node}\n${said.voice}`, fresh, () => freshness)
}
