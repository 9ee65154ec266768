import { describe, expect, test } from 'vitest'
import { canonicalString } from '../../src/canonical/index.js'
import type { EventData } from '../../src/events/families/index.js'
import type { LedgerRecord } from '../../src/events/index.js'
import {
  exampleBundle,
  invocationCompleted,
  invocationStarted,
  nodeData,
  RUN,
  recordMaker,
  statementData,
  testData,
} from '../example-records.test.support.js'
import { runProjection } from './index.js'

const STREAM = `run-${RUN}`
const fold = (records: readonly LedgerRecord[]) => records.reduce(runProjection.apply, runProjection.initial(RUN))
const view = (records: readonly LedgerRecord[]) => runProjection.render(fold(records))
const ofRun = (flavour: 'good' | 'failing' | 'killed') =>
  exampleBundle(flavour).filter((record) => runProjection.partition(record) === RUN)

type Reread = EventData['dev.clyra.run.reread.v1']
const reread = (voices: Reread['voices'], because: Reread['because'] = 'log-better'): Reread => ({
  run: RUN,
  reading: 2,
  voices,
  because,
})

describe('a run that was read again', () => {
  test('gaps, findings and the closing record before the later reading are void', () => {
    const records = [
      ...ofRun('killed'),
      ...ofRun('failing').filter(({ event }) => event.type.startsWith('dev.clyra.finding')),
    ]
    const make = recordMaker(records.length)
    const again = [...records, make(STREAM, 'dev.clyra.run.reread.v1', reread([], 'claim-added'))]
    expect(view(records).findings.length).toBeGreaterThan(0)
    expect(view(again)).toMatchObject({ completeness: 'unknown', reasons: ['run-not-closed'], findings: [], gaps: [] })
    const closed = [...again, make(STREAM, 'dev.clyra.run.closed.v1', { run: RUN })]
    expect(view(closed)).toMatchObject({ completeness: 'complete', reasons: [] })
    expect(view(closed).rereads).toMatchObject([{ reading: 2, voices: [], because: 'claim-added' }])
  })

  test('what a replaced voice has said is gone, and what the others have said stands', () => {
    const records = ofRun('failing')
    const make = recordMaker(records.length)
    const before = view(records)
    const after = view([...records, make(STREAM, 'dev.clyra.run.reread.v1', reread(['log']))])
    expect(after.statements).toMatchObject({ total: 0, listed: [] })
    expect(after.nodes.every(({ log }) => log === null)).toBe(true)
    expect(after.nodes.map(({ claim }) => claim)).toEqual(before.nodes.map(({ claim }) => claim))
    expect(after.invocations.map(({ voice }) => voice)).toEqual(['claim'])
    expect([after.anchors, after.relations, after.snapshots]).toEqual([
      before.anchors,
      before.relations,
      before.snapshots,
    ])
    expect([after.started, after.exited]).toEqual([before.started, before.exited])
  })

  test('a node and a test of which only the replaced voice spoke are gone', () => {
    const make = recordMaker()
    const node = make(STREAM, 'dev.clyra.dbt.node.executed.v1', nodeData('model.shop.a', 'log'))
    const one = make(STREAM, 'dev.clyra.dbt.test.result.v1', testData('test.shop.a', 'log'))
    const again = make(STREAM, 'dev.clyra.run.reread.v1', reread(['log']))
    expect(view([node, one])).toMatchObject({ nodes: [{}], tests: [{}] })
    expect(view([node, one, again])).toMatchObject({ nodes: [], tests: [] })
  })

  test('the second reading of a voice gives what reading it at once gives', () => {
    const records = ofRun('good')
    const later = recordMaker(records.length)
    const of =
      (voice: string) =>
      ({ event }: LedgerRecord) =>
        (event.data as { voice?: string }).voice === voice
    const closed = later(STREAM, 'dev.clyra.run.closed.v1', { run: RUN })
    const cut = records.filter(of('log')).slice(0, 9)
    const rest = records.filter((record) => !of('log')(record) && record.event.type !== closed.event.type)
    const gap = later(STREAM, 'dev.clyra.run.gap.v1', { run: RUN, reason: 'log-no-end', count: null })
    const again = later(STREAM, 'dev.clyra.run.reread.v1', reread(['log']))
    const inTwo = [...cut, ...rest, gap, closed, again, ...records.filter(of('log')), closed]
    const { rereads, records: _, first: __, last: ___, ...twice } = view(inTwo)
    const { rereads: none, records: ____, first: _____, last: ______, ...once } = view(records)
    expect([rereads.length, none.length]).toEqual([1, 0])
    expect(canonicalString(twice)).toBe(canonicalString(once))
  })

  test('a state that went through JSON forgets the same', () => {
    const records = ofRun('failing')
    const make = recordMaker(records.length)
    const again = make(STREAM, 'dev.clyra.run.reread.v1', reread(['claim', 'log']))
    // Holds: the text is the state's own JSON.
    const resumed = JSON.parse(canonicalString(fold(records))) as ReturnType<typeof fold>
    expect(canonicalString(runProjection.apply(resumed, again))).toBe(canonicalString(fold([...records, again])))
  })
})

