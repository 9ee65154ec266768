import type { JsonObject } from '../../src/json.js'
import type { VerifyResult } from '../../src/result.js'
import type { Lies } from '../bundle-maker.js'
import { edit } from '../edit-json.js'
import type { Draft } from '../ledger-maker.js'
import { captured, RUN, sampleLedger } from '../sample-ledger.js'
import {
  before,
  brokenOff,
  built,
  called,
  closed,
  confirmed,
  contradicted,
  exited,
  finding,
  gap,
  intended,
  issued,
  judged,
  loads,
  measured,
  OTHER_ACCOUNT,
  redacted,
  relation,
  robot,
  start,
  unavailable,
} from '../whole-runs.js'
import { bad, good, type Vector } from './vector.js'

/** Whole runs of every kind, whose records are as a recorder writes them: dbt with Postgres, loads, robots; killed and redacted ones. */
export function wholeVectors(): Vector[] {
  return [...postgresVectors(), ...automationVectors(), ...killedVectors(), ...redactedVectors()]
}

type Run = NonNullable<VerifyResult['run']>
const heard = { completeness: 'complete', reasons: [] } as const
const complete = { completeness: 'complete', reasons: [] } as const
const asked = { completeness: 'asked', reasons: [] } as const

/** A run of dbt: both voices are heard whole where nothing else is said. */
const dbt = (...drafts: Draft[]) => sampleLedger([start('dbt'), ...drafts])
function ofDbt(
  name: string,
  shows: string,
  drafts: readonly Draft[],
  says: Partial<Omit<Run, 'voices'>> = {},
  voices: Partial<NonNullable<Run['voices']>> = {},
): Vector {
  const run: Run = {
    id: RUN,
    ...complete,
    outcome: 'succeeded',
    ...says,
    voices: { claim: heard, log: heard, warehouse: asked, ...voices },
  }
  return { ...good(name, shows, dbt(...drafts)), run }
}

const automation = (tool: string, ...drafts: Draft[]) => sampleLedger([start(tool), ...drafts])
function ofAutomation(
  name: string,
  shows: string,
  tool: string,
  drafts: readonly Draft[],
  says: Partial<Omit<Run, 'voices'>> = {},
): Vector {
  const run: Run = { id: RUN, ...complete, outcome: 'succeeded', ...says, voices: null }
  return { ...good(name, shows, automation(tool, ...drafts)), profile: 'pef', run }
}
const pef = (vector: Vector): Vector => ({ ...vector, profile: 'pef' })

const CODES = [
  'PRE_FAIL',
  'POST_FAIL',
  'POST_TIMEOUT',
  'TIMED_OUT',
  'LSN_MISSING',
  'REPLICA_LAG',
  'POLICY_SKIP',
  'NOT_SUPPORTED',
  'DRIVER_MISSING',
  'UNREACHABLE',
  'REFUSED',
]
const REASONS: readonly (readonly [reason: string, changes: JsonObject])[] = [
  ['database-differs', { dsnHash: OTHER_ACCOUNT }],
  ['system-identifier-differs', { systemIdentifier: '7300000000000000002' }],
  ['timeline-differs', { timeline: '2' }],
  ['lsn-went-back', { lsn: '0/16B0000' }],
]

