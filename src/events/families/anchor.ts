import * as z from 'zod'
import { codesOf, NO_ANCHOR, WAREHOUSE_SYSTEMS } from '../codes/index.js'
import { decimalString, hexDigest, label, timestamp } from './shapes.js'

/** Where the warehouse stood, in its own words. */
const position = {
  system: z.enum(WAREHOUSE_SYSTEMS),
  phase: z.enum(['before', 'after']),
  /** SHA-256 of `host:port/dbname`. */
  dsnHash: hexDigest,
  serverVersion: label,
  systemIdentifier: label.nullable(),
  timeline: decimalString.nullable(),
  /** WAL insert position as Postgres prints it, e.g. `0/16B3748`. */
  lsn: z
    .string()
    .regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/)
    .nullable(),
  /** `pg_current_snapshot()` as text. */
  snapshot: label.nullable(),
  /** The anchor session's own transaction id: normally null, and never a transaction of the run. */
  anchorSessionXid: label.nullable(),
  observedAt: timestamp,
  /** Functions that failed, each with its SQLSTATE: named, never left blank. */
  failed: z.array(z.tuple([label, label])),
  warnings: z.array(z.enum(['server-version-best-effort', 'commit-timestamps-off'])),
}

export const anchor = {
  'dev.clyra.anchor.provisional.v1': z.strictObject(position),
  'dev.clyra.anchor.confirmed.v1': z.strictObject({ ...position, provisional: label }),
  /** The system after the run is not the one before it, or its WAL went backwards. */
  'dev.clyra.anchor.contradicted.v1': z.strictObject({
    ...position,
    provisional: label,
    reasons: z
      .array(z.enum(['system-identifier-differs', 'timeline-differs', 'lsn-went-back', 'database-differs']))
      .min(1),
  }),
  'dev.clyra.anchor.unavailable.v1': z.strictObject({
    system: z.enum([...WAREHOUSE_SYSTEMS, 'unknown']),
    phase: z.enum(['before', 'after']),
    code: z.enum(codesOf(NO_ANCHOR)),
    /** SQLSTATE or the like; never a message of the server. */
    detail: label.nullable(),
    dsnHash: hexDigest.nullable(),
  }),
} as const
