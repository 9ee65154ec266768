import type { RunStory } from '../../src/run-story.js'
import { edit } from '../edit-json.js'
import type { Draft } from '../ledger-maker.js'
import {
  anchor,
  closed,
  completed,
  exited,
  gap,
  invoked,
  node,
  RUN,
  relation,
  reread,
  sampleLedger,
  started,
} from '../sample-ledger.js'
import { bad, good, type Vector } from './vector.js'

/** What follows from the records of a run: readings that count and such that are void, how it ended, who was heard. */
export function runVectors(): Vector[] {
  return [...rereadVectors(), ...storyVectors(), ...refusedVectors()]
}

const complete = { completeness: 'complete', reasons: [] } as const
const unasked = { completeness: 'not-asked', reasons: ['after-missing', 'before-missing'] } as const
const claimed = [invoked('claim'), completed('claim', true), node('claim', 'success')]
const logged = [invoked('log'), node('log', 'success'), completed('log', true)]
const cutLog = [invoked('log'), node('log', 'unknown'), gap('log-no-end')]

function told(name: string, shows: string, drafts: readonly Draft[], run: RunStory): Vector {
  return { ...good(name, shows, sampleLedger([started(), ...drafts])), run: { id: RUN, ...run } }
}

function rereadVectors(): Vector[] {
  return [
    told(
      'reread-better-log',
      'A cut log was recorded first, the whole one later: the gap and all that the first reading said are void.',
      [...cutLog, ...claimed, closed(), reread(['log']), ...logged, closed()],
      {
        completeness: 'complete',
        reasons: [],
        outcome: 'succeeded',
        voices: { claim: complete, log: complete, warehouse: unasked },
      },
    ),
    told(
      'reread-added-claim',
      'A voice that nobody had heard is added; nothing of the others is void.',
      [...logged, gap('artifact-run-results-missing'), closed(), reread([], 'claim-added'), ...claimed, closed()],
      {
        completeness: 'complete',
        reasons: [],
        outcome: 'succeeded',
        voices: { claim: complete, log: complete, warehouse: unasked },
      },
    ),
    told(
      'reread-not-closed',
      'A run that was closed and then read again is open until it is closed again.',
      [...logged, ...claimed, closed(), reread(['log']), ...logged],
      {
        completeness: 'unknown',
        reasons: ['run-not-closed'],
        outcome: 'succeeded',
        voices: {
          claim: { completeness: 'partial', reasons: ['run-not-closed'] },
          log: { completeness: 'partial', reasons: ['run-not-closed'] },
          warehouse: unasked,
        },
      },
    ),
    told(
      'reread-twice',
      'Only what stands after the last reading counts, and an interruption that a void reading told is none.',
      [
        node('log', 'interrupted'),
        gap('log-no-end'),
        closed(),
        reread(['log']),
        ...logged,
        gap('log-truncated'),
        closed(),
        reread(['claim'], 'claim-better'),
        ...claimed,
        gap('log-broken'),
        closed(),
      ],
      {
        completeness: 'partial',
        reasons: ['log-broken'],
        outcome: 'succeeded',
        voices: { claim: complete, log: { completeness: 'partial', reasons: ['log-broken'] }, warehouse: unasked },
      },
    ),
  ]
}