function postgresVectors(): Vector[] {
  const whole = [before, ...built, confirmed, relation, measured('dbt.duration', 'seconds', '1.5'), exited(0), closed()]
  const demanding = (vector: Vector): Vector => ({ ...vector, options: { ...vector.options, requireWarehouse: true } })
  const exchanged = (from: string, to: string): Lies => ({
    lines: (lines) => {
      const texts = lines.map((line) => new TextDecoder().decode(line))
      const at = texts.findIndex((text) => text.includes(from))
      return lines.with(at, new TextEncoder().encode(texts[at]!.replace(from, to)))
    },
  })
  const withoutRecord = (position: number): Lies => ({ positions: (all) => all.filter((one) => one !== position) })
  const differing = dbt(before, ...built, contradicted(...REASONS[0]!), relation, exited(0), closed())
  return [
    demanding(
      ofDbt('postgres', 'A run of dbt with Postgres, asked before and after; the caller asks for that.', whole),
    ),
    demanding(
      ofDbt(
        'postgres-settled-later',
        'Where the warehouse stood after the run is confirmed behind the end of its record.',
        [before, ...built, relation, exited(0), closed(), confirmed],
      ),
    ),
    ...REASONS.map(([reason, changes]) =>
      ofDbt(
        `postgres-contradicted-${reason}`,
        'The warehouse after the run is not the one before it: the record says so, and is sound.',
        [
          before,
          ...built,
          contradicted(reason, changes),
          relation,
          exited(0),
          closed(),
          finding('anchor-contradicted', ['a']),
        ],
      ),
    ),
    ...CODES.map((code) =>
      ofDbt(
        `postgres-unavailable-${code.toLowerCase().replaceAll('_', '-')}`,
        'There is no reading of the warehouse after the run, and the record says why.',
        [before, ...built, unavailable('after', code), exited(0), closed()],
        {},
        { warehouse: { completeness: 'partly', reasons: [`after-${code.toLowerCase().replaceAll('_', '-')}`] } },
      ),
    ),
    bad('forged', 'postgres-other-account', 'PROOF_ROOT', 'An anchor that names another database than was asked.', {
      ledger: dbt(...whole),
      lies: exchanged(String((before.data as JsonObject)['dsnHash']), OTHER_ACCOUNT),
    }),
    bad('forged', 'postgres-other-position', 'PROOF_ROOT', 'An anchor with another log position.', {
      ledger: dbt(...whole),
      lies: exchanged('0/1A40F10', '0/1A40F11'),
    }),
    bad('forged', 'postgres-contradiction-hidden', 'REVISION_GAP', 'That it was another database is left out.', {
      ledger: differing,
      // Genesis, key, heads, start, before, what was built: then the contradiction.
      lies: withoutRecord(5 + built.length),
    }),
    bad(
      'negative',
      'postgres-not-asked-after',
      'WAREHOUSE_NOT_ASKED',
      'A warehouse is demanded that was not asked after.',
      {
        ledger: dbt(before, ...built, unavailable('after', 'POST_TIMEOUT'), exited(0), closed()),
        options: { requireWarehouse: true },
      },
    ),
  ]
}

function automationVectors(): Vector[] {
  const run = [...loads, captured(), measured('etl.duration', 'seconds', '12.5')]
  return [
    ofAutomation('etl', 'A job that extracts and loads: two loads, one refused, a file.', 'etl', [
      ...run,
      exited(0),
      closed(),
    ]),
    ofAutomation('etl-failed', 'The same, and it failed.', 'etl', [...run, exited(2), closed()], { outcome: 'failed' }),
    ofAutomation(
      'etl-spool-dropped',
      'Records of a load were lost before they were appended.',
      'etl',
      [...run, gap('spool-dropped'), exited(0), closed()],
      { completeness: 'partial', reasons: ['spool-dropped'] },
    ),
    ofAutomation(
      'etl-intent-without-receipt',
      'A load was begun, and nothing says what came of it: sound, and the outcome is the exit’s.',
      'etl',
      [intended('load-1'), exited(0), closed()],
    ),
    ofAutomation('activation', 'A sync of an activation tool.', 'activation', [...loads, exited(0), closed()]),
    ofAutomation('rpa', 'A robot that pays an invoice under an approval, and is denied the last press.', 'rpa', [
      ...robot,
      exited(0),
      closed(),
    ]),
    ofAutomation('rpa-judged-later', 'A detector looked at the robot’s run after it had ended.', 'rpa', [
      ...robot,
      exited(0),
      closed(),
      judged('pay-1'),
    ]),
    ofAutomation(
      'rpa-cut',
      'The robot’s client ended early, and an answer was cut off.',
      'rpa',
      [...robot, gap('stream-cut'), gap('client-ended-early'), closed()],
      { completeness: 'partial', reasons: ['client-ended-early', 'stream-cut'], outcome: 'unknown' },
    ),
    pef(
      bad('truncated', 'rpa-approval-left-out', 'CLAIM_MISSING', 'The approval of the robot’s run is left out.', {
        ledger: automation('rpa', ...robot, closed()),
        lies: { streams: (streams) => streams.filter((stream) => !stream.startsWith('approval-')) },
      }),
    ),
    pef(
      bad(
        'forged',
        'rpa-approval-not-linked',
        'LINK_MISSING',
        'The robot pays under an approval that it did not link.',
        {
          ledger: automation('rpa', ...robot.slice(1), closed()),
        },
      ),
    ),
    pef(
      bad('forged', 'etl-payment-added', 'RUN_COMPLETENESS_MISMATCH', 'A load more after the end of a whole run.', {
        ledger: automation('etl', ...run, exited(0), closed(), issued('load-3')),
        lies: { manifest: edit({ '/run/completeness': 'complete', '/run/reasons': [] }) },
      }),
    ),
  ]
}

