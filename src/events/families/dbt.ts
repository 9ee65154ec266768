import * as z from 'zod'
import { decimalString, fractionString, hexDigest, label, sealedValue, timestamp, voice } from './shapes.js'

const nodeStatus = z.enum([
  'success',
  'error',
  'skipped',
  'partial',
  'pass',
  'fail',
  'warn',
  'runtime-error',
  'no-op',
  'compiled',
  'reused',
  'interrupted',
  'unknown',
])

export const dbt = {
  'dev.clyra.dbt.invocation.started.v1': z.strictObject({
    voice,
    invocation: label,
    engine: z.enum(['dbt-core', 'dbt-fusion', 'unknown']),
    version: label.nullable(),
    /** The sub-command, e.g. `build`; null where the source does not tell. */
    command: label.nullable(),
    /** The whole command line, sealed: `--vars` may hold secrets. */
    arguments: sealedValue.nullable(),
    project: label.nullable(),
    target: label.nullable(),
    adapter: label.nullable(),
    threads: z.int().min(1).nullable(),
  }),
  'dev.clyra.dbt.invocation.completed.v1': z.strictObject({
    voice,
    invocation: label,
    success: z.boolean().nullable(),
    elapsedSeconds: fractionString.nullable(),
    /** Pairs status -> how many nodes, sorted by status. */
    results: z.array(z.tuple([label, decimalString])),
  }),
  /** One node (model, seed, snapshot, operation, ...) as one voice tells it. Tests are `dbt.test.result`. */
  'dev.clyra.dbt.node.executed.v1': z.strictObject({
    voice,
    invocation: label,
    node: label,
    resourceType: label,
    materialized: label.nullable(),
    /** [database, schema, identifier] of what the node builds; null for operations. */
    relation: z.tuple([label.nullable(), label, label]).nullable(),
    status: nodeStatus,
    startedAt: timestamp.nullable(),
    completedAt: timestamp.nullable(),
    executionSeconds: fractionString.nullable(),
    thread: label.nullable(),
    /** The adapter's last command tag, e.g. `INSERT`; never the whole story of a multi-statement node. */
    adapterCode: label.nullable(),
    rowsAffected: decimalString.nullable(),
    message: sealedValue.nullable(),
  }),
  /** What the adapter answered for a node, beside code and rows: metadata of the warehouse's own, such as query ids. */
  'dev.clyra.dbt.node.response.v1': z.strictObject({
    voice,
    invocation: label,
    node: label,
    /** Pairs of member and value as text, sorted by member. */
    members: z.array(z.tuple([label, label])).max(64),
    /** Names of members that are not kept: they may hold text of the user's. */
    leftOut: z.array(label).max(64),
    /** Batches of a microbatch model; null elsewhere. */
    batches: z.strictObject({ succeeded: decimalString, failed: decimalString }).nullable(),
  }),
  /** How fresh a source is, as `dbt source freshness` found it. */
  'dev.clyra.dbt.source.freshness.v1': z.strictObject({
    voice,
    invocation: label,
    node: label,
    status: z.enum(['pass', 'warn', 'error', 'runtime-error', 'unknown']),
    maxLoadedAt: timestamp.nullable(),
    observedAt: timestamp.nullable(),
    ageSeconds: fractionString.nullable(),
    /** [count, period], e.g. ["12", "hour"]. */
    warnAfter: z.tuple([decimalString, label]).nullable(),
    errorAfter: z.tuple([decimalString, label]).nullable(),
    executionSeconds: fractionString.nullable(),
    message: sealedValue.nullable(),
  }),
  'dev.clyra.dbt.test.result.v1': z.strictObject({
    voice,
    invocation: label,
    node: label,
    /** The nodes the test looks at, as far as the manifest or log tells. */
    tested: z.array(label),
    severity: z.enum(['error', 'warn']).nullable(),
    status: nodeStatus,
    failures: decimalString.nullable(),
    startedAt: timestamp.nullable(),
    completedAt: timestamp.nullable(),
    executionSeconds: fractionString.nullable(),
    thread: label.nullable(),
    message: sealedValue.nullable(),
  }),
  /** One statement that dbt's log saw go to the warehouse (or one COMMIT / ROLLBACK that it says it sent). */
  'dev.clyra.dbt.statement.executed.v1': z
    .strictObject({
      voice,
      invocation: label,
      /** Place among the statements of this source, from "0". */
      ordinal: decimalString,
      node: label.nullable(),
      /** Where it belongs: a node, an on-run hook, or dbt's own catalogue work. */
      origin: z.enum(['node', 'on-run-start', 'on-run-end', 'internal', 'unknown']),
      connection: label.nullable(),
      thread: label.nullable(),
      /**
       * `statement`: SQL text; `scaffold`: SQL text that touches only what dies with the session or is dbt's own
       * (`__dbt_tmp`, `__dbt_backup`); `commit` / `rollback`: dbt says so, without SQL.
       */
      kind: z.enum(['statement', 'scaffold', 'commit', 'rollback']),
      /** First keyword, upper case (SELECT, CREATE, ...), null where there is none. Metadata, never text. */
      verb: z
        .string()
        .regex(/^[A-Z]{1,24}$/)
        .nullable(),
      text: sealedValue.nullable(),
      /**
       * HMAC-SHA-256 of the exact text under a fingerprint key: attested, not recomputable without it. The key is made of
       * the run's subject key and dies with it; in records of earlier releases it may be the vault's.
       */
      fingerprint: hexDigest.nullable(),
      /** Which fingerprint key, so that equal fingerprints are only compared under one. */
      fingerprintKey: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .nullable(),
      /** True where the source says, or its known limits tell, that the text is not whole. */
      truncated: z.boolean(),
      /** More than one SQL statement in one string; only the last command tag is known. */
      multiStatement: z.boolean(),
      startedAt: timestamp.nullable(),
      elapsedSeconds: fractionString.nullable(),
      outcome: z.enum(['success', 'error', 'unknown']),
      commandTag: label.nullable(),
      rows: decimalString.nullable(),
      /** The warehouse's own id of the query, where the adapter gives one. */
      queryId: label.nullable(),
    })
    .refine(
      (d) => (d.fingerprint === null) === (d.fingerprintKey === null),
      'has a fingerprint exactly where it names the fingerprint key',
    ),
  /** Of statements of a log, what is left of each without literals and comments, as an HMAC: it outlives an erasure. */
  'dev.clyra.dbt.statement.shapes.v1': z.strictObject({
    voice,
    invocation: label,
    /** Which fingerprint key, the ledger's: the same in every run. */
    key: z.string().regex(/^[0-9a-f]{16}$/),
    /** Pairs of a statement's ordinal and HMAC-SHA-256(key, "clyra.sql-shape/1\n" || literal-free text). */
    shapes: z
      .array(z.tuple([decimalString, hexDigest]))
      .min(1)
      .max(256),
  }),
} as const