describe('how whole each voice is', () => {
  test('a good run has all three', () => {
    expect(view(ofRun('good')).voices).toEqual({
      claim: { completeness: 'complete', reasons: [] },
      log: { completeness: 'complete', reasons: [] },
      warehouse: { completeness: 'asked', reasons: [] },
    })
  })

  test('a gap belongs to one voice, or to the run', () => {
    const { voices, reasons } = view(ofRun('killed'))
    expect(voices.claim).toEqual({
      completeness: 'partial',
      reasons: ['artifact-run-results-stale', 'nodes-without-result'],
    })
    expect(voices.log).toEqual({ completeness: 'partial', reasons: ['log-no-end'] })
    expect(reasons).toContain('process-signalled')
    const silent = ofRun('killed').filter(({ event }) => (event.data as { voice?: string }).voice !== 'claim')
    expect(view(silent).voices.claim.completeness).toBe('missing')
  })

  test('a voice that nobody expected is not missing, once the capture is closed', () => {
    const make = recordMaker()
    const records = [
      make(STREAM, 'dev.clyra.dbt.invocation.started.v1', invocationStarted('log', { command: 'deps' })),
      make(STREAM, 'dev.clyra.dbt.invocation.completed.v1', invocationCompleted('log', true)),
    ]
    expect(view(records).voices.claim).toEqual({ completeness: 'missing', reasons: ['run-not-closed'] })
    const closed = view([...records, make(STREAM, 'dev.clyra.run.closed.v1', { run: RUN })])
    expect(closed.voices.claim).toEqual({ completeness: 'not-needed', reasons: [] })
    expect(closed.command).toBe('deps')
  })

  test('a warehouse that was not asked is named with the reason, and only where the command needs it', () => {
    const make = recordMaker()
    const unavailable = (phase: 'before' | 'after') =>
      make(STREAM, 'dev.clyra.anchor.unavailable.v1', {
        system: 'unknown',
        phase,
        code: 'NOT_SUPPORTED',
        detail: null,
        dsnHash: null,
      })
    const started = (command: string) =>
      make(STREAM, 'dev.clyra.dbt.invocation.started.v1', invocationStarted('log', { command }))
    const records = [unavailable('before'), unavailable('after')]
    expect(view([...records, started('build')]).voices.warehouse).toEqual({
      completeness: 'not-asked',
      reasons: ['after-not-supported', 'before-not-supported'],
    })
    expect(view([...records, started('parse')]).voices.warehouse).toEqual({ completeness: 'not-needed', reasons: [] })
    // Nothing says which command it was: then it may have changed anything.
    expect(view(records).voices.warehouse.completeness).toBe('not-asked')
    expect(view([]).voices.warehouse.reasons).toEqual(['after-missing', 'before-missing'])
  })

  test('one reading of two, or a built relation that nobody looked up, is partly', () => {
    const records = ofRun('good')
    const without = (type: string, n: number) => {
      let left = n
      return records.filter((record) => record.event.type !== type || left-- <= 0)
    }
    expect(view(without('dev.clyra.anchor.confirmed.v1', 1)).voices.warehouse).toEqual({
      completeness: 'partly',
      reasons: ['after-missing'],
    })
    expect(view(without('dev.clyra.snapshot.relation.v1', 1)).voices.warehouse).toEqual({
      completeness: 'partly',
      reasons: ['relations-not-read'],
    })
  })
})

