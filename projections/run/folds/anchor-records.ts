import { append } from '../append-list.js'
import type { Of } from '../record-of.js'
import type { Anchor, RunDraft } from '../run-state.js'

type Positioned =
  | 'dev.clyra.anchor.provisional.v1'
  | 'dev.clyra.anchor.confirmed.v1'
  | 'dev.clyra.anchor.contradicted.v1'

/** Where the warehouse stood before and after the run. The anchor session's own transaction id says nothing of the run and is left out. */
export function foldAnchor(kind: 'provisional' | 'confirmed' | 'contradicted') {
  return (draft: RunDraft, { data, position, fresh }: Of<Positioned>): void => {
    const anchor: Anchor = {
      kind,
      system: data.system,
      phase: data.phase,
      dsnHash: data.dsnHash,
      serverVersion: data.serverVersion,
      systemIdentifier: data.systemIdentifier,
      timeline: data.timeline,
      lsn: data.lsn,
      snapshot: data.snapshot,
      observedAt: data.observedAt,
      failed: data.failed,
      warnings: data.warnings,
      reasons: 'reasons' in data ? data.reasons : [],
      code: null,
      detail: null,
      position,
    }
    draft.anchors = append(draft.anchors, anchor, fresh)
  }
}

export function foldUnavailableAnchor(
  draft: RunDraft,
  { data, position, fresh }: Of<'dev.clyra.anchor.unavailable.v1'>,
): void {
  const anchor: Anchor = {
    kind: 'unavailable',
    system: data.system,
    phase: data.phase,
    dsnHash: data.dsnHash,
    serverVersion: null,
    systemIdentifier: null,
    timeline: null,
    lsn: null,
    snapshot: null,
    observedAt: null,
    failed: [],
    warnings: [],
    reasons: [],
    code: data.code,
    detail: data.detail,
    position,
  }
  draft.anchors = append(draft.anchors, anchor, fresh)
}
