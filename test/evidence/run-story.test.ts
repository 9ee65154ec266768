import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimedStreams } from '../../profiles/run/claimed-streams.js'
import { recordMaker } from '../../projections/example-records.test.support.js'
import { runProjection } from '../../projections/run/index.js'
import { AUTOMATION_GAPS } from '../../src/events/codes/automation.js'
import { CAPTURE_GAPS } from '../../src/events/codes/capture.js'
import { DBT_GAPS } from '../../src/events/codes/dbt.js'
import { COMMANDS_WITHOUT_WAREHOUSE, GAPS } from '../../src/events/codes/index.js'
import {
  INTERRUPTED_EXIT_CODES,
  LATE_WORDS,
  STREAM_MEMBERS,
  VOICE_OF_TYPES,
  VOICED_TYPES,
  VOIDED_BY_REREAD,
} from '../../src/events/families/run-voices.js'
import type { LedgerRecord } from '../../src/events/index.js'
import { linksOf } from '../../verifier/ts/src/run-start.js'
import { runStory } from '../../verifier/ts/src/run-story.js'
import { SPEC } from '../../verifier/ts/src/spec.generated.js'

const RUN = 'r1'
const NODES = ['model.shop.a', 'model.shop.b']
const voice = fc.constantFrom('claim', 'log')
const node = fc.constantFrom(...NODES)
const status = fc.constantFrom('success', 'error', 'interrupted', 'unknown', 'compiled')

/** Data of the types that tell of a run, as far as completeness, outcome and voices look at them. */
const DATA: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  'run.gap': fc.record({
    reason: fc.constantFrom('log-no-end', 'artifact-unreadable', 'process-signalled', 'wrapper-killed'),
    count: fc.constant(null),
  }),
  'run.closed': fc.record({}),
  'window.closed': fc.record({ records: fc.integer({ min: 0, max: 12 }).map(String) }),
  'verdict.given': fc.record({ result: fc.constantFrom('clean', 'suspect') }),
  'run.linked': fc.constant({ stream: 'approval-1', role: 'approval' }),
  'run.reread': fc.record({
    voices: fc.uniqueArray(fc.constantFrom('claim', 'log', 'warehouse')),
    reading: fc.constant(2),
    because: fc.constant('log-better'),
  }),
  'run.exited': fc.record({
    exitCode: fc.constantFrom(0, 1, 143, null),
    signal: fc.option(fc.constant('SIGINT'), { freq: 4 }),
  }),
  'dbt.invocation.started': fc.record({ voice, command: fc.constantFrom('build', 'parse', 'ls', null) }),
  'dbt.invocation.completed': fc.record({ voice, success: fc.constantFrom(true, false, null) }),
  'dbt.node.executed': fc.record({
    voice,
    node,
    status,
    materialized: fc.constantFrom('table', 'ephemeral', null),
    relation: fc.constantFrom(['d', 's', 'a'], null),
  }),
  'dbt.test.result': fc.record({ voice, node, status, tested: fc.constant([]), severity: fc.constant(null) }),
  'dbt.source.freshness': fc.record({ voice, node, status: fc.constant('pass'), message: fc.constant(null) }),
  'dbt.node.response': fc.record({ voice, node }),
  'dbt.statement.executed': fc.record({
    voice: fc.constant('log'),
    kind: fc.constant('rollback'),
    verb: fc.constant(null),
    node: fc.constant(null),
    outcome: fc.constant('unknown'),
    origin: fc.constant('node'),
    rows: fc.constant(null),
  }),
  'anchor.provisional': fc.record({ phase: fc.constantFrom('before', 'after') }),
  'anchor.unavailable': fc.record({
    phase: fc.constantFrom('before', 'after'),
    code: fc.constantFrom('POLICY_SKIP', 'TIMED_OUT'),
  }),
  'snapshot.relation': fc.record({
    node,
    relation: fc.constant(['d', 's', 'a']),
    present: fc.constantFrom(true, null),
  }),
}

