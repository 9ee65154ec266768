import type { Of } from '../record-of.js'
import type { NodeSaid, NodeVoices, RunDraft, TestSaid, TestVoices } from '../run-state.js'
import { upsert } from '../sorted-list.js'

/** One voice's word on a node: it stands beside the other voices' words and replaces only its own. */
export function foldNode(draft: RunDraft, { data, position, fresh }: Of<'dev.clyra.dbt.node.executed.v1'>): void {
  draft.nodes = upsert(draft.nodes, data.node, fresh, (old): NodeVoices => {
    const said: NodeSaid = {
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
      times: (old?.[data.voice]?.times ?? 0) + 1,
      position,
    }
    return {
      node: data.node,
      claim: old?.claim ?? null,
      log: old?.log ?? null,
      warehouse: old?.warehouse ?? null,
      [data.voice]: said,
    }
  })
}

export function foldTest(draft: RunDraft, { data, position, fresh }: Of<'dev.clyra.dbt.test.result.v1'>): void {
  draft.tests = upsert(draft.tests, data.node, fresh, (old): TestVoices => {
    const said: TestSaid = {
      tested: data.tested,
      severity: data.severity,
      status: data.status,
      failures: data.failures,
      startedAt: data.startedAt,
      completedAt: data.completedAt,
      executionSeconds: data.executionSeconds,
      thread: data.thread,
      sealedMessage: data.message !== null,
      times: (old?.[data.voice]?.times ?? 0) + 1,
      position,
    }
    return {
      node: data.node,
      claim: old?.claim ?? null,
      log: old?.log ?? null,
      warehouse: old?.warehouse ?? null,
      [data.voice]: said,
    }
  })
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
