import type { JsonObject } from '../../src/json.js'
import { edit } from '../edit-json.js'
import type { Draft } from '../ledger-maker.js'
import { closed, exited, gap, link, observed, RUN, reread, sampleLedger, started } from '../sample-ledger.js'
import { against, bad, good, type Vector } from './vector.js'

/** How runs end: what may stand behind the end, what a window of traffic counts, and what must have been linked before. */
export function endVectors(): Vector[] {
  return [...lateVectors(), ...windowVectors(), ...namedVectors()]
}

const APPROVAL = 'approval-01940000-0000-7000-8000-00000000cccc'
const run = (type: string, data: JsonObject): Draft => ({ stream: `run-${RUN}`, type, data })
const receipt = (approval?: JsonObject['approval']): Draft =>
  run('dev.clyra.receipt.issued.v1', { receipt: 'r1', route: 'mail', ...(approval !== undefined && { approval }) })
const window = (records: string | null, changes: JsonObject = {}): Draft =>
  run('dev.clyra.window.closed.v1', { records, next: null, runs: [], ...changes })
const gateway = (...drafts: Draft[]) => sampleLedger([started({ tool: 'gateway', capture: 'library' }), ...drafts])
const pef = (vector: Vector): Vector => ({ ...vector, profile: 'pef' })

const complete = { completeness: 'complete', reasons: [] } as const
const partial = (...reasons: string[]) => ({ completeness: 'partial', reasons }) as const
const AFTER = partial('after-close')

/** A run of a gateway, which ended in a way that nobody told unless it is said. */
function told(
  name: string,
  shows: string,
  drafts: readonly Draft[],
  says: Pick<NonNullable<Vector['run']>, 'completeness' | 'reasons'>,
): Vector {
  const answer = { id: RUN, ...says, outcome: 'unknown', voices: null } as const
  return pef({ ...good(name, shows, gateway(...drafts)), run: answer })
}

const LATE: readonly (readonly [name: string, draft: Draft])[] = [
  ['anchor-confirmed', run('dev.clyra.anchor.confirmed.v1', { phase: 'after' })],
  ['anchor-contradicted', run('dev.clyra.anchor.contradicted.v1', { phase: 'after' })],
  ['finding-1', run('dev.clyra.finding.raised.v1', { code: 'anchor-contradicted' })],
  ['finding-2', run('dev.clyra.finding.raised.v2', { code: 'anchor-contradicted' })],
  ['verdict', run('dev.clyra.verdict.given.v1', { result: 'clean' })],
]

const NOT_LATE: readonly (readonly [name: string, draft: Draft])[] = [
  ['receipt', receipt()],
  ['call', run('dev.clyra.mcp.tool.called.v1', { call: 'c2' })],
  ['metrics', observed('agent.tool-call')],
  ['exit', exited(null)],
  ['link', link(APPROVAL)],
  ['start', started({ tool: 'gateway', capture: 'library' })],
  ['second-close', closed()],
  ['anchor-provisional', run('dev.clyra.anchor.provisional.v1', { phase: 'after' })],
  ['anchor-unavailable', run('dev.clyra.anchor.unavailable.v1', { phase: 'after', code: 'TIMED_OUT' })],
  ['finding-of-tomorrow', run('dev.clyra.finding.raised.v3', {})],
  ['type-of-nobody', run('org.example.agent.acted.v1', {})],
]

