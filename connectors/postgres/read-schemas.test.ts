import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalBytes } from '../../src/canonical/index.js'
import { FAMILIES } from '../../src/events/index.js'
import type { CatalogRelation } from './catalog.js'
import { LISTED_RELATIONS, snapshotDraft, snapshotOf } from './read-schemas.js'

const relation = (part: Partial<CatalogRelation> = {}): CatalogRelation => ({
  schema: 'shop',
  name: 'orders',
  kind: 'table',
  estimate: '8',
  columns: [
    ['order_id', 'integer'],
    ['cents', 'integer'],
  ],
  ...part,
})
const capture = (relations: readonly CatalogRelation[]) =>
  snapshotOf(relations, 'before', 'a'.repeat(64), '2026-03-02T10:00:00.000001Z')

describe('the metadata snapshot', () => {
  it('has one fingerprint for one set of relations, in whatever order and with whatever row counts', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z_é]{1,12}$/), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 1_000_000 }), (all, rows) => {
        const forwards = capture(all.map((name) => relation({ name })))
        const backwards = capture(all.map((name) => relation({ name, estimate: String(rows) })).reverse())
        expect(backwards.schemaFingerprint).toBe(forwards.schemaFingerprint)
        expect(backwards.relations.map(([, name]) => name)).toEqual(forwards.relations.map(([, name]) => name))
      }),
    )
  })

  it('has another fingerprint for another kind, type, column order or name', () => {
    const { schemaFingerprint } = capture([relation()])
    const others = [
      relation({ kind: 'view' }),
      relation({ name: 'orders2' }),
      relation({
        columns: [
          ['order_id', 'bigint'],
          ['cents', 'integer'],
        ],
      }),
      relation({
        columns: [
          ['cents', 'integer'],
          ['order_id', 'integer'],
        ],
      }),
    ]
    for (const other of others) expect(capture([other]).schemaFingerprint).not.toBe(schemaFingerprint)
  })

  it('cuts the list so that the record keeps its limit, and still fingerprints all', () => {
    const long = (i: number) => String(i).padStart(63, 'n')
    const many = Array.from({ length: LISTED_RELATIONS + 1 }, (_, i) =>
      relation({ schema: 's'.repeat(63), name: long(i), kind: 'partitioned-table', estimate: '9'.repeat(18) }),
    )
    const captured = capture(many)
    expect(captured.truncated).toBe(true)
    expect(captured.relations).toHaveLength(LISTED_RELATIONS)
    expect(captured.schemaFingerprint).not.toBe(capture(many.slice(0, LISTED_RELATIONS)).schemaFingerprint)
    expect(canonicalBytes(captured).length).toBeLessThan(62_000)
    expect(FAMILIES.snapshot['dev.clyra.snapshot.captured.v1'].parse(captured)).toEqual(captured)
  })

  it('is one event for each phase of a run', () => {
    const captured = capture([relation()])
    expect(snapshotDraft('r', captured).id).toBe(
      snapshotDraft('r', { ...captured, observedAt: '2027-01-01T00:00:00Z' }).id,
    )
    expect(snapshotDraft('r', captured).id).not.toBe(snapshotDraft('r', { ...captured, phase: 'after' }).id)
  })
})
