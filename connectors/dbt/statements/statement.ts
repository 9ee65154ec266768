import { type DraftEvent, fingerprint, fingerprintKeyId } from '../../../src/events/index.js'
import { count, draftOf, label, sealedText, wellFormed } from '../drafts/index.js'
import { isScaffolding } from './scaffolding.js'
import { dialectOf } from './sql-dialect.js'
import { isAbridged, sqlShape } from './sql-shape.js'

export type StatementEvent = DraftEvent<'dev.clyra.dbt.statement.executed.v1'>
export type Outcome = 'success' | 'error' | 'unknown'
export type Origin = 'node' | 'on-run-start' | 'on-run-end' | 'internal' | 'unknown'

/** What every statement of one source has in common. */
export interface StatementContext {
  readonly run: string
  readonly source: string
  readonly invocation: string
  /** The key for fingerprints of exact texts; without it a record carries none. */
  readonly fingerprintKey: Uint8Array | undefined
  /** As the source names it, e.g. `postgres`; decides how strings are read. */
  readonly adapter: string | null
}

/** One statement as a source tells it. */
export interface Statement {
  readonly ordinal: number
  readonly node: string | null
  readonly origin: Origin
  readonly connection: string | null
  readonly thread: string | null
  readonly kind: 'statement' | 'commit' | 'rollback'
  /** Null for a COMMIT or ROLLBACK of dbt's own. */
  readonly text: string | null
  readonly startedAt: string | null
  readonly time: string | null
  readonly elapsedSeconds: string | null
  readonly outcome: Outcome
  /** What the warehouse answered, e.g. `INSERT 0 3`. */
  readonly answer: string | null
  readonly queryId: string | null
}

/** Verbs of statements that can be dbt's scaffolding. */
const CHANGES = new Set(['CREATE', 'DROP', 'INSERT', 'DELETE', 'TRUNCATE'])
/** `INSERT 0 3`, `CREATE TABLE`, `SUCCESS 314`, `MERGE (3.0 rows, 1.2 MiB processed)`. Anything else is no command tag. */
const TAG = /^[A-Za-z][A-Za-z_]{0,30}( [A-Za-z_]{1,30}){0,4}( [0-9]{1,19}){0,2}( \([0-9][A-Za-z0-9.,: ]{0,80}\))?$/

/** The record of one statement: text sealed, fingerprint under a key that dies with the run's, everything else metadata. */
export function statementDraft(context: StatementContext, statement: Statement): StatementEvent {
  const { run, source, invocation, fingerprintKey, adapter } = context
  const { text, kind, answer } = statement
  const dialect = dialectOf(adapter)
  const shape = text === null ? null : sqlShape(text, dialect)
  const scaffold = shape !== null && CHANGES.has(shape.verb ?? '') && isScaffolding(text ?? '', dialect)
  const key = text === null ? undefined : fingerprintKey
  const tag = answer !== null && TAG.test(answer) ? answer : null
  return draftOf(
    run,
    source,
    `${invocation}/statement/${statement.ordinal}`,
    'dev.clyra.dbt.statement.executed.v1',
    statement.startedAt ?? statement.time,
    {
      voice: 'log',
      invocation,
      ordinal: String(statement.ordinal),
      node: statement.node,
      origin: statement.origin,
      connection: statement.connection,
      thread: statement.thread,
      kind: scaffold ? 'scaffold' : kind,
      verb: kind === 'statement' ? (shape?.verb ?? null) : kind === 'commit' ? 'COMMIT' : 'ROLLBACK',
      text: sealedText(text),
      fingerprint: key === undefined ? null : fingerprint(key, wellFormed(text ?? '')),
      fingerprintKey: key === undefined ? null : fingerprintKeyId(key),
      truncated: text !== null && isAbridged(text),
      multiStatement: shape?.multiStatement ?? false,
      startedAt: statement.startedAt,
      elapsedSeconds: statement.elapsedSeconds,
      outcome: statement.outcome,
      commandTag: label(tag),
      rows: rowsOf(tag),
      queryId: statement.queryId,
    },
  )
}

/** Rows of a command tag: the last number of `INSERT 0 3` or `SUCCESS 12`; null for `CREATE TABLE`. */
function rowsOf(tag: string | null): string | null {
  if (tag === null) return null
  const inBrackets = /\(([0-9]+)(?:\.0)? rows/.exec(tag)?.[1]
  return count(inBrackets ?? / ([0-9]+)$/.exec(tag)?.[1])
}

/** Where a statement belongs, from the node and connection that the log names. */
export function originOf(node: string | null, connection: string | null): Origin {
  if (node !== null) {
    if (!node.startsWith('operation.')) return 'node'
    if (/-on-run-start-[0-9]+$/.test(node)) return 'on-run-start'
    return /-on-run-end-[0-9]+$/.test(node) ? 'on-run-end' : 'node'
  }
  return connection !== null && INTERNAL_CONNECTION.test(connection) ? 'internal' : 'unknown'
}

/** Connections that dbt opens for its own catalogue work. */
const INTERNAL_CONNECTION = /^(master|list_|create_|drop_|generate_|catalog|debug|freshness|cache_|check_)/
