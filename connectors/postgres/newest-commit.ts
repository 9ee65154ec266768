import * as z from 'zod'
import type { EventData } from '../../src/events/index.js'
import type { CatalogRelation } from './catalog.js'
import { INSUFFICIENT_PRIVILEGE, QUERY_CANCELED } from './failure.js'
import { identifier, literals } from './literal.js'
import { rfc3339 } from './read-anchor.js'
import { attempt, type Query } from './session.js'

type RelationReading = EventData['dev.clyra.snapshot.relation.v1']
export type NewestCommit = Pick<RelationReading, 'newestCommit' | 'unavailable'>

export interface CommitLimits {
  /** Milliseconds for all tables together. */
  readonly budgetMs: number
  /** Tables above this many bytes are not searched. */
  readonly largestBytes: number
}

const Size = z.object({ bytes: z.string().nullable() })
const Found = z.object({ at: z.coerce.number().int(), rows: z.boolean(), newest: z.string().nullable() })

/** How much one statement reads, in tables: with more, one that fails spoils too many. */
const TABLES_AT_ONCE = 50

/**
 * When the newest row version of each table was committed: `pg_xact_commit_timestamp` ("Committed Transaction
 * Information") of each distinct `xmin`. It says nothing about rows that were only deleted. In the order of `tables`.
 *
 * Reads each table once, so it is not done above `largestBytes`, and is cancelled by the server when the budget is used
 * up. Many tables take one round trip; where one of them fails (locked, no right, row security that hides rows, which
 * the session has off) they are read one by one.
 */
export async function newestCommits(
  query: Query,
  tables: readonly CatalogRelation[],
  limits: CommitLimits,
): Promise<NewestCommit[]> {
  const end = performance.now() + limits.budgetMs
  const left = () => Math.floor(end - performance.now())
  const found: NewestCommit[] = []
  for (let at = 0; at < tables.length; at += TABLES_AT_ONCE) {
    const some = tables.slice(at, at + TABLES_AT_ONCE)
    found.push(...((await together(query, some, limits, left)) ?? (await each(query, some, limits, left))))
  }
  return found
}

/** Undefined where a statement failed for another reason than time. */
async function together(
  query: Query,
  tables: readonly CatalogRelation[],
  limits: CommitLimits,
  left: () => number,
): Promise<NewestCommit[] | undefined> {
  if (left() < 1) return tables.map(() => unread('too-large'))
  const sizes = await attempt(query, limitTo(left()), sizesOf(tables))
  if (!sizes.ok) return undefined
  const small = (sizes.rows[1] ?? []).map((row) => isSmall(row, limits))
  const searched = tables.filter((_, at) => small[at] === true)
  if (searched.length === 0 || left() < 1) return tables.map(() => unread('too-large'))
  const read = await attempt(query, limitTo(left()), newestOf(searched))
  if (!read.ok && read.sqlState !== QUERY_CANCELED) return undefined
  const rows = read.ok ? (read.rows[1] ?? []).map((row) => Found.parse(row)) : []
  const byTable = new Map(rows.map((row) => [searched[row.at], commitIn(row)]))
  return tables.map((table) => byTable.get(table) ?? unread('too-large'))
}

async function each(
  query: Query,
  tables: readonly CatalogRelation[],
  limits: CommitLimits,
  left: () => number,
): Promise<NewestCommit[]> {
  const found: NewestCommit[] = []
  for (const table of tables) found.push(left() < 1 ? unread('too-large') : await alone(query, table, limits, left()))
  return found
}

async function alone(
  query: Query,
  table: CatalogRelation,
  limits: CommitLimits,
  limitMs: number,
): Promise<NewestCommit> {
  const size = await attempt(query, limitTo(limitMs), sizesOf([table]))
  if (!size.ok) return unread(reasonOf(size.sqlState))
  if (!isSmall(size.rows[1]?.[0], limits)) return unread('too-large')
  const read = await attempt(query, newestOf([table]))
  return read.ok ? commitIn(Found.parse(read.rows[0]?.[0])) : unread(reasonOf(read.sqlState))
}

function reasonOf(sqlState: string): NonNullable<NewestCommit['unavailable']> {
  if (sqlState === INSUFFICIENT_PRIVILEGE) return 'permission-denied'
  return sqlState === QUERY_CANCELED ? 'too-large' : 'query-failed'
}

const unread = (unavailable: NonNullable<NewestCommit['unavailable']>): NewestCommit => ({
  newestCommit: null,
  unavailable,
})

const commitIn = ({ newest, rows }: z.infer<typeof Found>): NewestCommit =>
  newest === null ? unread(rows ? 'commit-timestamps-off' : 'no-rows') : { newestCommit: newest, unavailable: null }

/** Null: dropped by another session since the catalogue was read. */
function isSmall(row: unknown, { largestBytes }: CommitLimits): boolean {
  const { bytes } = Size.parse(row)
  return bytes !== null && BigInt(bytes) <= BigInt(largestBytes)
}

const limitTo = (milliseconds: number): string => `set local statement_timeout = ${Math.max(1, milliseconds)}`
const nameOf = ({ schema, name }: CatalogRelation): string => `${identifier(schema)}.${identifier(name)}`

/** What their row versions take on disk, partitions included. */
const sizesOf = (tables: readonly CatalogRelation[]): string =>
  `select (select sum(pg_relation_size(relid))::text
      from (select relid from pg_partition_tree(wanted.name::regclass) union select wanted.name::regclass) as parts
    ) as bytes
  from unnest(${literals(tables.map(nameOf))}) with ordinality as wanted(name, at) order by wanted.at`

const newestOf = (tables: readonly CatalogRelation[]): string =>
  tables
    .map(
      (
        table,
        at,
      ) => `select ${at} as at, ${rfc3339('max(pg_xact_commit_timestamp(version))')} as newest, count(*) > 0 as rows
      from (select distinct xmin as version from ${nameOf(table)}) as versions`,
    )
    .join('\nunion all ')
