import { canonicalBytes, hex } from '../../src/canonical/index.js'
import { sha256 } from '../../src/crypto/index.js'
import type { DraftEvent, EventData } from '../../src/events/index.js'
import { type CatalogRelation, catalogOfSchemas, catalogRelations } from './catalog.js'
import { draftOf } from './draft.js'
import type { PostgresTarget } from './dsn.js'
import type { PostgresOutcome } from './failure.js'
import { type AnchorPhase, rfc3339 } from './read-anchor.js'
import { onPostgres, type PostgresSession, type Row, type SessionOptions } from './session.js'

export type SchemaSnapshot = EventData['dev.clyra.snapshot.captured.v1']

export interface SchemasOptions extends SessionOptions {
  readonly phase: AnchorPhase
  /** Schemas of the connected database that the run touches. */
  readonly schemas: readonly string[]
}

/** How many relations one record lists; the fingerprint covers all. With names of full length that is 60 KB. */
export const LISTED_RELATIONS = 300

/**
 * Metadata of the schemas: one catalogue query in one snapshot of the database. Gives a failure as a value, never
 * throws. The same schemas give the same fingerprint, whatever their row counts.
 */
export async function readSchemas(
  where: PostgresTarget | PostgresSession,
  options: SchemasOptions,
): Promise<PostgresOutcome<SchemaSnapshot>> {
  return onPostgres(
    where,
    (session) =>
      session.readOnly(async (query) =>
        snapshotFrom(await query(...schemaStatements(options.schemas)), session.dsnHash, options.phase),
      ),
    options,
  )
}

/** The two statements that describe schemas in one round trip; {@link snapshotFrom} reads their rows. */
export function schemaStatements(schemas: readonly string[]): readonly string[] {
  return [`select ${rfc3339('clock_timestamp()')} as now`, catalogOfSchemas(schemas)]
}

/** Pure: the data of `snapshot.captured` from the rows of {@link schemaStatements}. */
export function snapshotFrom(
  [clock, relations]: readonly (readonly Row[])[],
  dsnHash: string,
  phase: AnchorPhase,
): SchemaSnapshot {
  return snapshotOf(catalogRelations(relations ?? []), phase, dsnHash, String(clock?.[0]?.['now']))
}

/** Pure: the data of `snapshot.captured`. */
export function snapshotOf(
  relations: readonly CatalogRelation[],
  phase: AnchorPhase,
  dsnHash: string,
  observedAt: string,
): SchemaSnapshot {
  const sorted = [...relations].sort((a, b) => byText(a.schema, b.schema) || byText(a.name, b.name))
  const described = sorted.map(({ schema, name, kind, columns }) => [schema, name, kind, columns])
  return {
    voice: 'warehouse',
    system: 'postgres',
    phase,
    dsnHash,
    observedAt,
    schemaFingerprint: hex(sha256(canonicalBytes(described))),
    relations: sorted
      .slice(0, LISTED_RELATIONS)
      .map(({ schema, name, kind, estimate }) => [schema, name, kind, estimate]),
    truncated: sorted.length > LISTED_RELATIONS,
  }
}

/** The event of one snapshot; one for each phase of a run. */
export function snapshotDraft(run: string, snapshot: SchemaSnapshot): DraftEvent<'dev.clyra.snapshot.captured.v1'> {
  return draftOf(run, 'snapshot', snapshot.phase, 'dev.clyra.snapshot.captured.v1', snapshot.observedAt, snapshot)
}

/** By UTF-16 code units, as RFC 8785 sorts: no locale decides about a digest. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
