import * as z from 'zod'
import { codesOf, NO_RELATION, WAREHOUSE_SYSTEMS } from '../codes/index.js'
import { decimalString, hexDigest, label, relationName, timestamp } from './shapes.js'

export const snapshot = {
  /** Metadata of the schemas that a run touches: no row is read. */
  'dev.clyra.snapshot.captured.v1': z.strictObject({
    voice: z.literal('warehouse'),
    system: z.enum(WAREHOUSE_SYSTEMS),
    phase: z.enum(['before', 'after']),
    dsnHash: hexDigest,
    observedAt: timestamp,
    /** SHA-256 over the JCS list of [schema, relation, kind, [[column, type], ...]], sorted. */
    schemaFingerprint: hexDigest,
    /** [schema, relation, kind, estimated rows or null], sorted; estimates are `pg_class.reltuples`. */
    relations: z.array(z.tuple([label, label, label, decimalString.nullable()])),
    /** True where the list was cut at the limit; the fingerprint covers all. */
    truncated: z.boolean(),
  }),
  /** The warehouse's word on one relation that the tool says it built. */
  'dev.clyra.snapshot.relation.v1': z.strictObject({
    voice: z.literal('warehouse'),
    system: z.enum(WAREHOUSE_SYSTEMS),
    node: label,
    relation: relationName,
    observedAt: timestamp,
    present: z.boolean().nullable(),
    /** table, view, materialized-view, ...; null where absent or not readable. */
    kind: label.nullable(),
    columns: z.array(z.tuple([label, label])),
    /** True where the list was cut so that the record stays within its limit. */
    columnsTruncated: z.boolean(),
    estimatedRows: decimalString.nullable(),
    /** Newest `pg_xact_commit_timestamp(xmin)`, where the server keeps it. */
    newestCommit: timestamp.nullable(),
    /** Why newestCommit or the whole reading is null: a closed list. */
    unavailable: z.enum(codesOf(NO_RELATION)).nullable(),
  }),
} as const