function recordsOf(drafts: readonly { readonly type: string; readonly data: unknown }[]): LedgerRecord[] {
  const make = recordMaker()
  return drafts.map(({ type, data }) => {
    const record = make(`run-${RUN}`, 'dev.clyra.run.closed.v1', { run: RUN })
    // Holds for the members that are looked at; the others are of no account here.
    return { ...record, event: { ...record.event, type: `dev.clyra.${type}.v1`, data: data as never } }
  })
}

const records: fc.Arbitrary<LedgerRecord[]> = fc
  .array(
    fc.constantFrom(...Object.keys(DATA)).chain((type) => DATA[type]!.map((data) => ({ type, data }))),
    { maxLength: 40 },
  )
  .map(recordsOf)

test('program and verifier tell the same story of any run', () => {
  fc.assert(
    fc.property(records, (run) => {
      const state = runProjection.applyAll!(runProjection.initial(RUN), run)
      const view = runProjection.render(state)
      // Holds: the verifier looks at type and data alone.
      const story = runStory(
        run.map(({ event }) => ({ type: event.type, data: event.data }) as never),
        'def',
      )
      expect(story).toEqual({
        completeness: view.completeness,
        reasons: view.reasons,
        outcome: view.outcome,
        voices: view.voices,
      })
    }),
    { numRuns: 2_000 },
  )
})

test('program and verifier claim the same streams of any run, or neither can', () => {
  const step = fc.constantFrom(
    ...['approval-1', 'approval-2'].flatMap((stream) => [
      { type: 'run.linked', data: { stream, role: 'approval' } },
      { type: 'receipt.issued', data: { approval: stream } },
    ]),
    { type: 'receipt.issued', data: { approval: null } },
    { type: 'run.closed', data: {} },
    { type: 'run.reread', data: { voices: [], reading: 2, because: 'log-better' } },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (drafts) => {
      const run = recordsOf(drafts)
      const { linked, unlinked } = linksOf(run.map(({ event }) => ({ type: event.type, data: event.data }) as never))
      const claim = () => claimedStreams(RUN, run)
      if (unlinked.length > 0) expect(claim).toThrow(/had not linked/)
      else expect(claim()).toEqual(['ledger-keys', 'ledger-redactions', `run-${RUN}`, ...linked].sort())
    }),
    { numRuns: 1_000 },
  )
})

test('the tables of the program are those of the specification', () => {
  expect(SPEC.run.gapVoices).toEqual(Object.fromEntries(Object.entries(GAPS).map(([reason, { of }]) => [reason, of])))
  expect(SPEC.run.commandsWithoutWarehouse).toEqual(COMMANDS_WITHOUT_WAREHOUSE)
  expect(SPEC.run.voiceOfTypes).toEqual(VOICE_OF_TYPES)
  expect(SPEC.run.voicedTypes).toBe(VOICED_TYPES)
  expect(SPEC.run.voidedByReread).toEqual(VOIDED_BY_REREAD)
  for (const { lateWords } of Object.values(SPEC.profiles)) expect(lateWords).toEqual(LATE_WORDS)
  expect(SPEC.run.streamMembers).toEqual(STREAM_MEMBERS)
  expect(SPEC.run.interruptedExitCodes).toEqual(INTERRUPTED_EXIT_CODES)
})

test.each([
  ['def', { ...DBT_GAPS, ...CAPTURE_GAPS }],
  ['pef', { ...AUTOMATION_GAPS, ...CAPTURE_GAPS }],
])('the gaps that a recorder of %s may state are those of the specification', (profile, gaps) => {
  const prose = readFileSync(new URL(`../../spec/${profile}/SPEC.md`, import.meta.url), 'utf8')
  const [, list] = /\*\*[Gg]aps\*\* that a recorder of such a run may state: ([^.]*)\./.exec(prose)!
  expect([...list!.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason).sort()).toEqual(Object.keys(gaps).sort())
})
