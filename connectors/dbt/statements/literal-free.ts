import { dialectOf, type SqlDialect } from './sql-dialect.js'
import { skipBlank, skipToken } from './sql-tokens.js'

/** What stands for a literal, or for several in a list. */
const LITERAL = '?'
/** A number that somebody gave a name to (`__dbt_tmp124455512313`, `customer_4711000`). */
const LONG_NUMBER = /[0-9]{6,}/g

/**
 * A statement without what its author typed in: texts, numbers, `true` and `false` are `?` (several in a list are one),
 * comments and white space are gone, words in lower case, long numbers inside names are `#`. What is left is the shape
 * that all statements of one template have: keywords, names, operators. Where a quote may hold a text it is taken for
 * one. An unfinished literal or comment runs to the end. Never throws.
 */
export function literalFree(sql: string, dialect: SqlDialect = dialectOf(null)): string {
  const parts: string[] = []
  for (let at = 0; at < sql.length; ) {
    const blank = skipBlank(sql, at, dialect)
    if (blank > at) {
      at = blank
      continue
    }
    const end = skipToken(sql, at, dialect)
    add(parts, sql.slice(at, end), dialect)
    at = end
  }
  return parts.join(' ')
}

function add(parts: string[], token: string, dialect: SqlDialect): void {
  const part = shapeOf(token, dialect)
  if (part !== LITERAL) {
    parts.push(part)
    return
  }
  // The letter of E'...', N'...', X'...' and U&'...', the point and the sign of a number belong to the literal.
  while (PREFIXES.has(parts.at(-1) ?? '') || isSign(parts)) parts.pop()
  if (parts.at(-1) === LITERAL) return
  if (parts.at(-1) === ',' && parts.at(-2) === LITERAL) parts.pop()
  else parts.push(LITERAL)
}

const PREFIXES: ReadonlySet<string> = new Set(['.', 'b', 'br', 'e', 'n', 'r', 'rb', 'u', 'x'])

/** A plus or minus with nothing before it to add to. */
function isSign(parts: readonly string[]): boolean {
  const [before, last] = parts.slice(-2)
  if (last !== '-' && last !== '+') return false
  return (
    before === undefined ||
    /^([,(=<>+*/%|&-]|select|and|or|then|else|when|in|between|limit|offset|values|by)$/.test(before)
  )
}

function shapeOf(token: string, { doubleQuotedText }: SqlDialect): string {
  const first = token[0]!
  if (first === "'" || (first === '"' && doubleQuotedText)) return LITERAL
  if (first >= '0' && first <= '9') return LITERAL
  if (first === '$' && token.length > 1) return LITERAL
  const name = token.replace(LONG_NUMBER, '#')
  if (first === '"' || first === '`') return name
  const word = name.toLowerCase()
  return word === 'true' || word === 'false' ? LITERAL : word
}