function storyVectors(): Vector[] {
  const asked = { completeness: 'asked', reasons: [] } as const
  const parsed = [invoked('log', 'parse'), completed('log', true), closed()]
  return [
    {
      ...told(
        'warehouse-asked',
        'The warehouse told where it stood before and after, and of what was built; the caller asks for that.',
        [anchor('before'), ...logged, ...claimed, anchor('after'), relation(true), exited(0), closed()],
        {
          completeness: 'complete',
          reasons: [],
          outcome: 'succeeded',
          voices: { claim: complete, log: complete, warehouse: asked },
        },
      ),
      ...withDemand(),
    },
    {
      ...told(
        'warehouse-not-needed',
        'A command that changes nothing in a warehouse: nobody need have asked it.',
        [anchor('before', 'POLICY_SKIP'), ...parsed],
        {
          completeness: 'complete',
          reasons: [],
          outcome: 'succeeded',
          voices: {
            claim: { completeness: 'not-needed', reasons: [] },
            log: complete,
            warehouse: { completeness: 'not-needed', reasons: [] },
          },
        },
      ),
      ...withDemand(),
    },
    told(
      'failed-run',
      'Evidence of a failed run, whose manifest was not there and whose warehouse did not answer after it.',
      [
        anchor('before'),
        ...logged,
        completed('claim', false),
        gap('artifact-manifest-missing'),
        anchor('after', 'TIMED_OUT'),
        exited(1),
        closed(),
      ],
      {
        completeness: 'partial',
        reasons: ['artifact-manifest-missing'],
        outcome: 'failed',
        voices: {
          claim: { completeness: 'partial', reasons: ['artifact-manifest-missing'] },
          log: complete,
          warehouse: { completeness: 'partly', reasons: ['after-timed-out'] },
        },
      },
    ),
    told(
      'relation-not-read',
      'The warehouse was asked before and after, but it did not tell of a relation that was built.',
      [anchor('before'), ...logged, ...claimed, anchor('after'), relation(true), relation(null), closed()],
      {
        completeness: 'complete',
        reasons: [],
        outcome: 'succeeded',
        voices: {
          claim: complete,
          log: complete,
          warehouse: { completeness: 'partly', reasons: ['relations-not-read'] },
        },
      },
    ),
    told(
      'interrupted-run',
      'A signal ended the process; a launcher told of it by its exit code.',
      [...cutLog, gap('artifact-run-results-stale'), exited(143), closed()],
      {
        completeness: 'partial',
        reasons: ['artifact-run-results-stale', 'log-no-end'],
        outcome: 'interrupted',
        voices: {
          claim: { completeness: 'missing', reasons: ['artifact-run-results-stale'] },
          log: { completeness: 'partial', reasons: ['log-no-end'] },
          warehouse: unasked,
        },
      },
    ),
  ]
}

const withDemand = (): Pick<Vector, 'options'> => ({
  options: { ...good('', '', sampleLedger()).options, requireWarehouse: true },
})

function refusedVectors(): Vector[] {
  const again = sampleLedger([started(), gap('log-no-end'), closed(), reread(['log']), closed()])
  const stillCut = sampleLedger([started(), closed(), reread(['log']), gap('log-no-end'), closed()])
  const manifest = (completeness: string, reasons: string[]) => ({
    manifest: edit({ '/run/completeness': completeness, '/run/reasons': reasons }),
  })
  const malformed = reread([])
  const unasked = sampleLedger([
    started(),
    ...logged,
    ...claimed,
    anchor('before'),
    anchor('after', 'REFUSED'),
    closed(),
  ])
  return [
    bad(
      'forged',
      'reread-old-completeness',
      'RUN_COMPLETENESS_MISMATCH',
      'The manifest still says what the run was before it was read again.',
      { ledger: again, lies: manifest('partial', ['log-no-end']) },
    ),
    bad(
      'forged',
      'reread-gap-hidden',
      'RUN_COMPLETENESS_MISMATCH',
      'The manifest says what the run was before a later reading found a gap.',
      { ledger: stillCut, lies: manifest('complete', []) },
    ),
    bad(
      'negative',
      'reread-without-voices',
      'RECORD_DATA_INVALID',
      'A later reading that does not say of which voices.',
      {
        ledger: sampleLedger([
          started(),
          { ...malformed, data: { run: RUN, reading: 2, because: 'log-better' } },
          closed(),
        ]),
      },
    ),
    bad('negative', 'demand-warehouse', 'WAREHOUSE_NOT_ASKED', 'The warehouse was to be asked, and nobody did.', {
      options: { requireWarehouse: true },
    }),
    bad('negative', 'demand-warehouse-partly', 'WAREHOUSE_NOT_ASKED', 'The warehouse was asked before the run alone.', {
      ledger: unasked,
      options: { requireWarehouse: true },
    }),
  ]
}
