import type { DraftEvent } from '../../src/events/index.js'
import { draftOf } from './draft.js'
import type { AnchorPosition, AnchorReading } from './read-anchor.js'

export type AnchorType =
  | 'dev.clyra.anchor.provisional.v1'
  | 'dev.clyra.anchor.confirmed.v1'
  | 'dev.clyra.anchor.contradicted.v1'
  | 'dev.clyra.anchor.unavailable.v1'
export type AnchorDraft = DraftEvent<AnchorType>
export type ProvisionalAnchor = DraftEvent<'dev.clyra.anchor.provisional.v1'>

export type ContradictionReason = DraftEvent<'dev.clyra.anchor.contradicted.v1'>['data']['reasons'][number]

/**
 * The event of one reading. `before` is the provisional anchor of the same run, where there is one.
 *
 * Before the run: `provisional` or `unavailable`. After it: `confirmed` where the server is provably the same (database
 * address, system identifier, timeline) and its WAL has not gone back; `contradicted` where something differs;
 * `provisional` again where nothing contradicts and identity cannot be shown (no anchor before, or a function that gives
 * it failed): two unknowns confirm nothing.
 *
 * The id is made of run and phase, so the same reading handed in twice is one event.
 */
export function anchorDraft(run: string, reading: AnchorReading, before?: ProvisionalAnchor): AnchorDraft {
  if (reading.kind === 'unavailable') {
    const { unavailable, observedAt } = reading
    return draftOf(run, 'anchor', unavailable.phase, 'dev.clyra.anchor.unavailable.v1', observedAt, unavailable)
  }
  const { position } = reading
  const { phase, observedAt } = position
  const provisional = () => draftOf(run, 'anchor', phase, 'dev.clyra.anchor.provisional.v1', observedAt, position)
  if (phase === 'before' || before === undefined) return provisional()
  const verdict = compare(before.data, position)
  switch (verdict.kind) {
    case 'undetermined':
      return provisional()
    case 'same':
      return draftOf(run, 'anchor', phase, 'dev.clyra.anchor.confirmed.v1', observedAt, {
        ...position,
        provisional: before.id,
      })
    case 'different':
      return draftOf(run, 'anchor', phase, 'dev.clyra.anchor.contradicted.v1', observedAt, {
        ...position,
        provisional: before.id,
        reasons: verdict.reasons,
      })
  }
}

/** True where the draft may be confirmed by a later one. */
export function isProvisional(draft: { readonly type: string }): draft is ProvisionalAnchor {
  return draft.type === 'dev.clyra.anchor.provisional.v1'
}

type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly reasons: ContradictionReason[] }
  | { readonly kind: 'undetermined' }

function compare(before: AnchorPosition, after: AnchorPosition): Verdict {
  const reasons: ContradictionReason[] = []
  if (before.dsnHash !== after.dsnHash) reasons.push('database-differs')
  const system = differ(before.systemIdentifier, after.systemIdentifier)
  const timeline = differ(before.timeline, after.timeline)
  if (system === true) reasons.push('system-identifier-differs')
  if (timeline === true) reasons.push('timeline-differs')
  // Positions of two systems have nothing to do with each other.
  if (system !== true && before.lsn !== null && after.lsn !== null && lsnValue(after.lsn) < lsnValue(before.lsn))
    reasons.push('lsn-went-back')
  if (reasons.length > 0) return { kind: 'different', reasons }
  const known = system === false && timeline === false && before.lsn !== null && after.lsn !== null
  return known ? { kind: 'same' } : { kind: 'undetermined' }
}

const differ = (before: string | null, after: string | null): boolean | undefined =>
  before === null || after === null ? undefined : before !== after

/** A WAL position as a number: two 32-bit halves in hex ("pg_lsn Type"). */
export function lsnValue(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}
