import { append, lengthOf } from '../append-list.js'
import type { Of } from '../record-of.js'
import type { RunDraft, Statement, Statements, Tally } from '../run-state.js'
import { upsert } from '../sorted-list.js'

/** How many statements a run lists in order, and how many more that failed or are unknown. Counted are all. */
export const LISTED = 2_000
export const LISTED_NOT_SUCCESSFUL = 2_000

export const NO_STATEMENTS: Statements = {
  total: 0,
  byOutcome: [],
  byOrigin: [],
  byVerb: [],
  byNode: [],
  truncated: 0,
  multiStatement: 0,
  listed: [],
  unlisted: 0,
}

export function foldStatement(draft: RunDraft, of: Of<'dev.clyra.dbt.statement.executed.v1'>): void {
  const { data, fresh } = of
  const tally = (value: Tally | undefined) => add(value ?? NOTHING, data)
  const dbtsOwn = data.kind === 'commit' || data.kind === 'rollback'
  const verb = dbtsOwn ? data.kind.toUpperCase() : (data.verb ?? '-')
  const was = draft.statements
  const listed = list(was.listed, of)
  draft.statements = {
    total: was.total + 1,
    byOutcome: upsert(was.byOutcome, data.outcome, fresh, count),
    byOrigin: upsert(was.byOrigin, data.origin, fresh, count),
    byVerb: upsert(was.byVerb, verb, fresh, tally),
    byNode: data.node === null ? was.byNode : upsert(was.byNode, data.node, fresh, tally),
    truncated: was.truncated + (data.truncated ? 1 : 0),
    multiStatement: was.multiStatement + (data.multiStatement ? 1 : 0),
    listed: listed ?? was.listed,
    unlisted: was.unlisted + (listed === undefined ? 1 : 0),
  }
}

const count = (value: number | undefined) => (value ?? 0) + 1

/** The list with this statement; undefined where it is only counted. */
function list(
  was: Statements['listed'],
  { data, position, fresh }: Of<'dev.clyra.dbt.statement.executed.v1'>,
): Statements['listed'] | undefined {
  const limit = data.outcome === 'success' ? LISTED : LISTED + LISTED_NOT_SUCCESSFUL
  if (lengthOf(was) >= limit) return undefined
  // Spelled out: a rest pattern costs more than everything else here, ten thousand times in a run.
  const statement: Statement = {
    voice: data.voice,
    ordinal: data.ordinal,
    node: data.node,
    origin: data.origin,
    connection: data.connection,
    thread: data.thread,
    kind: data.kind,
    verb: data.verb,
    fingerprint: data.fingerprint,
    truncated: data.truncated,
    multiStatement: data.multiStatement,
    startedAt: data.startedAt,
    elapsedSeconds: data.elapsedSeconds,
    outcome: data.outcome,
    commandTag: data.commandTag,
    rows: data.rows,
    queryId: data.queryId,
    sealedText: data.text !== null,
    position,
  }
  return append(was, statement, fresh)
}

const NOTHING: Tally = { total: 0, failed: 0, unknown: 0, rows: '0' }

function add(tally: Tally, data: Of<'dev.clyra.dbt.statement.executed.v1'>['data']): Tally {
  return {
    total: tally.total + 1,
    failed: tally.failed + (data.outcome === 'error' ? 1 : 0),
    unknown: tally.unknown + (data.outcome === 'unknown' ? 1 : 0),
    // Row counts have up to 19 digits: more than a number holds.
    rows: data.rows === null || data.rows === '0' ? tally.rows : sum(tally.rows, data.rows),
  }
}

function sum(a: string, b: string): string {
  return a.length <= 15 && b.length <= 15 ? String(Number(a) + Number(b)) : String(BigInt(a) + BigInt(b))
}
