import type { FoldedStatement, Voices } from './voices.js'

/** Verbs that change data or structure; a SELECT can too (functions), which a verb does not tell. */
const WRITES = new Set(
  'ALTER CALL COPY CREATE DELETE DO DROP INSERT MERGE RENAME REPLACE TRUNCATE UNDROP UPDATE UPSERT'.split(' '),
)
/** Warehouses where a statement outside an explicit transaction commits by itself; dbt opens none there. */
const AUTOCOMMIT = new Set(['snowflake', 'bigquery', 'databricks', 'spark', 'athena', 'trino', 'clickhouse', 'fabric'])

/** Whether one is a change depends on code that the log does not show. */
const MAYBE_WRITES = new Set(['CALL', 'DO'])

/** What dbt builds aside and takes away again (`scaffold`) is no change of data for anybody. */
export function isWrite({ data }: FoldedStatement): boolean {
  if (data.kind !== 'statement') return false
  if (data.verb === 'WITH') return /^(INSERT|UPDATE|DELETE|MERGE)\b/.test(data.commandTag ?? '')
  return data.verb !== null && WRITES.has(data.verb)
}

/** A write of which the log does not tell whether it changed anything. */
export function isDoubtful({ data }: FoldedStatement): boolean {
  return MAYBE_WRITES.has(data.verb ?? '')
}

/** What of a connection's statements is known to have been committed, and which COMMIT of dbt's had no transaction. */
export interface Committed {
  /** Writes that succeeded and were followed by a COMMIT that succeeded, or needed none. */
  readonly writes: readonly FoldedStatement[]
  /** dbt's COMMIT after a statement of a model's own had already ended the transaction. */
  readonly outside: readonly {
    readonly endedBy: FoldedStatement
    readonly commit: FoldedStatement
    readonly wrote: boolean
  }[]
}

/**
 * Follows the transactions of one connection's statements (in order), as the server's own log shows them: on Postgres
 * the driver opens one when a connection is first used and after each ROLLBACK, and never after a COMMIT: whatever
 * comes then commits by itself. A model hook with `transaction: false` sends a COMMIT of its own, so that the model's
 * statements commit one by one although dbt still logs its COMMIT at the end. The Rust engine opens no transaction.
 */
export function followTransactions(statements: readonly FoldedStatement[], voices: Voices): Committed {
  const autocommit = voices.engine === 'dbt-fusion' || AUTOCOMMIT.has(voices.adapter ?? '')
  const writes: FoldedStatement[] = []
  const outside: { endedBy: FoldedStatement; commit: FoldedStatement; wrote: boolean }[] = []
  let open: FoldedStatement[] = []
  let inside = !autocommit
  let endedBy: FoldedStatement | null = null
  let wroteSince = false
  for (const statement of statements) {
    const { kind, verb, outcome, commandTag } = statement.data
    if (kind === 'rollback') {
      open = []
      inside = !autocommit
      endedBy = null
    } else if (outcome !== 'success') {
      // Not known to have happened, so nothing follows from it.
    } else if (verb === 'BEGIN' || verb === 'START') {
      inside = true
      endedBy = null
    } else if (verb === 'ROLLBACK' || verb === 'ABORT') {
      open = []
      inside = false
      endedBy = statement
    } else {
      if (isWrite(statement)) {
        wroteSince = true
        if (inside) open.push(statement)
        else writes.push(statement)
      }
      // A string of several statements may end in a COMMIT: its tag says so.
      if (kind !== 'commit' && verb !== 'COMMIT' && verb !== 'END' && commandTag !== 'COMMIT') continue
      if (kind === 'commit' && endedBy !== null && !autocommit) {
        outside.push({ endedBy, commit: statement, wrote: wroteSince })
      }
      for (const write of open) writes.push(write)
      open = []
      inside = false
      endedBy = kind === 'commit' ? null : statement
      wroteSince = false
    }
  }
  return { writes, outside }
}
