import type { Voice } from '../../../src/events/index.js'
import { append, keepOf } from '../append-list.js'
import type { Fresh } from '../fresh.js'
import { defineRunFold } from '../run-fold.js'
import type { NodeVoices, RunDraft, TestVoices } from '../run-state.js'
import { updateAll } from '../sorted-list.js'
import { foldFreshness, foldNode, foldResponse, foldTest } from './node-records.js'
import { foldStatement, NO_STATEMENTS } from './statement-records.js'

/** What dbt's results and its log say, each voice beside the other. */
export const dbtFold = defineRunFold({
  name: 'run-dbt',
  version: 1,
  initial: {
    invocations: [],
    completions: [],
    nodes: [],
    tests: [],
    responses: [],
    freshness: [],
    statements: NO_STATEMENTS,
  },
  types: {
    'dev.clyra.dbt.invocation.started.v1': (draft, { data, position, record, fresh }) => {
      const { arguments: sealed, ...said } = data
      const invocation = { ...said, sealedArguments: sealed !== null, time: record.event.time, position }
      draft.invocations = append(draft.invocations, invocation, fresh)
    },
    'dev.clyra.dbt.invocation.completed.v1': (draft, { data, position, record, fresh }) => {
      draft.completions = append(draft.completions, { ...data, time: record.event.time, position }, fresh)
    },
    'dev.clyra.dbt.node.executed.v1': foldNode,
    'dev.clyra.dbt.node.response.v1': foldResponse,
    'dev.clyra.dbt.source.freshness.v1': foldFreshness,
    'dev.clyra.dbt.test.result.v1': foldTest,
    'dev.clyra.dbt.statement.executed.v1': foldStatement,
    // For comparing runs after an erasure; nothing of a run's own picture is in them.
    'dev.clyra.dbt.statement.shapes.v1': () => {},
    'dev.clyra.run.reread.v1': (draft, { data, fresh }) => {
      for (const voice of data.voices) silence(draft, voice, fresh)
    },
  },
})

/** All that a voice has said is void. */
function silence(draft: RunDraft, voice: Voice, fresh: Fresh): void {
  const isOther = (said: { readonly voice: Voice }) => said.voice !== voice
  const ifOther = <T extends { readonly voice: Voice }>(said: T) => (isOther(said) ? said : undefined)
  draft.invocations = keepOf(draft.invocations, isOther, fresh)
  draft.completions = keepOf(draft.completions, isOther, fresh)
  draft.nodes = updateAll(draft.nodes, (node) => ifSpokenOf<NodeVoices>({ ...node, [voice]: null }))
  draft.tests = updateAll(draft.tests, (test) => ifSpokenOf<TestVoices>({ ...test, [voice]: null }))
  draft.responses = updateAll(draft.responses, ifOther)
  draft.freshness = updateAll(draft.freshness, ifOther)
  // Statements are what the log saw: no other voice has any.
  if (voice === 'log') draft.statements = NO_STATEMENTS
}

function ifSpokenOf<T extends NodeVoices | TestVoices>(one: T): T | undefined {
  return one.claim === null && one.log === null && one.warehouse === null ? undefined : one
}
