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

/**
 * Reads just enough SQL to find the first keyword and whether a second statement follows: strings ('' doubled, E'' and,
 * where the dialect has them, backslash escapes), quoted identifiers, dollar quotes, line comments and nested block
 * comments. `backslashes`: true for BigQuery, Snowflake, Databricks, Spark, MySQL (whose block comments do not nest).
 * An unfinished string or comment runs to the end of the text. Never throws.
 */
export function sqlShape(sql: string, backslashes = false): SqlShape {
  const [first, second] = startsOf(sql, backslashes)
  return { verb: first === undefined ? null : firstWord(sql, first.from), multiStatement: second !== undefined }
}

/** The statements of a text, each from its first word, without the semicolon. A leading bracket is left out. */
export function statementsIn(sql: string, backslashes = false): string[] {
  return startsOf(sql, backslashes).map(({ from, to }) => sql.slice(from, to))
}

function startsOf(sql: string, backslashes: boolean): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  let at = 0
  let open = false
  while (at < sql.length) {
    const skipped = skipBlank(sql, at, !backslashes)
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
    at = skipToken(sql, at, backslashes)
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

/** White space and comments. */
function skipBlank(sql: string, at: number, nested: boolean): number {
  const char = sql.charCodeAt(at)
  if (char <= 32 || char === 0xa0 || char === 0xfeff) return at + 1
  if (sql.startsWith('--', at)) {
    const end = sql.indexOf('\n', at)
    return end < 0 ? sql.length : end + 1
  }
  if (!sql.startsWith('/*', at)) return at
  let depth = 1
  let next = at + 2
  while (next < sql.length && depth > 0) {
    if (nested && sql.startsWith('/*', next)) {
      depth += 1
      next += 2
    } else if (sql.startsWith('*/', next)) {
      depth -= 1
      next += 2
    } else next += 1
  }
  return next
}

/** One token that is no blank and no semicolon: quoted things as a whole, words as a whole, else one character. */
function skipToken(sql: string, at: number, backslashes: boolean): number {
  const char = sql[at]!
  if (char === "'") return skipQuoted(sql, at, "'", backslashes || /[eE]/.test(wordBefore(sql, at)))
  if (char === '"' || char === '`') return skipQuoted(sql, at, char, backslashes)
  if (char === '$') return skipDollarQuoted(sql, at)
  const word = /^[A-Za-z_0-9\u0080-\uffff][A-Za-z_0-9$\u0080-\uffff]*/.exec(sql.slice(at, at + 256))
  return at + (word?.[0].length ?? 1)
}

/** The one-letter word that stands directly before a quote, as in E'...'. */
function wordBefore(sql: string, at: number): string {
  const letter = sql[at - 1] ?? ''
  return /[A-Za-z0-9_$]/.test(sql[at - 2] ?? '') ? '' : letter
}

function skipQuoted(sql: string, at: number, quote: string, backslashes: boolean): number {
  for (let next = at + 1; next < sql.length; next++) {
    if (backslashes && sql[next] === '\\') next += 1
    else if (sql[next] === quote) {
      if (sql[next + 1] !== quote) return next + 1
      next += 1
    }
  }
  return sql.length
}

function skipDollarQuoted(sql: string, at: number): number {
  const tag = /^\$([A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$/.exec(sql.slice(at, at + 130))?.[0]
  if (tag === undefined) return at + 1
  const end = sql.indexOf(tag, at + tag.length)
  return end < 0 ? sql.length : end + tag.length
}
