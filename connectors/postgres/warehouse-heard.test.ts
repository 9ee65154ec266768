import { describe, expect, it } from 'vitest'
import { warehouseHeard } from './warehouse-heard.js'

const read = (phase: string, type = 'provisional') => ({ type: `dev.clyra.anchor.${type}.v1`, data: { phase } })
const silent = (phase: string, code: string, detail: string | null = null) => ({
  type: 'dev.clyra.anchor.unavailable.v1',
  data: { phase, code, detail },
})
const relation = (node: string, present: boolean | null) => ({
  type: 'dev.clyra.snapshot.relation.v1',
  data: { node, present },
})

describe('whether the warehouse was heard', () => {
  it.each(['provisional', 'confirmed', 'contradicted'])('is asked with both anchors, the second being %s', (type) => {
    const events = [read('before'), relation('a', true), relation('b', false), read('after', type)]
    expect(warehouseHeard(events)).toEqual({ warehouse: 'asked', missing: [] })
  })

  it('is partly where one anchor is missing, with its code and detail', () => {
    expect(warehouseHeard([silent('before', 'TIMED_OUT', 'late'), read('after'), relation('a', true)])).toEqual({
      warehouse: 'partly',
      missing: [{ what: 'anchor', phase: 'before', code: 'TIMED_OUT', detail: 'late' }],
    })
  })

  it('is partly where a relation could not be looked up, and counts them', () => {
    const events = [read('before'), read('after'), relation('a', true), relation('b', null), relation('c', null)]
    expect(warehouseHeard(events)).toEqual({ warehouse: 'partly', missing: [{ what: 'relations', count: 2 }] })
  })

  it('is not asked where neither anchor was read, and says why for each', () => {
    expect(warehouseHeard([silent('before', 'DRIVER_MISSING'), silent('after', 'DRIVER_MISSING')])).toMatchObject({
      warehouse: 'not-asked',
      missing: [{ phase: 'before' }, { phase: 'after' }],
    })
  })

  it('misses nothing where nothing was to be asked', () => {
    expect(warehouseHeard([{ type: 'dev.clyra.run.closed.v1', data: {} }])).toEqual({
      warehouse: 'not-asked',
      missing: [],
    })
  })

  it('lets the later of two readings count', () => {
    const late = [silent('before', 'PRE_FAIL'), read('after'), relation('a', null), read('before'), relation('a', true)]
    expect(warehouseHeard(late).warehouse).toBe('asked')
  })
})
