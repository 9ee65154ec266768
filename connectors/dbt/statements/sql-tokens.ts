import type { SqlDialect } from './sql-dialect.js'

/*
 * Where the things in a SQL text end: just enough to step over strings ('' doubled, E'' and, where the dialect has them,
 * backslash escapes), quoted names, dollar quotes, line comments and block comments. What is unfinished runs to the end
 * of the text. Nothing here throws.
 */

/** The place after white space and comments that begin at `at`; `at` where there are none. One step at a time. */
export function skipBlank(sql: string, at: number, dialect: SqlDialect): number {
  const char = sql.charCodeAt(at)
  if (char <= 32 || char === 0xa0 || char === 0xfeff) return at + 1
  if (sql.startsWith('--', at) || dialect.lineComments.some((mark) => sql.startsWith(mark, at))) {
    const end = sql.indexOf('\n', at)
    return end < 0 ? sql.length : end + 1
  }
  if (!sql.startsWith('/*', at)) return at
  let depth = 1
  let next = at + 2
  while (next < sql.length && depth > 0) {
    if (!dialect.backslashes && sql.startsWith('/*', next)) {
      depth += 1
      next += 2
    } else if (sql.startsWith('*/', next)) {
      depth -= 1
      next += 2
    } else next += 1
  }
  return next
}

/** The end of the token that begins at `at` and is no blank: quoted things as a whole, words as a whole, else one character. */
export function skipToken(sql: string, at: number, dialect: SqlDialect): number {
  const char = sql[at]!
  if (dialect.tripleQuotes && (sql.startsWith("'''", at) || sql.startsWith('"""', at)))
    return skipTriple(sql, at, char.repeat(3))
  if (char === "'") return skipQuoted(sql, at, "'", dialect.backslashes || /[eE]/.test(wordBefore(sql, at)))
  if (char === '"' || char === '`') return skipQuoted(sql, at, char, dialect.backslashes)
  if (char === '$') return skipDollarQuoted(sql, at)
  return skipWord(sql, at)
}

const WORD = /[A-Za-z_0-9\u0080-\uffff][A-Za-z_0-9$\u0080-\uffff]*/y

function skipWord(sql: string, at: number): number {
  WORD.lastIndex = at
  return at + (WORD.exec(sql)?.[0].length ?? 1)
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

function skipTriple(sql: string, at: number, quotes: string): number {
  for (let next = at + 3; next < sql.length; next++) {
    if (sql[next] === '\\') next += 1
    else if (sql.startsWith(quotes, next)) return next + 3
  }
  return sql.length
}

function skipDollarQuoted(sql: string, at: number): number {
  const tag = /^\$([A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*)?\$/.exec(sql.slice(at, at + 130))?.[0]
  if (tag === undefined) return at + 1
  const end = sql.indexOf(tag, at + tag.length)
  return end < 0 ? sql.length : end + tag.length
}
