import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalString } from '../../src/canonical/index.js'
import type { LedgerRecord } from '../../src/events/index.js'
import {
  exampleBundle,
  nodeData,
  RUN,
  recordMaker,
  startedData,
  statementData,
} from '../example-records.test.support.js'
import { LISTED, LISTED_NOT_SUCCESSFUL } from './folds/statement-records.js'
import { foldRunRecords, lengthOf, type RunState, runProjection } from './index.js'

const STREAM = `run-${RUN}`
const fold = (records: readonly LedgerRecord[], state: RunState = runProjection.initial(RUN)) =>
  records.filter((record) => runProjection.partition(record) === RUN).reduce(runProjection.apply, state)
const view = (records: readonly LedgerRecord[]) => runProjection.render(fold(records))

describe('the run projection', () => {
  test('a record belongs to the run that its stream names, and to none outside run streams', () => {
    const [genesis, , started] = exampleBundle('good')
    expect(runProjection.partition(started!)).toBe(RUN)
    expect(runProjection.partition(genesis!)).toBeUndefined()
  })

  test('a good run succeeded and is complete', () => {
    const run = view(exampleBundle('good'))
    expect([run.outcome, run.completeness, run.reasons]).toEqual(['succeeded', 'complete', []])
    expect(run.outcomeSaid).toEqual([
      { who: 'process', what: 'exit 0' },
      { who: 'log', what: 'success' },
      { who: 'claim', what: 'success' },
    ])
    expect([run.nodes.length, run.tests.length, run.relations.length, run.anchors.length]).toEqual([6, 4, 6, 2])
  })

  test('a failing run keeps its findings gravest first', () => {
    const run = view(exampleBundle('failing'))
    expect(run.outcome).toBe('failed')
    expect(run.findings.map((finding) => finding.severity)).toEqual(['high', 'medium'])
  })

  test('a killed run is interrupted and partial, with its reasons sorted', () => {
    const run = view(exampleBundle('killed'))
    expect([run.outcome, run.completeness]).toEqual(['interrupted', 'partial'])
    expect(run.reasons).toEqual([
      'artifact-run-results-stale',
      'log-no-end',
      'nodes-without-result',
      'process-signalled',
    ])
  })

  test('a run that was never closed and has no gap is of unknown completeness', () => {
    const run = view(exampleBundle('good').filter(({ event }) => event.type !== 'dev.clyra.run.closed.v1'))
    expect([run.completeness, run.reasons]).toEqual(['unknown', ['run-not-closed']])
  })

  test('a run of which nobody says how it ended has an unknown outcome', () => {
    const make = recordMaker()
    expect(view([make(STREAM, 'dev.clyra.run.started.v2', startedData())]).outcome).toBe('unknown')
  })

  test('the voices stand side by side: one never replaces another, and the newest word of each stands', () => {
    const make = recordMaker()
    const node = 'model.shop.orders'
    const said = (voice: 'claim' | 'log', status: 'success' | 'error') =>
      make(STREAM, 'dev.clyra.dbt.node.executed.v1', nodeData(node, voice, { status }))
    const [orders] = view([said('log', 'error'), said('claim', 'success'), said('log', 'success')]).nodes
    expect(orders).toMatchObject({
      claim: { status: 'success', times: 1, position: '1' },
      log: { status: 'success', times: 2, position: '2' },
      warehouse: null,
    })
  })

  test('records of types it does not know are counted', () => {
    const make = recordMaker()
    const odd = make(STREAM, 'dev.clyra.run.closed.v1', { run: RUN })
    const records = [{ ...odd, event: { ...odd.event, type: 'com.example.odd.v1' } }, odd]
    expect(view(records)).toMatchObject({ records: 2, others: [{ type: 'com.example.odd.v1', count: 1 }] })
    expect(view([{ ...odd, event: { ...odd.event, type: 'toString' } }]).others).toHaveLength(1)
  })

  test('rows are summed beyond what a number holds', () => {
    const make = recordMaker()
    const rows = '9007199254740993'
    const records = [0, 1].map((i) => make(STREAM, 'dev.clyra.dbt.statement.executed.v1', statementData(i, { rows })))
    expect(view(records).statements.byVerb).toEqual([
      ['CREATE', { total: 2, failed: 0, unknown: 0, rows: '18014398509481986' }],
    ])
  })

  test('every statement is counted; listed are the first, then only what did not succeed', () => {
    const make = recordMaker()
    const count = LISTED + LISTED_NOT_SUCCESSFUL + 50
    const records = Array.from({ length: count }, (_, i) =>
      make(
        STREAM,
        'dev.clyra.dbt.statement.executed.v1',
        statementData(i, { outcome: i % 3 === 0 ? 'error' : 'success' }),
      ),
    )
    const { statements } = view(records)
    const failuresAfter = records.slice(LISTED).filter((_, i) => (i + LISTED) % 3 === 0).length
    expect(statements.total).toBe(count)
    expect(statements.listed).toHaveLength(LISTED + failuresAfter)
    expect(statements.unlisted).toBe(count - LISTED - failuresAfter)
  })

  test('ten thousand statements fold in well under two seconds', () => {
    const make = recordMaker()
    const records = Array.from({ length: 10_000 }, (_, i) =>
      make(STREAM, 'dev.clyra.dbt.statement.executed.v1', statementData(i, { node: `model.shop.m${i % 900}` })),
    )
    const begun = process.cpuUsage()
    const state = fold(records)
    // Of the processor, not of the clock: a busy machine takes longer for the same work.
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(2_000)
    expect([state.statements.total, lengthOf(state.statements.listed)]).toEqual([10_000, LISTED])
  })

  test('no state is mutated: folding on from any state leaves it as it was', () => {
    const records = exampleBundle('failing')
    let state = runProjection.initial(RUN)
    for (const record of records.filter((one) => runProjection.partition(one) === RUN)) {
      const before = canonicalString(state)
      const after = runProjection.apply(state, record)
      expect(canonicalString(state)).toBe(before)
      state = after
    }
  })

  test('many records at once give what one after another gives, wherever they are cut, and leave the states before', () => {
    const make = recordMaker()
    const statements = Array.from({ length: 300 }, (_, i) =>
      make(
        STREAM,
        'dev.clyra.dbt.statement.executed.v1',
        statementData(i, { node: `model.shop.m${(i * 7) % 90}`, outcome: i % 3 === 0 ? 'error' : 'success' }),
      ),
    )
    const example = exampleBundle('failing').filter((one) => runProjection.partition(one) === RUN)
    const odd = { ...example[0]!, event: { ...example[0]!.event, type: 'com.example.odd.v1' } }
    const records = [...example, odd, ...statements, odd]
    const whole = canonicalString(fold(records))
    fc.assert(
      fc.property(fc.array(fc.nat(records.length), { maxLength: 6 }), (cuts) => {
        const ends = [...cuts, records.length].sort((a, b) => a - b)
        let state = runProjection.initial(RUN)
        const before: [RunState, string][] = []
        for (const [i, end] of ends.entries()) {
          before.push([state, canonicalString(state)])
          state = foldRunRecords(state, records.slice(ends[i - 1] ?? 0, end))
        }
        expect(canonicalString(state)).toBe(whole)
        for (const [old, text] of before) expect(canonicalString(old)).toBe(text)
      }),
      { numRuns: 30 },
    )
  })

  test('a state that went through JSON folds on to the same bytes as one pass, wherever it is cut', () => {
    const records = exampleBundle('failing').filter((one) => runProjection.partition(one) === RUN)
    const whole = canonicalString(fold(records))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: records.length }), (cut) => {
        // Holds: the text is the state's own JSON.
        const resumed = JSON.parse(canonicalString(fold(records.slice(0, cut)))) as RunState
        expect(canonicalString(fold(records.slice(cut), resumed))).toBe(whole)
      }),
    )
  })
})