function lateVectors(): Vector[] {
  const late = gateway(closed(), receipt())
  const hidden = (completeness: string, reasons: string[]) => ({
    manifest: edit({ '/run/completeness': completeness, '/run/reasons': reasons }),
  })
  return [
    ...LATE.map(([name, draft]) =>
      told(`late-word-${name}`, 'A word about the run that comes after its end.', [closed(), draft], complete),
    ),
    told('late-word-gap', 'A gap after the end is a reason of its own.', [closed(), gap('spool-dropped')], {
      ...partial('spool-dropped'),
    }),
    ...NOT_LATE.map(([name, draft]) =>
      told(`after-close-${name}`, 'A record after the end that is no late word.', [closed(), draft], AFTER),
    ),
    told(
      'after-close-among-gaps',
      'A gap and a record after the end: both reasons, in byte order.',
      [gap('stream-cut'), closed(), receipt(), gap('a-gap')],
      partial('a-gap', 'after-close', 'stream-cut'),
    ),
    told('after-close-told-by-gap', 'A gap with the name of the reason.', [gap('after-close'), closed()], AFTER),
    told('after-close-open', 'What stands before the end is none.', [receipt(), closed()], complete),
    against(
      'run-story.ts',
      'lastReread(run) + 1',
      '0',
      told(
        'after-close-then-reread',
        'The run was read again and ended anew: what stood behind the first end stands before the second.',
        [closed(), receipt(), reread([]), closed()],
        complete,
      ),
    ),
    told(
      'after-close-of-reread',
      'The same behind the second end.',
      [closed(), reread([]), closed(), receipt()],
      AFTER,
    ),
    told('after-close-reread-open', 'Read again, and not closed since.', [closed(), reread([]), receipt()], {
      completeness: 'unknown',
      reasons: ['run-not-closed'],
    }),
    {
      ...good('after-close-def', 'A run of dbt to which something was added after its end.', def(observed('dbt.log'))),
      run: { id: RUN, ...AFTER, outcome: 'unknown', voices },
    },
    {
      ...good('late-word-def', 'An anchor that was settled after the end of a run of dbt.', def(LATE[0]![1])),
      run: { id: RUN, ...complete, outcome: 'unknown', voices: settled },
    },
    pef(
      bad(
        'forged',
        'after-close-hidden',
        'RUN_COMPLETENESS_MISMATCH',
        'A record was added, and the run called whole.',
        {
          ledger: late,
          lies: hidden('complete', []),
        },
      ),
    ),
    pef(
      bad('forged', 'after-close-invented', 'RUN_COMPLETENESS_MISMATCH', 'A late word, and the run called cut.', {
        ledger: gateway(closed(), LATE[0]![1]),
        lies: hidden('partial', ['after-close']),
      }),
    ),
    pef(
      bad('negative', 'demand-complete-after-close', 'RUN_NOT_COMPLETE', 'A complete run is asked for.', {
        ledger: late,
        options: { requireCompleteRun: true },
      }),
    ),
  ]
}

const def = (...drafts: Draft[]) => sampleLedger([started(), closed(), ...drafts])
const unneeded = { completeness: 'not-needed', reasons: [] } as const
const unasked = { completeness: 'not-asked', reasons: ['after-missing', 'before-missing'] } as const
const voices = { claim: unneeded, log: unneeded, warehouse: unasked }
const settled = { ...voices, warehouse: { completeness: 'partly', reasons: ['before-missing'] } } as const

