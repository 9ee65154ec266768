import * as z from 'zod'
import type { EventData } from '../../src/events/index.js'
import type { CatalogRelation } from './catalog.js'
import { rfc3339 } from './read-anchor.js'
import type { Query } from './session.js'

type RelationReading = EventData['dev.clyra.snapshot.relation.v1']
export type NewestCommit = Pick<RelationReading, 'newestCommit' | 'unavailable'>

const Size = z.object({ bytes: z.string().nullable() })
const Found = z.object({ rows: z.boolean(), newest: z.string().nullable() })

/**
 * When the newest row version of a table was committed: `pg_xact_commit_timestamp` ("Committed Transaction
 * Information") of each distinct `xmin`. It says nothing about rows that were only deleted.
 *
 * Reads the whole table once, so it is not done above `largestBytes`, and is cancelled by the server after
 * `limitMs`. Throws the client's error with its SQLSTATE; row security, where it hides rows, is such an error (42501),
 * because the session has it off.
 */
export async function newestCommit(
  query: Query,
  relation: CatalogRelation,
  limitMs: number,
  largestBytes: number,
): Promise<NewestCommit> {
  const table = `${quoted(relation.schema)}.${quoted(relation.name)}`
  const [size] = await query(
    'select sum(pg_relation_size(relid))::text as bytes from (select relid from pg_partition_tree($1::regclass) union select $1::regclass) as parts',
    [table],
  )
  // Null: dropped by another session since the catalogue was read.
  const bytes = Size.parse(size).bytes
  if (bytes === null || BigInt(bytes) > BigInt(largestBytes)) return { newestCommit: null, unavailable: 'too-large' }
  await query(`set local statement_timeout = ${limitMs}`)
  const [row] = await query(
    `select ${rfc3339('max(pg_xact_commit_timestamp(version))')} as newest, count(*) > 0 as rows
     from (select distinct xmin as version from ${table}) as versions`,
  )
  const found = Found.parse(row)
  if (found.newest !== null) return { newestCommit: found.newest, unavailable: null }
  return { newestCommit: null, unavailable: found.rows ? 'commit-timestamps-off' : 'no-rows' }
}

/** An identifier as SQL ("Identifiers and Key Words"): any character but NUL, which the catalogue cannot hold. */
const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`
