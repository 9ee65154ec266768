import { edit } from '../../edit-json.js'
import type { Draft } from '../../ledger-maker.js'
import {
  anchor,
  closed,
  completed,
  GOVERNANCE,
  gap,
  node,
  RUN,
  relation,
  reread,
  sampleLedger,
  started,
} from '../../sample-ledger.js'
import { against, bad, good, type Vector } from '../vector.js'
import { having, told, toldOpen } from './runs.js'

/** DEF, sections 3 and 6: whose word a record is, what a later reading voids, and which record counts. */
export function voidAndVoiceReadings(): Vector[] {
  return [...voidReadings(), ...voiceReadings(), ...lastWordReadings(), ...builtReadings(), ...startReadings()]
}

const complete = { completeness: 'complete', reasons: [] } as const
const asked = { completeness: 'asked', reasons: [] } as const
const unread = { completeness: 'partly', reasons: ['relations-not-read'] } as const
const both = [anchor('before'), anchor('after')]

/** A statement, whose `data.voice` is the text that is given. */
const statement = (voice: string): Draft => ({
  stream: `run-${RUN}`,
  type: 'dev.clyra.dbt.statement.executed.v1',
  data: { voice },
})

function voidReadings(): Vector[] {
  return [
    against(
      'run-story.ts',
      'for (const replaced of later.voices) silenced.add(replaced)',
      '',
      told(
        'reread-voids-a-voice',
        'What claim said before it was read again is void: its failure too.',
        [completed('claim', false), reread(['claim']), completed('claim', true)],
        { outcome: 'succeeded', voices: { claim: complete } },
      ),
    ),
    against(
      'run-story.ts',
      'find(([prefix]) => type.startsWith(prefix))',
      "find(([prefix, voice]) => voice !== 'warehouse' && type.startsWith(prefix))",
      told(
        'reread-voids-the-warehouse',
        'A later reading of the warehouse that found nothing: the readings before it are void.',
        [...both, reread(['warehouse'])],
        {},
      ),
    ),
    against(
      'run-story.ts',
      'find(([prefix]) => type.startsWith(prefix))',
      "find(([prefix]) => !prefix.includes('snapshot') && type.startsWith(prefix))",
      told(
        'reread-voids-relations',
        'Relations are of the warehouse: they are void too.',
        [node('claim', 'success'), relation(true), reread(['warehouse']), ...both],
        { voices: { claim: complete, warehouse: unread } },
      ),
    ),
    against(
      'run-story.ts',
      'voiceHeard(valid, voice, reasons, closed)',
      'voiceHeard(run, voice, reasons, closed)',
      told(
        'voice-void-is-not-heard',
        'A voice all of whose records are void was not heard.',
        [node('claim', 'success', { relation: null }), reread(['claim'])],
        {},
      ),
    ),
  ]
}

function voiceReadings(): Vector[] {
  return [
    against(
      'run-story.ts',
      'if (fixed !== undefined) return fixed',
      "if (fixed !== undefined && memberOf(record.data, 'voice') === undefined) return fixed",
      told('voice-of-a-statement', 'A statement is of log, whatever voice its data name.', [statement('claim')], {
        voices: { log: complete },
      }),
    ),
    against(
      'run-story.ts',
      'own.length > 0 || closed ? own',
      'own.length > 0 || closed || gaps.length > 0 ? own',
      toldOpen(
        'voice-not-closed-beside-a-gap',
        'A gap of log in a run that is not closed: of claim nobody knows whether it was all.',
        [node('claim', 'success', { relation: null }), gap('log-no-end')],
        {
          completeness: 'partial',
          reasons: ['log-no-end'],
          voices: {
            claim: { completeness: 'partial', reasons: ['run-not-closed'] },
            log: { completeness: 'missing', reasons: ['log-no-end'] },
          },
        },
      ),
    ),
  ]
}

function lastWordReadings(): Vector[] {
  const test = (status: string): Draft => ({
    ...node('claim', status, { relation: null }),
    type: 'dev.clyra.dbt.test.result.v1',
  })
  const success = (voice: string) => node(voice, 'success', { relation: null })
  const interrupted = { outcome: 'interrupted', voices: { claim: complete } } as const
  const step = "JSON.stringify([type, voiceOf(record) ?? null, memberOf(data, 'node')])"
  return [
    against(
      'run-story.ts',
      ", 'dev.clyra.dbt.test.result.v1'])",
      '])',
      told('interrupted-test', 'A test that was interrupted.', [test('interrupted')], interrupted),
    ),
    against(
      'run-story.ts',
      step,
      "JSON.stringify([voiceOf(record) ?? null, memberOf(data, 'node')])",
      told(
        'interrupted-test-then-node',
        'The result of a test and the execution of its node are two words.',
        [test('interrupted'), success('claim')],
        interrupted,
      ),
    ),
    against(
      'run-story.ts',
      step,
      "JSON.stringify([type, memberOf(data, 'node')])",
      told(
        'interrupted-by-one-voice',
        'The last word of each voice counts: one says that the node was interrupted.',
        [node('claim', 'interrupted', { relation: null }), success('log')],
        { outcome: 'interrupted', voices: { claim: complete, log: complete } },
      ),
    ),
    against(
      'run-story.ts',
      "gaps.includes('process-signalled') ||",
      '',
      told('gap-process-signalled', 'A gap that tells of a signal.', [gap('process-signalled')], {
        completeness: 'partial',
        reasons: ['process-signalled'],
        outcome: 'interrupted',
      }),
    ),
  ]
}

function builtReadings(): Vector[] {
  return [
    against(
      'warehouse-heard.ts',
      'return [claim, log].some(',
      'return [claim].some(',
      told('built-by-log-alone', 'Log alone says that a node was built.', [...both, node('log', 'success')], {
        voices: { log: complete, warehouse: unread },
      }),
    ),
    against(
      'warehouse-heard.ts',
      'const something = read || phases',
      'const something = phases',
      told('read-without-a-phase', 'No phase, and a relation that was read: asked in part.', [relation(true)], {
        voices: { warehouse: { completeness: 'partly', reasons: ['after-missing', 'before-missing'] } },
      }),
    ),
    against(
      'warehouse-heard.ts',
      "text(memberOf(claim, 'materialized')) ?? text(",
      "memberOf(claim, 'materialized') ?? text(",
      told(
        'materialized-of-no-text',
        "Where claim's word on how a node is materialized is no text, log's counts.",
        [
          ...both,
          having(node('claim', 'success'), { materialized: 1 }),
          node('log', 'success', { materialized: 'ephemeral' }),
        ],
        { voices: { claim: complete, log: complete, warehouse: asked } },
      ),
    ),
  ]
}

function startReadings(): Vector[] {
  const startedWith = (job: boolean): Draft => having(started(), { governance: { ...GOVERNANCE, job_id: job } })
  return [
    against(
      'run-start.ts',
      '.find((start) => start !== undefined)',
      '.findLast((start) => start !== undefined)',
      good(
        'started-twice',
        'Of two starts of one run the first says whether it is a demonstration.',
        sampleLedger([started(), started({ demonstration: true }), closed()]),
      ),
    ),
    against(
      'canonical.ts',
      'canonicalText(a) === canonicalText(b)',
      "canonicalText(a).replaceAll('true', '1') === canonicalText(b).replaceAll('true', '1')",
      bad('forged', 'governance-1-for-true', 'GOVERNANCE_MISMATCH', 'The number 1 is not true.', {
        ledger: sampleLedger([startedWith(true), closed()]),
        lies: { manifest: edit({ '/governance/job_id': 1 }) },
      }),
    ),
  ]
}
