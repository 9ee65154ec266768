import type { DraftEvent, EventData } from '../../src/events/index.js'
import type { ClaimedRelation } from '../../src/ports/index.js'
import { type CatalogRelation, catalogOfRelations, catalogRelations } from './catalog.js'
import { draftOf } from './draft.js'
import type { PostgresTarget } from './dsn.js'
import type { PostgresOutcome } from './failure.js'
import { type NewestCommit, newestCommits } from './newest-commit.js'
import { rfc3339 } from './read-anchor.js'
import { onPostgres, type PostgresSession, type Query, type SessionOptions } from './session.js'

export type RelationReading = EventData['dev.clyra.snapshot.relation.v1']

export interface RelationsOptions extends SessionOptions {
  /** Time for all newest-commit readings together, in milliseconds; what is left over is `too-large`. Default 1000. */
  readonly commitBudgetMs?: number
  /** Relations above this many bytes are not searched for their newest commit. Default 64 MiB. */
  readonly largestBytes?: number
}

const COMMIT_BUDGET_MS = 1000
const LARGEST_BYTES = 64 * 1024 * 1024
/** Columns that one record lists; longest names and usual types stay within 50 KB. */
export const LISTED_COLUMNS = 400

/**
 * What the warehouse says about each relation: there or not, kind, columns, estimated rows, and when the newest row
 * version was committed (by `xmin`, where the server keeps commit timestamps). A few round trips
 * for all. In the order of `claimed`. Failures are values:
 *
 * | `unavailable` | when |
 * |---|---|
 * | `absent` | no such relation in this database (`present: false`) |
 * | `not-a-table` | a view or foreign table holds no row versions |
 * | `commit-timestamps-off` | `track_commit_timestamp` is off, or was when these rows were committed |
 * | `no-rows` | the table is empty |
 * | `permission-denied` | no right to read the table, or row security hides rows |
 * | `too-large` | above `largestBytes`, or the time for all readings was used up |
 * | `query-failed` | another error; or the relation is in another database (`present: null`) |
 */
export async function readRelations(
  where: PostgresTarget | PostgresSession,
  claimed: readonly ClaimedRelation[],
  options: RelationsOptions = {},
): Promise<PostgresOutcome<RelationReading[]>> {
  return onPostgres(
    where,
    (session) => session.readOnly((query) => readAll(query, session.database, claimed, options)),
    options,
  )
}

async function readAll(
  query: Query,
  database: string,
  claimed: readonly ClaimedRelation[],
  options: RelationsOptions,
): Promise<RelationReading[]> {
  const visible = claimed.filter(({ relation }) => isVisible(relation, database))
  const [clock = [], rows = []] = await query(
    CLOCK,
    catalogOfRelations(visible.map(({ relation: [, schema, name] }) => [schema, name] as const)),
  )
  const found = new Map(catalogRelations(rows).map((relation) => [keyOf(relation.schema, relation.name), relation]))
  const inCatalog = visible.flatMap(({ relation: [, schema, name] }) => found.get(keyOf(schema, name)) ?? [])
  const commits = await commitsOf(query, [...new Set(inCatalog)], clock[0]?.['kept'] === true, options)
  const observedAt = String(clock[0]?.['now'])
  return claimed.map(({ node, relation }) => {
    const there = found.get(keyOf(relation[1], relation[2]))
    const said = !isVisible(relation, database)
      ? UNREAD
      : there === undefined
        ? ABSENT
        : { ...described(there), ...(commits.get(there) ?? NOT_SEARCHED) }
    return { voice: 'warehouse', system: 'postgres', node, relation: [...relation], observedAt, ...said }
  })
}

const CLOCK = `select ${rfc3339('clock_timestamp()')} as now,
  coalesce(current_setting('track_commit_timestamp', true), 'off') = 'on' as kept`

type Said = Omit<RelationReading, 'voice' | 'system' | 'node' | 'relation' | 'observedAt'>

const NOTHING = { kind: null, columns: [], columnsTruncated: false, estimatedRows: null, newestCommit: null }
const ABSENT: Said = { ...NOTHING, present: false, unavailable: 'absent' }
const UNREAD: Said = { ...NOTHING, present: null, unavailable: 'query-failed' }
const NOT_SEARCHED: NewestCommit = { newestCommit: null, unavailable: 'not-a-table' }

/** The readings where the session that was to look them up failed: each relation is named, nothing is known of it. */
export function unreadRelations(claimed: readonly ClaimedRelation[], observedAt: string): RelationReading[] {
  return claimed.map(({ node, relation }) => ({
    voice: 'warehouse',
    system: 'postgres',
    node,
    relation: [...relation],
    observedAt,
    ...UNREAD,
  }))
}

/** A session sees one database; a name with NUL cannot be sent to the server at all. */
const isVisible = ([database, schema, name]: ClaimedRelation['relation'], connected: string): boolean =>
  (database === null || database === connected) && !`${schema}${name}`.includes('\0')

/** Identifiers never hold NUL. */
const keyOf = (schema: string, name: string): string => `${schema}\0${name}`

const described = (relation: CatalogRelation) => ({
  present: true,
  kind: relation.kind,
  columns: relation.columns.slice(0, LISTED_COLUMNS),
  columnsTruncated: relation.columns.length > LISTED_COLUMNS,
  estimatedRows: relation.estimate,
})

/** The newest commit of each relation that holds row versions. */
async function commitsOf(
  query: Query,
  relations: readonly CatalogRelation[],
  kept: boolean,
  options: RelationsOptions,
): Promise<Map<CatalogRelation, NewestCommit>> {
  const tables = relations.filter(({ kind }) => kind !== 'view' && kind !== 'foreign-table')
  const commits: readonly NewestCommit[] = kept
    ? await newestCommits(query, tables, {
        budgetMs: options.commitBudgetMs ?? COMMIT_BUDGET_MS,
        largestBytes: options.largestBytes ?? LARGEST_BYTES,
      })
    : tables.map(() => ({ newestCommit: null, unavailable: 'commit-timestamps-off' }))
  return new Map(tables.map((table, at) => [table, commits[at] ?? NOT_SEARCHED]))
}

/** The event of one reading; one for each node of a run. */
export function relationDraft(run: string, reading: RelationReading): DraftEvent<'dev.clyra.snapshot.relation.v1'> {
  return draftOf(run, 'relation', reading.node, 'dev.clyra.snapshot.relation.v1', reading.observedAt, reading)
}
