import type { Of } from './record-of.js'
import type { NodeSaid, NodeState, RunDraft, TestSaid, TestState } from './run-state.js'
import { upsert } from './sorted-list.js'

/** One voice's word on a node: it stands beside the other voices' words and replaces only its own. */
export function foldNode(draft: RunDraft, { data, position, fresh }: Of<'dev.clyra.dbt.node.executed.v1'>): void {
  draft.nodes = upsert(draft.nodes, data.node, fresh, (old): NodeState => {
    const said: NodeSaid = {
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
      resourceType: old?.resourceType ?? data.resourceType,
      materialized: old?.materialized ?? data.materialized,
      relation: old?.relation ?? data.relation,
      claim: old?.claim ?? null,
      log: old?.log ?? null,
      warehouse: old?.warehouse ?? null,
      [data.voice]: said,
    }
  })
}

export function foldTest(draft: RunDraft, { data, position, fresh }: Of<'dev.clyra.dbt.test.result.v1'>): void {
  draft.tests = upsert(draft.tests, data.node, fresh, (old): TestState => {
    const said: TestSaid = {
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
      tested: [...new Set([...(old?.tested ?? []), ...data.tested])].sort(),
      severity: old?.severity ?? data.severity,
      claim: old?.claim ?? null,
      log: old?.log ?? null,
      warehouse: old?.warehouse ?? null,
      [data.voice]: said,
    }
  })
}
