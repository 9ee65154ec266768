import { dialectOf, type SqlDialect } from './sql-dialect.js'
import { statementsIn } from './sql-shape.js'

/** `"db"."schema"."orders__dbt_tmp"`: parts quoted as any warehouse quotes them. */
const PART = '(?:"(?:[^"]|"")*"|`[^`]*`|\\[[^\\]]*\\]|[\\w$]+)'
const NAME = `(${PART}(?:\\s*\\.\\s*${PART})*)`
const TABLE = '(?:table|view|materialized\\s+view|dynamic\\s+table)'

/** What dies with the session. */
const TEMPORARY = /^create\s+(?:or\s+replace\s+)?(?:(?:local|global)\s+)?temp(?:orary)?\s+(?:table|view)\b/i
/** Statements that touch one relation, whose name is their first group. */
const TOUCHES = [
  `create\\s+(?:or\\s+replace\\s+)?(?:unlogged\\s+|transient\\s+)?${TABLE}\\s+(?:if\\s+not\\s+exists\\s+)?${NAME}`,
  `drop\\s+${TABLE}\\s+(?:if\\s+exists\\s+)?${NAME}(?:\\s+(?:cascade|restrict))?\\s*$`,
  `create\\s+(?:unique\\s+)?index\\s+(?:if\\s+not\\s+exists\\s+)?(?:${PART}\\s+)?on\\s+(?:only\\s+)?${NAME}`,
  `(?:insert\\s+into|delete\\s+from|truncate(?:\\s+table)?)\\s+${NAME}`,
].map((pattern) => new RegExp(`^${pattern}`, 'i'))

/** dbt's names for the table that it builds aside and the one that it puts aside; a time may follow. */
const OWN_NAME = /__dbt_(?:tmp|backup)[0-9_]*["`\]]?$/i

/** Enough for any name; what follows is the query. */
const HEAD = 2048

/**
 * True where a text can change nothing that outlives the session or that anybody but dbt looks at: each of its
 * statements makes a temporary table, or touches only a relation that dbt names as its own scaffolding (`__dbt_tmp`,
 * `__dbt_backup`). Putting a table aside or into place (`alter table ... rename`) is no scaffolding: it moves the
 * table that people use. In doubt false.
 */
export function isScaffolding(sql: string, dialect: SqlDialect = dialectOf(null)): boolean {
  if (!/__dbt_(tmp|backup)|\btemp/i.test(sql)) return false
  const statements = statementsIn(sql, dialect)
  return statements.length > 0 && statements.every((text) => isOwn(text.slice(0, HEAD).trimEnd()))
}

function isOwn(text: string): boolean {
  if (TEMPORARY.test(text)) return true
  return TOUCHES.some((pattern) => OWN_NAME.test(pattern.exec(text)?.[1] ?? ''))
}