describe('how a run ended', () => {
  test('a log that breaks off accuses nobody of an interruption', () => {
    const make = recordMaker()
    const open = make(STREAM, 'dev.clyra.dbt.node.executed.v1', nodeData('model.shop.a', 'log', { status: 'unknown' }))
    const gap = make(STREAM, 'dev.clyra.run.gap.v1', { run: RUN, reason: 'log-no-end', count: null })
    const exited = make(STREAM, 'dev.clyra.run.exited.v1', { run: RUN, exitCode: 0, signal: null })
    expect(view([open, gap]).outcome).toBe('unknown')
    expect(view([open, gap, exited]).outcome).toBe('succeeded')
  })

  test('an exit code by which a launcher tells of a signal is an interruption', () => {
    const make = recordMaker()
    const exited = (exitCode: number) =>
      view([make(STREAM, 'dev.clyra.run.exited.v1', { run: RUN, exitCode, signal: null })]).outcome
    expect([130, 137, 143, 1, 2, 0].map(exited)).toEqual([
      'interrupted',
      'interrupted',
      'interrupted',
      'failed',
      'failed',
      'succeeded',
    ])
  })

  test('who said what does not depend on which was read first', () => {
    const make = recordMaker()
    const log = make(STREAM, 'dev.clyra.dbt.invocation.completed.v1', invocationCompleted('log', true))
    const claim = make(STREAM, 'dev.clyra.dbt.invocation.completed.v1', invocationCompleted('claim', null))
    expect(view([claim, log]).outcomeSaid).toEqual(view([log, claim]).outcomeSaid)
  })
})

test('every type that says something of a run stands in the view', () => {
  const make = recordMaker()
  const invocation = 'i1'
  const run = view([
    make(STREAM, 'dev.clyra.dbt.node.response.v1', {
      voice: 'log',
      invocation,
      node: 'model.shop.a',
      members: [['query_id', '01b2']],
      leftOut: ['note'],
      batches: null,
    }),
    make(STREAM, 'dev.clyra.dbt.source.freshness.v1', {
      voice: 'claim',
      invocation,
      node: 'source.shop.raw.a',
      status: 'warn',
      maxLoadedAt: null,
      observedAt: null,
      ageSeconds: '90000.5',
      warnAfter: ['12', 'hour'],
      errorAfter: null,
      executionSeconds: null,
      message: null,
    }),
    make(STREAM, 'dev.clyra.run.left-out.v1', {
      run: RUN,
      source: 'log',
      name: 'dbt.log.1',
      reason: 'another-run',
      count: 55,
    }),
    make(STREAM, 'dev.clyra.artifact.repository.v1', {
      invocation,
      commit: null,
      modified: null,
      unavailable: 'refused',
    }),
    make(STREAM, 'dev.clyra.metrics.observed.v1', {
      what: 'dbt.duration',
      unit: 'seconds',
      from: null,
      to: null,
      count: '1',
      p50: '5.2',
      p95: '5.2',
      p99: '5.2',
      max: '5.2',
      budget: null,
      within: null,
      subject: null,
    }),
    make(STREAM, 'dev.clyra.finding.raised.v2', {
      code: 'relation-dropped',
      disposition: 'unclaimed',
      severity: 'high',
      node: null,
      relation: [null, 'analytics', 'gone'],
      events: [],
      voices: ['warehouse'],
      said: [['warehouse', 'gone']],
    }),
    make(STREAM, 'dev.clyra.dbt.statement.executed.v1', statementData(0)),
  ])
  expect(run).toMatchObject({
    responses: [{ node: 'model.shop.a', members: [['query_id', '01b2']], leftOut: ['note'] }],
    freshness: [{ node: 'source.shop.raw.a', status: 'warn', ageSeconds: '90000.5', sealedMessage: false }],
    leftOut: [{ source: 'log', name: 'dbt.log.1', reason: 'another-run', count: 55 }],
    repository: { unavailable: 'refused' },
    metrics: [{ what: 'dbt.duration', max: '5.2' }],
    dropped: [{ code: 'relation-dropped' }],
    others: [],
  })
})
