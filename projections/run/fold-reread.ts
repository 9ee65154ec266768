import type { Voice } from '../../src/events/index.js'
import { append, keepOf } from './append-list.js'
import type { Fresh } from './fresh.js'
import type { Of } from './record-of.js'
import { NO_STATEMENTS, type NodeVoices, type RunDraft, type TestVoices } from './run-state.js'
import { updateAll } from './sorted-list.js'

/**
 * A later reading counts: gaps, findings and `closed` before it are void, and so is all that the voices it names have
 * said. What has no voice (start, exit, files, measurements, what was left out) stands.
 */
export function foldReread(draft: RunDraft, { data, position, record, fresh }: Of<'dev.clyra.run.reread.v1'>): void {
  const { reading, voices, because } = data
  draft.rereads = append(draft.rereads, { reading, voices, because, time: record.event.time, position }, fresh)
  draft.gaps = []
  draft.findings = []
  draft.closed = false
  for (const voice of voices) silence(draft, voice, fresh)
}

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
  if (voice === 'warehouse') {
    draft.relations = []
    draft.snapshots = []
    draft.anchors = []
  }
}

function ifSpokenOf<T extends NodeVoices | TestVoices>(one: T): T | undefined {
  return one.claim === null && one.log === null && one.warehouse === null ? undefined : one
}
