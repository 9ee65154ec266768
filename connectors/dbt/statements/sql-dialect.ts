/** How a warehouse writes texts and comments, as far as it decides where one ends. */
export interface SqlDialect {
  /** A backslash takes the next character's meaning away inside quotes; block comments do not nest there. */
  readonly backslashes: boolean
  /** Double quotes hold a text, or may: only where a name in quotes is sure are they a name. */
  readonly doubleQuotedText: boolean
  /** `'''` and `"""` open a text that runs to the same three quotes. */
  readonly tripleQuotes: boolean
  /** What begins a comment to the end of the line, beside `--`. */
  readonly lineComments: readonly string[]
}

const STANDARD: SqlDialect = { backslashes: false, doubleQuotedText: false, tripleQuotes: false, lineComments: [] }
const BACKSLASHES: SqlDialect = { ...STANDARD, backslashes: true }
/** Spark, Databricks, Hive: double quotes are texts. */
const SPARK: SqlDialect = { ...BACKSLASHES, doubleQuotedText: true }

const DIALECTS: ReadonlyMap<string, SqlDialect> = new Map([
  ...['postgres', 'redshift', 'greenplum', 'materialize', 'risingwave', 'duckdb', 'trino', 'oracle', 'sqlserver'].map(
    (adapter): [string, SqlDialect] => [adapter, STANDARD],
  ),
  ['snowflake', { ...BACKSLASHES, lineComments: ['//'] }],
  ['bigquery', { ...SPARK, tripleQuotes: true, lineComments: ['#'] }],
  ['mysql', { ...SPARK, lineComments: ['#'] }],
  ['databricks', SPARK],
  ['spark', SPARK],
  ['clickhouse', { ...BACKSLASHES, lineComments: ['#'] }],
  ['athena', BACKSLASHES],
])

/** The dialect of an adapter as dbt names it; of an unknown one, the standard's, with double quotes taken for texts. */
export function dialectOf(adapter: string | null): SqlDialect {
  return DIALECTS.get(adapter ?? '') ?? { ...STANDARD, doubleQuotedText: true }
}
