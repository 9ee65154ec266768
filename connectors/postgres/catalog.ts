import * as z from 'zod'
import { literals } from './literal.js'
import type { Row } from './session.js'

/** `pg_class.relkind` ("pg_class") in words; what dbt can build and read. Indexes, sequences and types are left out. */
const KINDS = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
} as const
export type RelationKind = (typeof KINDS)[keyof typeof KINDS]

const CatalogRow = z
  .object({
    schema: z.string(),
    name: z.string(),
    kind: z.enum(['r', 'p', 'v', 'm', 'f']),
    estimate: z.string().nullable(),
    columns: z.array(z.tuple([z.string(), z.string()])),
  })
  .transform((row): CatalogRelation => ({ ...row, kind: KINDS[row.kind] }))

/** One relation as the catalogue describes it; columns in the order of the table, types as `format_type` writes them. */
export interface CatalogRelation {
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  /** `pg_class.reltuples`, null where the relation was never analysed. */
  readonly estimate: string | null
  readonly columns: [string, string][]
}

/** Never analysed is -1 from PostgreSQL 14 on; 13 says 0 for it, and then 0 is what is told. */
const SELECT = `select n.nspname as schema, c.relname as name, c.relkind::text as kind,
    case when c.reltuples >= 0 and c.relkind not in ('v', 'f') then c.reltuples::bigint::text end as estimate,
    coalesce((
      select json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ), '[]'::json) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')`

/** The statement that lists every relation of the schemas; {@link catalogRelations} reads its rows. */
export function catalogOfSchemas(schemas: readonly string[]): string {
  return `${SELECT} and n.nspname = any(${literals(schemas)})`
}

/** The statement that lists the relations of these names, as far as they are there. */
export function catalogOfRelations(names: readonly (readonly [schema: string, name: string])[]): string {
  const schemas = literals(names.map(([schema]) => schema))
  const relations = literals(names.map(([, name]) => name))
  return `${SELECT} and (n.nspname, c.relname) in (select s::name, r::name from unnest(${schemas}, ${relations}) as wanted(s, r))`
}

/** Rows of either statement. No row of any relation is read. */
export function catalogRelations(rows: readonly Row[]): CatalogRelation[] {
  return rows.map((row) => CatalogRow.parse(row))
}
