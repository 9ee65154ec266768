import type { Draft } from '../../verifier/ts/test/ledger-maker.js'
import {
  anchor,
  captured,
  closed,
  completed,
  exited,
  gap,
  invoked,
  link,
  node,
  observed,
  other,
  RUN,
  relation,
  reread,
  SUBJECT,
  sealed,
  started,
} from '../../verifier/ts/test/sample-ledger.js'
import { editValue } from '../differential/edit-value.js'
import type { Random } from '../fuzz/engine/random.js'

const STREAMS = ['approval-1', 'policy-x', 'session-2']
const TYPES = [
  'dev.clyra.run.closed.v1',
  'dev.clyra.dbt.statement.executed.v1',
  'dev.clyra.anchor.confirmed.v1',
  'dev.clyra.ledger.heads.v1',
  'dev.clyra.finding.raised.v2',
  'x.y.v1',
]
const ATTRIBUTES = [
  'time',
  'id',
  'source',
  'subject',
  'recordedat',
  'prev',

  'submitter',
  'ledger',
  'stream',
]
const TEXTS = ['2025-02-29T00:00:00Z', '2025-01-01T00:00:00.123456789Z', 'é\u0085', 'x'.repeat(1025), '0', '']

/** Records of a run, and some beside it: mostly sound, in any order, one of them changed now and then. */
export function runByChance(random: Random): Draft[] {
  const chance = (percent: number) => random.below(100) < percent
  const some: readonly (() => Draft)[] = [
    () => started(),
    () => started({ tool: random.pick(['dbt', 'other', 'gateway', 'agent']), subject: random.pick([SUBJECT, 'x']) }),
    () => captured(),
    () => sealed(),
    () => gap(random.pick(['log-missing', 'process-signalled', 'zz', 'artifact-unreadable'])),
    () => closed(),
    () => reread(random.pick([['log'], ['claim', 'log'], [], ['warehouse']])),
    () => exited(random.pick([0, 1, 137, null, -1]), random.pick([null, 'SIGTERM', ''])),
    () => invoked(random.pick(['claim', 'log']), random.pick(['build', 'list'])),
    () => completed(random.pick(['claim', 'log']), random.pick([true, false, null])),
    () => node(random.pick(['claim', 'log', 'x']), random.pick(['success', 'error', 'interrupted'])),
    () => relation(random.pick([true, false, null])),
    () => anchor(random.pick(['before', 'after']), random.pick([undefined, 'POST_FAIL', 'x'])),
    () => link(random.pick(STREAMS)),
    () => ofRun('dev.clyra.window.closed.v1', { records: String(random.below(8)), next: null, runs: [] }),
    () => ofRun('dev.clyra.receipt.issued.v1', { approval: random.pick([null, '', ...STREAMS]) }),
    () => ofRun('dev.clyra.verdict.given.v1', {}),
    () =>
      observed(random.pick(['a', 'b', 'c.d']), {
        subject: random.pick([null, '', '!', '"', 'é', '\uFFFD', '\u{1F600}']),
      }),
    () => other(random.pick(['run-other', ...STREAMS]), random.below(9)),
    () => redaction(random.pick([SUBJECT, 'x'])),
  ]
  const middle = Array.from({ length: random.below(9) }, () => random.pick(some)())
  const drafts = chance(70) ? [started(), ...middle, ...(chance(70) ? [closed()] : [])] : middle
  const changed = random.below(drafts.length)
  return drafts.map((draft, index) => {
    if (index !== changed) return draft
    if (chance(30)) return { ...draft, data: editValue(draft.data, random) }
    if (chance(5)) return { ...draft, type: random.pick(TYPES) }
    return chance(5) ? { ...draft, attributes: { [random.pick(ATTRIBUTES)]: random.pick(TEXTS) } } : draft
  })
}

const ofRun = (type: string, data: Draft['data']): Draft => ({ stream: `run-${RUN}`, type, data })

const redaction = (subject: string): Draft => ({
  stream: 'ledger-redactions',
  type: 'dev.clyra.ledger.redacted.v1',
  data: { subject, reason: 'mistake' },
})