function killedVectors(): Vector[] {
  const unclosed = { completeness: 'unknown', reasons: ['run-not-closed'] } as const
  const lies = { manifest: edit({ '/run/completeness': 'complete', '/run/reasons': [] }) }
  const halfway = [called('1', 'open-invoice')]
  return [
    ofDbt(
      'killed-dbt-by-signal',
      'A run of dbt whose process was killed: its log breaks off, its results are of the run before.',
      [
        before,
        ...brokenOff,
        gap('artifact-run-results-stale'),
        gap('log-no-end'),
        gap('process-signalled'),
        exited(null, 'SIGKILL'),
        unavailable('after', 'POST_FAIL'),
        closed(),
      ],
      {
        completeness: 'partial',
        reasons: ['artifact-run-results-stale', 'log-no-end', 'process-signalled'],
        outcome: 'interrupted',
      },
      {
        claim: { completeness: 'missing', reasons: ['artifact-run-results-stale'] },
        log: { completeness: 'partial', reasons: ['log-no-end'] },
        warehouse: { completeness: 'partly', reasons: ['after-post-fail'] },
      },
    ),
    ofDbt(
      'killed-dbt-wrapper',
      'The recorder was killed beside dbt; the rest was read later from what it had kept.',
      [before, ...built, gap('wrapper-killed'), closed()],
      { completeness: 'partial', reasons: ['wrapper-killed'] },
      { warehouse: { completeness: 'partly', reasons: ['after-missing'] } },
    ),
    ofDbt(
      'killed-dbt-open',
      'Killed before anything told of its end: whether it is whole is unknown.',
      [before, ...brokenOff],
      { ...unclosed, outcome: 'unknown' },
      {
        claim: { completeness: 'missing', reasons: ['run-not-closed'] },
        log: { completeness: 'partial', reasons: ['run-not-closed'] },
        warehouse: { completeness: 'partly', reasons: ['after-missing'] },
      },
    ),
    ofAutomation(
      'killed-agent-by-signal',
      'An agent that a signal ended, and whose recorder saw it.',
      'agent',
      [...halfway, gap('process-signalled'), exited(null, 'SIGTERM'), closed()],
      { completeness: 'partial', reasons: ['process-signalled'], outcome: 'interrupted' },
    ),
    ofAutomation(
      'killed-agent-recorder',
      'An agent whose recorder was killed.',
      'agent',
      [...halfway, gap('wrapper-killed'), closed()],
      { completeness: 'partial', reasons: ['wrapper-killed'], outcome: 'unknown' },
    ),
    ofAutomation('killed-agent-open', 'An agent of which nothing tells the end.', 'agent', halfway, {
      ...unclosed,
      outcome: 'unknown',
    }),
    ofAutomation(
      'killed-gateway',
      'A gateway that was killed before it closed its window: an intent is left without a receipt.',
      'gateway',
      [intended('r1'), gap('window-not-closed'), closed()],
      { completeness: 'partial', reasons: ['window-not-closed'], outcome: 'unknown' },
    ),
    pef(
      bad(
        'forged',
        'killed-agent-called-complete',
        'RUN_COMPLETENESS_MISMATCH',
        'A killed agent’s run, called whole.',
        {
          ledger: automation('agent', ...halfway),
          lies,
        },
      ),
    ),
    pef(
      bad('negative', 'killed-agent-demanded-complete', 'RUN_NOT_COMPLETE', 'A complete run is asked for.', {
        ledger: automation('agent', ...halfway),
        options: { requireCompleteRun: true },
      }),
    ),
  ]
}

function redactedVectors(): Vector[] {
  const session = [called('1', 'open-invoice'), issued('r1'), exited(0), closed()]
  return [
    ofAutomation('redacted-agent', 'The values of an agent’s session were erased: its records stay.', 'agent', [
      ...session,
      redacted,
    ]),
    ofAutomation(
      'redacted-agent-killed',
      'A killed session whose values were erased.',
      'agent',
      [called('1', 'open-invoice'), redacted],
      { completeness: 'unknown', reasons: ['run-not-closed'], outcome: 'unknown' },
    ),
    ofDbt('redacted-dbt', 'The values of a run of dbt with Postgres were erased.', [
      before,
      ...built,
      confirmed,
      relation,
      exited(0),
      closed(),
      redacted,
    ]),
    pef(
      bad(
        'truncated',
        'redaction-left-out',
        'HEADS_CLAIM_MISMATCH',
        'The erasure is left out, and the stream called absent.',
        {
          ledger: automation('agent', ...session, redacted),
          lies: {
            lines: (lines) => lines.filter((line) => !new TextDecoder().decode(line).includes('ledger.redacted')),
            positions: (all) => all.filter((position) => position !== 4 + session.length),
            claims: (claims) =>
              claims.map((claim) =>
                claim['stream'] === 'ledger-redactions' ? { ...claim, kind: 'absent', head: null } : claim,
              ),
          },
        },
      ),
    ),
    pef(
      bad('truncated', 'redaction-not-claimed', 'CLAIM_MISSING', 'Erasures are not claimed at all.', {
        ledger: automation('agent', ...session, redacted),
        lies: { streams: (streams) => streams.filter((stream) => stream !== 'ledger-redactions') },
      }),
    ),
  ]
}
