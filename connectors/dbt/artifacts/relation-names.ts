import { label, type Relation, relationOf } from '../drafts/index.js'

/** How a warehouse keeps a name that was not quoted, and how many bytes of any name. */
interface NameRule {
  readonly unquoted: 'lower' | 'upper' | 'as-written'
  /** Names are kept in lower case although they were quoted. */
  readonly quoted: 'lower' | 'as-written'
  readonly bytes: number | null
}

const rule = (
  unquoted: NameRule['unquoted'],
  quoted: NameRule['quoted'] = 'as-written',
  bytes: number | null = null,
): NameRule => ({ unquoted, quoted, bytes })

/**
 * By dbt's adapter name. PostgreSQL: "Identifiers and Key Words" (folds unquoted names to lower case, ASCII letters
 * alone in a multi-byte encoding; cuts any name at 63 bytes). Redshift: "Names and identifiers" (lower case, quoted
 * too, 127 bytes). Snowflake: "Identifier requirements" (upper case). DuckDB, BigQuery, SQL Server keep what was
 * written; Hive's and Glue's catalogues keep lower case alone.
 */
const RULES: Readonly<Record<string, NameRule>> = {
  athena: rule('lower', 'lower'),
  databricks: rule('lower', 'lower'),
  greenplum: rule('lower', 'as-written', 63),
  materialize: rule('lower'),
  oracle: rule('upper'),
  postgres: rule('lower', 'as-written', 63),
  redshift: rule('lower', 'lower', 127),
  snowflake: rule('upper'),
  spark: rule('lower', 'lower'),
  trino: rule('lower', 'lower'),
}
const AS_WRITTEN = rule('as-written')

export interface NamedRelation {
  /** As dbt printed it for its statements: `"db"."schema"."name"`, `db.schema.Name`, `` `p`.`d`.`n` ``. */
  readonly relationName: string
  readonly database: unknown
  readonly schema: unknown
  readonly identifier: unknown
}

/**
 * The relation as the warehouse keeps it in its catalogue: what dbt quoted as it was written, what it did not quote as
 * the warehouse folds it, both cut where the warehouse cuts. A printed name that cannot be read, or does not fit the
 * parts that dbt gives beside it, leaves these parts as they are. Null where schema or name is unknown.
 */
export function relationAsKept(adapter: string | null, named: NamedRelation): Relation | null {
  const { database, schema, identifier } = named
  const plain = relationOf(database, schema, identifier)
  const printed = partsOf(named.relationName)
  if (printed === null || plain === null) return plain
  const [name, inSchema, inDatabase] = printed.toReversed()
  const parts = [inDatabase, inSchema, name].map((part) => part?.text)
  if (parts[2] !== plain[2] || parts[1] !== plain[1]) return plain
  const kept = (part: Part | undefined): string | null => (part === undefined ? null : keep(ruleOf(adapter), part))
  return relationOf(kept(inDatabase) ?? label(database), kept(inSchema), kept(name))
}

interface Part {
  readonly text: string
  readonly quoted: boolean
}

function ruleOf(adapter: string | null): NameRule {
  return (adapter !== null && Object.hasOwn(RULES, adapter) ? RULES[adapter] : undefined) ?? AS_WRITTEN
}

function keep({ unquoted, quoted, bytes }: NameRule, part: Part): string {
  const how = part.quoted ? quoted : unquoted
  const text = how === 'lower' ? lower(part.text) : how === 'upper' ? part.text.toUpperCase() : part.text
  return bytes === null ? text : cutAt(bytes, text)
}

/** ASCII letters alone, as PostgreSQL folds in a multi-byte encoding. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** At most so many bytes of UTF-8, never a part of a character. */
function cutAt(bytes: number, text: string): string {
  const encoded = new TextEncoder().encode(text)
  if (encoded.length <= bytes) return text
  let end = bytes
  while (end > 0 && (encoded[end]! & 0xc0) === 0x80) end -= 1
  return new TextDecoder().decode(encoded.subarray(0, end))
}

const PRINTED = /"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([^\s."`[\]]+)/y

/** Two or three parts with dots between; null for anything else. */
function partsOf(printed: string): Part[] | null {
  const parts: Part[] = []
  let at = 0
  while (parts.length < 3) {
    PRINTED.lastIndex = at
    const found = PRINTED.exec(printed)
    if (found === null) return null
    const [whole, double, back, bracket, bare] = found
    const text = double?.replaceAll('""', '"') ?? back ?? bracket ?? bare ?? ''
    parts.push({ text, quoted: bare === undefined })
    at += whole.length
    if (at === printed.length) return parts.length < 2 ? null : parts
    if (printed[at] !== '.') return null
    at += 1
  }
  return null
}