function windowVectors(): Vector[] {
  const traffic = [receipt(), receipt()]
  const refused = (name: string, shows: string, records: JsonObject['records']) =>
    pef(
      bad('negative', name, 'RECORD_DATA_INVALID', shows, {
        ledger: gateway(...traffic, { ...window('3'), data: { records: records ?? null, next: null, runs: [] } }),
      }),
    )
  const runs = [['agent-1', '12', '5'.repeat(64)]]
  return [
    told(
      'window',
      'A window of traffic: its end counts the three records before it.',
      [...traffic, window('3'), closed()],
      {
        ...complete,
      },
    ),
    told(
      'window-with-runs',
      'What a window says of the next one and of the runs of callers is not judged here.',
      [...traffic, window('3', { next: 'w2', runs }), closed()],
      complete,
    ),
    told('window-count-smaller', 'A record that the window did not count.', [...traffic, window('2'), closed()], AFTER),
    told(
      'window-count-larger',
      'A record that the window counted is not there.',
      [...traffic, window('4'), closed()],
      AFTER,
    ),
    told('window-not-closed', 'A window without a close of its run.', [...traffic, window('3')], {
      completeness: 'unknown',
      reasons: ['run-not-closed'],
    }),
    told('window-count-other-not-closed', 'Another count, and no close.', [...traffic, window('2')], AFTER),
    told('window-then-receipt', 'A receipt between window and close.', [window('1'), receipt(), closed()], AFTER),
    told('window-then-verdict', 'A late word between them.', [window('1'), LATE[4]![1], closed()], complete),
    told(
      'window-twice',
      'Two ends of one window, each with its right count.',
      [window('1'), window('2'), closed()],
      AFTER,
    ),
    told('window-after-close', 'The end of a window behind that of the run.', [closed(), window('2')], AFTER),
    told(
      'window-reread',
      'Read again: the end of before, whose count was wrong, is void, and void records are counted.',
      [window('7'), closed(), reread([]), window('4'), closed()],
      complete,
    ),
    pef(
      bad('forged', 'window-record-added', 'RUN_COMPLETENESS_MISMATCH', 'A receipt was added before the end.', {
        ledger: gateway(...traffic, receipt(), window('3'), closed()),
        lies: { manifest: edit({ '/run/completeness': 'complete', '/run/reasons': [] }) },
      }),
    ),
    refused('window-without-count', 'A window that counts nothing.', null),
    refused('window-count-number', 'A count that is a number.', 3),
    refused('window-count-padded', 'A count with a needless zero.', '03'),
    refused('window-count-too-large', 'A count above 2^53-1.', '9007199254740992'),
  ]
}

function namedVectors(): Vector[] {
  const linked = link(APPROVAL)
  const missing = (name: string, shows: string, drafts: readonly Draft[], lies = {}) =>
    pef(bad('forged', name, 'LINK_MISSING', shows, { ledger: gateway(...drafts), lies }))
  const claiming = { streams: (streams: string[]) => [...streams, APPROVAL] }
  return [
    told(
      'approval-linked',
      'A receipt names an approval that the run linked before.',
      [linked, receipt(APPROVAL), closed()],
      {
        ...complete,
      },
    ),
    told(
      'approval-linked-late-receipt',
      'The link stands before the end, the receipt behind it.',
      [linked, closed(), receipt(APPROVAL)],
      AFTER,
    ),
    ...[null, undefined, 7, ['approval-1']].map((value, i) =>
      told(`approval-no-name-${i}`, 'A member that is no text names nothing.', [receipt(value), closed()], complete),
    ),
    told(
      'approval-in-other-type',
      'The same member in a type that the table does not have.',
      [{ ...receipt(APPROVAL), type: 'dev.clyra.receipt.issued.v2' }, closed()],
      complete,
    ),
    missing('approval-not-linked', 'A receipt names an approval that the run never linked.', [
      receipt(APPROVAL),
      closed(),
    ]),
    missing(
      'approval-claimed-not-linked',
      'The same, and the approval is claimed.',
      [receipt(APPROVAL), closed()],
      claiming,
    ),
    against(
      'run-start.ts',
      'if (closed) late.push(link.stream)',
      'linked.add(link.stream)\n    if (closed) late.push(link.stream)',
      missing('approval-linked-after-close', 'The link stands behind the end, which makes it void.', [
        closed(),
        linked,
        receipt(APPROVAL),
      ]),
    ),
    missing('approval-linked-too-late', 'The link stands behind the receipt.', [receipt(APPROVAL), linked, closed()]),
    missing('approval-other-linked', 'Another approval is linked.', [link('approval-2'), receipt(APPROVAL), closed()]),
    missing('approval-empty', 'An empty text is a text, and no stream is called so.', [receipt(''), closed()]),
    missing('approval-void', 'A receipt of before a later reading.', [
      receipt(APPROVAL),
      closed(),
      reread([]),
      closed(),
    ]),
  ]
}
