import { type Committed, followTransactions, isDoubtful, isWrite } from './data-changed.js'
import type { Finding } from './finding.js'
import type { FoldedStatement, Voices } from './voices.js'

const FAILED = new Set(['error', 'runtime-error', 'interrupted'])

/** What the statements of the log say against the nodes' ends, against each other, or leave open. */
export function compareStatements(voices: Voices): Finding[] {
  const connections = groupBy(voices.statements, ({ data }) => data.connection ?? data.node)
  const writes: FoldedStatement[] = []
  const outside: Outside[] = []
  for (const statements of connections.values()) {
    const committed = followTransactions(statements, voices)
    for (const write of committed.writes) writes.push(write)
    for (const one of committed.outside) outside.push(one)
  }
  return [
    ...[...groupBy(writes, ({ data }) => data.node)].flatMap(([node, own]) => changedButFailed(node, own, voices)),
    ...[...groupBy(outside, ({ commit }) => commit.data.node)].map(([node, own]) => commitOutside(node, own)),
    ...voices.statements.flatMap(outcomeUnknown),
  ]
}

type Outside = Committed['outside'][number]

/** In the order of first appearance; items without a key are left out. */
function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === null) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

function changedButFailed(node: string, writes: readonly FoldedStatement[], voices: Voices): Finding[] {
  const claim = voices.nodes.claim.get(node)
  const log = voices.nodes.log.get(node)
  const failing = [claim, log].flatMap((said) => (said !== undefined && FAILED.has(said.data.status) ? [said.id] : []))
  if (failing.length === 0) return []
  const doubtful = writes.every(isDoubtful)
  return [
    {
      code: 'node-error-but-data-changed',
      disposition: doubtful ? 'unconfirmed' : 'contradicted',
      severity: doubtful ? 'medium' : 'high',
      node,
      events: [...failing, ...writes.map((write) => write.id)].slice(0, MAX_EVENTS),
      voices: claim !== undefined && FAILED.has(claim.data.status) ? ['claim', 'log'] : ['log'],
      said: [
        ...(claim === undefined ? [] : [['claim', claim.data.status] as const]),
        ...(log === undefined ? [] : [['log', log.data.status] as const]),
        ['log-writes-committed', String(writes.length)],
      ],
    },
  ]
}

function commitOutside(node: string, outside: readonly Outside[]): Finding {
  const wrote = outside.some((one) => one.wrote)
  return {
    code: 'commit-outside-transaction',
    disposition: 'contradicted',
    severity: wrote ? 'high' : 'medium',
    node,
    events: outside.flatMap(({ endedBy, commit }) => [endedBy.id, commit.id]).slice(0, MAX_EVENTS),
    voices: ['log'],
    said: [
      ['log', 'commit'],
      ['log-transaction', wrote ? 'ended-before-writes' : 'ended-before-commit'],
    ],
  }
}

/** A ROLLBACK never has an outcome in the log, and undoes what there is either way: it is not a finding. */
function outcomeUnknown(statement: FoldedStatement): Finding[] {
  const { kind, verb, outcome, node } = statement.data
  if (kind === 'rollback' || outcome !== 'unknown') return []
  const severity = kind === 'commit' || verb === 'COMMIT' ? 'high' : isWrite(statement) ? 'medium' : 'low'
  return [
    {
      code: 'statement-outcome-unknown',
      disposition: 'unconfirmed',
      severity,
      node,
      events: [statement.id],
      voices: ['log'],
      said: [['log', 'unknown']],
    },
  ]
}

/** A finding names at most so many events: a record has a size limit. */
const MAX_EVENTS = 200
