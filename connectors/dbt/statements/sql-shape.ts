import { dialectOf, type SqlDialect } from './sql-dialect.js'
import { skipBlank, skipToken } from './sql-tokens.js'

/** What can be said of a statement without keeping its text. */
export interface SqlShape {
  /** First keyword of a closed list, upper case; null where the text starts with none. */
  readonly verb: string | null
  /** More than one statement in one string. */
  readonly multiStatement: boolean
}

/**
 * Only words of this list become a record's `verb`: the first word of a broken statement could be anything, a name
 * for example, and a record must not hold it.
 */
const VERBS = new Set(
  (
    'ABORT ALTER ANALYZE ATTACH BEGIN CALL CHECKPOINT CLONE CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE ' +
    'DELETE DESC DESCRIBE DETACH DISCARD DO DROP END EXECUTE EXPLAIN EXPORT FETCH FROM GET GRANT IMPORT INSERT INSTALL LIST ' +
    'LISTEN LOAD LOCK MERGE MOVE MSCK NOTIFY OPTIMIZE PRAGMA PREPARE PUT REFRESH REINDEX RELEASE REMOVE RENAME REPAIR REPLACE ' +
    'RESET REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW START SUMMARIZE TABLE TRUNCATE UNDROP UNLISTEN UNLOAD UNSET UPDATE UPSERT ' +
    'USE VACUUM VALUES WITH'
  ).split(' '),
)

/** Reads just enough SQL to find the first keyword and whether a second statement follows. Never throws. */
export function sqlShape(sql: string, dialect: SqlDialect = dialectOf(null)): SqlShape {
  const [first, second] = startsOf(sql, dialect)
  return { verb: first === undefined ? null : firstWord(sql, first.from), multiStatement: second !== undefined }
}

/** The statements of a text, each from its first word, without the semicolon. A leading bracket is left out. */
export function statementsIn(sql: string, dialect: SqlDialect = dialectOf(null)): string[] {
  return startsOf(sql, dialect).map(({ from, to }) => sql.slice(from, to))
}

function startsOf(sql: string, dialect: SqlDialect): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  let at = 0
  let open = false
  while (at < sql.length) {
    const skipped = skipBlank(sql, at, dialect)
    if (skipped > at) {
      at = skipped
      continue
    }
    const char = sql[at]!
    if (char === ';') {
      if (open) found[found.length - 1]!.to = at
      open = false
      at += 1
      continue
    }
    if (!open && char !== '(') {
      open = true
      found.push({ from: at, to: sql.length })
    }
    at = skipToken(sql, at, dialect)
  }
  return found
}

/** dbt 1.x cuts a seed's INSERT: the first 512 characters and three dots, values left out. */
export function isAbridged(sql: string): boolean {
  return sql.endsWith('...') && sql.length <= 515
}

function firstWord(sql: string, at: number): string | null {
  const word = /^[A-Za-z]{1,24}(?![A-Za-z0-9_$])/.exec(sql.slice(at, at + 25))?.[0]?.toUpperCase()
  return word !== undefined && VERBS.has(word) ? word : null
}
