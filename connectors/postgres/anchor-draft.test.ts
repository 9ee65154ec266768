import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/events/index.js'
import { anchorDraft, isProvisional, lsnValue, type ProvisionalAnchor } from './anchor-draft.js'
import { type AnchorPosition, type AnchorReading, unavailableAnchor } from './read-anchor.js'

const position = (part: Partial<AnchorPosition> = {}): AnchorPosition => ({
  system: 'postgres',
  phase: 'before',
  dsnHash: 'a'.repeat(64),
  serverVersion: '15.18',
  systemIdentifier: '7000000000000000001',
  timeline: '1',
  lsn: '0/16B3748',
  snapshot: '740:740:',
  anchorSessionXid: null,
  observedAt: '2026-03-02T10:00:00.000001Z',
  failed: [],
  warnings: [],
  ...part,
})
const reading = (part: Partial<AnchorPosition> = {}): AnchorReading => ({ kind: 'position', position: position(part) })
const later = (part: Partial<AnchorPosition> = {}) => reading({ phase: 'after', lsn: '0/16B9999', ...part })
const earlier = (part: Partial<AnchorPosition> = {}): ProvisionalAnchor => {
  const draft = anchorDraft('run-1', reading(part))
  if (!isProvisional(draft)) throw new Error('not provisional')
  return draft
}

describe('the anchor of a run', () => {
  it('is provisional before it and confirmed after it by the same server further on', () => {
    const first = earlier()
    const second = anchorDraft('run-1', later(), first)
    expect(second.type).toBe('dev.clyra.anchor.confirmed.v1')
    expect(second.data).toMatchObject({ phase: 'after', provisional: first.id })
    expect(FAMILIES.anchor['dev.clyra.anchor.confirmed.v1'].parse(second.data)).toEqual(second.data)
  })

  it('is confirmed where nothing was written in between', () => {
    expect(anchorDraft('run-1', later({ lsn: '0/16B3748' }), earlier()).type).toBe('dev.clyra.anchor.confirmed.v1')
  })

  it.each([
    ['system-identifier-differs', { systemIdentifier: '7000000000000000002' }],
    ['timeline-differs', { timeline: '2' }],
    ['lsn-went-back', { lsn: '0/16B3747' }],
    ['database-differs', { dsnHash: 'b'.repeat(64) }],
  ] as const)('is contradicted with the reason %s', (reason, part) => {
    const draft = anchorDraft('run-1', later(part), earlier())
    expect(draft.type).toBe('dev.clyra.anchor.contradicted.v1')
    expect(draft.data).toMatchObject({ reasons: [reason] })
  })

  it('does not compare WAL positions of two systems', () => {
    const draft = anchorDraft('run-1', later({ systemIdentifier: '9', lsn: '0/1' }), earlier())
    expect(draft.data).toMatchObject({ reasons: ['system-identifier-differs'] })
  })

  it.each([
    ['the system identifier could not be read', { systemIdentifier: null, failed: [['pg_control_system', '42501']] }],
    ['the timeline could not be read', { timeline: null, failed: [['pg_walfile_name', '42501']] }],
  ] as const)('confirms nothing where %s', (_, part) => {
    const unknown = { ...part, failed: part.failed.map(([name, state]): [string, string] => [name, state]) }
    expect(anchorDraft('run-1', later(unknown), earlier()).type).toBe('dev.clyra.anchor.provisional.v1')
    expect(anchorDraft('run-1', later(), earlier(unknown)).type).toBe('dev.clyra.anchor.provisional.v1')
  })

  it('is provisional after the run where there was none before it', () => {
    expect(anchorDraft('run-1', later()).type).toBe('dev.clyra.anchor.provisional.v1')
  })

  it('says why there is none, with the time of this machine', () => {
    const now = () => new Date('2026-03-02T10:00:00.5Z')
    const skipped = unavailableAnchor({ phase: 'before', now }, 'TIMED_OUT', 'late', null)
    const draft = anchorDraft('run-1', skipped)
    expect(draft).toMatchObject({
      type: 'dev.clyra.anchor.unavailable.v1',
      time: '2026-03-02T10:00:00.500Z',
      data: { system: 'postgres', code: 'TIMED_OUT', detail: 'late' },
    })
  })

  it('has an id made of run and phase alone', () => {
    expect(earlier().id).toBe(earlier({ lsn: '0/2' }).id)
    expect(earlier().id).not.toBe(anchorDraft('run-2', reading()).id)
    expect(earlier().id).not.toBe(anchorDraft('run-1', later()).id)
    expect(earlier().id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('orders WAL positions as numbers, not as text', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (value) => {
        const text = `${(value >> 32n).toString(16).toUpperCase()}/${(value & 0xffffffffn).toString(16).toUpperCase()}`
        return lsnValue(text) === value
      }),
    )
    expect(lsnValue('0/9') < lsnValue('0/10')).toBe(true)
    expect(lsnValue('9/FFFFFFFF') < lsnValue('10/0')).toBe(true)
  })
})
