import * as z from 'zod'
import type { EventData } from '../../src/events/index.js'
import type { PostgresTarget } from './dsn.js'
import type { FailureKind, PostgresFailure } from './failure.js'
import { attempt, onPostgres, type PostgresSession, type Query, type Row, type SessionOptions } from './session.js'

export type AnchorPhase = 'before' | 'after'
export type AnchorPosition = EventData['dev.clyra.anchor.provisional.v1']
export type AnchorUnavailable = EventData['dev.clyra.anchor.unavailable.v1']
export type AnchorUnavailableCode = AnchorUnavailable['code']

/** Where the server stood, or why that cannot be said. Plain JSON. */
export type AnchorReading =
  | { readonly kind: 'position'; readonly position: AnchorPosition }
  | { readonly kind: 'unavailable'; readonly observedAt: string; readonly unavailable: AnchorUnavailable }

export interface AnchorOptions extends SessionOptions {
  readonly phase: AnchorPhase
  /** This machine's clock: the time of a reading that reached no server. */
  readonly now: () => Date
}

/** The oldest major that is supported; 13 and 14 are read with a warning. */
const SUPPORTED_FROM = 150_000

const TIMESTAMP = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`
/** SQL that renders a timestamptz as RFC 3339 in UTC with microseconds. */
export const rfc3339 = (sql: string): string => `to_char(${sql} at time zone 'UTC', ${TIMESTAMP})`

type Base = z.infer<typeof Base>
const Base = z.object({
  version: z.string().min(1),
  number: z.coerce.number().int(),
  recovery: z.boolean(),
  commitTimestamps: z.boolean(),
  observedAt: z.string(),
})

const BASE = `select current_setting('server_version') as version,
  current_setting('server_version_num') as number,
  pg_is_in_recovery() as recovery,
  coalesce(current_setting('track_commit_timestamp', true), 'off') = 'on' as "commitTimestamps",
  ${rfc3339('clock_timestamp()')} as "observedAt"`

/**
 * What the position is made of, each with the function it needs ("System Administration Functions", "System
 * Information Functions"). The timeline is taken from the name of the WAL file that is being written: after a
 * promotion the control file still names the old one until the next checkpoint.
 */
const PROBES = [
  ['systemIdentifier', 'pg_control_system', 'select system_identifier::text as value from pg_control_system()'],
  ['lsn', 'pg_current_wal_insert_lsn', 'select pg_current_wal_insert_lsn()::text as value'],
  [
    'timeline',
    'pg_walfile_name',
    `select ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint::text as value`,
  ],
  ['snapshot', 'pg_current_snapshot', 'select pg_current_snapshot()::text as value'],
  ['anchorSessionXid', 'pg_current_xact_id_if_assigned', 'select pg_current_xact_id_if_assigned()::text as value'],
] as const

type Probed = Record<(typeof PROBES)[number][0], string | null>
const Value = z.object({ value: z.string().min(1).nullable() })
const Values = z.object({
  systemIdentifier: Value.shape.value,
  lsn: Value.shape.value,
  timeline: Value.shape.value,
  snapshot: Value.shape.value,
  anchorSessionXid: Value.shape.value,
})

/**
 * Reads where the server stands: system identifier, timeline, WAL insert position, snapshot. Gives `unavailable` with
 * one of the codes below, and never throws; bounded by the deadline of the session.
 *
 * | code | when |
 * |---|---|
 * | `DRIVER_MISSING` | the package `pg` is not installed |
 * | `UNREACHABLE` | nothing answered at the address; `detail` has the system's code |
 * | `REFUSED` | the server answered and opened no session; `detail` has the SQLSTATE |
 * | `TIMED_OUT`, after the run `POST_TIMEOUT` | it did not end in time |
 * | `PRE_FAIL`, `POST_FAIL` | before and after the run: anything else, `detail` has the SQLSTATE or a code |
 * | `REPLICA_LAG` | the server is in recovery: a replica says nothing about what was committed |
 * | `LSN_MISSING` | no WAL position: the function is not there or not allowed; `detail` has its SQLSTATE |
 *
 * A function that fails is named with its SQLSTATE in `failed`, and its value is null.
 */
export async function readAnchor(
  where: PostgresTarget | PostgresSession,
  options: AnchorOptions,
): Promise<AnchorReading> {
  const outcome = await onPostgres(
    where,
    (session) => session.readOnly((query) => positionOf(query, session.dsnHash, options.phase)),
    options,
  )
  return outcome.ok ? outcome.value : unreadAnchor(options, outcome.failure)
}

/** The two statements that read an anchor in one round trip; {@link positionFrom} reads their rows. */
export const ANCHOR_STATEMENTS: readonly string[] = [
  BASE,
  `select ${PROBES.map(([column, , sql]) => `(${sql}) as "${column}"`).join(', ')}`,
]

/** The anchor inside an open transaction. One round trip where all functions are there and allowed. */
export async function positionOf(query: Query, dsnHash: string, phase: AnchorPhase): Promise<AnchorReading> {
  const all = await attempt(query, ...ANCHOR_STATEMENTS)
  if (all.ok) return positionFrom(all.rows, dsnHash, phase)
  const base = Base.parse((await query(BASE))[0]?.[0])
  if (base.recovery) return unavailableAt(base, dsnHash, phase, 'REPLICA_LAG', null)
  return positionWith(base, await probeEach(query), dsnHash, phase)
}

/** Pure: the anchor from the rows of {@link ANCHOR_STATEMENTS}. */
export function positionFrom(
  [base, probes]: readonly (readonly Row[])[],
  dsnHash: string,
  phase: AnchorPhase,
): AnchorReading {
  const values = Values.parse(probes?.[0])
  return positionWith(Base.parse(base?.[0]), { values, failed: [] }, dsnHash, phase)
}

interface Probes {
  readonly values: Probed
  /** Function and SQLSTATE. */
  readonly failed: [string, string][]
}

function positionWith(base: Base, { values, failed }: Probes, dsnHash: string, phase: AnchorPhase): AnchorReading {
  if (base.recovery) return unavailableAt(base, dsnHash, phase, 'REPLICA_LAG', null)
  if (values.lsn === null) {
    const reason = failed.find(([name]) => name === PROBES[1][1])?.[1] ?? null
    return unavailableAt(base, dsnHash, phase, 'LSN_MISSING', reason)
  }
  const warnings: AnchorPosition['warnings'] = []
  if (base.number < SUPPORTED_FROM) warnings.push('server-version-best-effort')
  if (!base.commitTimestamps) warnings.push('commit-timestamps-off')
  const { observedAt, version: serverVersion } = base
  const system = 'postgres' as const
  const position = { system, phase, dsnHash, serverVersion, ...values, observedAt, failed, warnings }
  return { kind: 'position', position }
}

function unavailableAt(
  { observedAt }: Base,
  dsnHash: string,
  phase: AnchorPhase,
  code: AnchorUnavailableCode,
  detail: string | null,
): AnchorReading {
  return { kind: 'unavailable', observedAt, unavailable: { system: 'postgres', phase, code, detail, dsnHash } }
}

/** One by one, to name those that fail. */
async function probeEach(query: Query): Promise<Probes> {
  const failed: [string, string][] = []
  const values: Probed = { systemIdentifier: null, lsn: null, timeline: null, snapshot: null, anchorSessionXid: null }
  for (const [column, name, sql] of PROBES) {
    const one = await attempt(query, sql)
    if (one.ok) values[column] = Value.parse(one.rows[0]?.[0]).value
    else failed.push([name, one.sqlState])
  }
  return { values, failed }
}

const CODES = {
  'driver-missing': { before: 'DRIVER_MISSING', after: 'DRIVER_MISSING' },
  'timed-out': { before: 'TIMED_OUT', after: 'POST_TIMEOUT' },
  unreachable: { before: 'UNREACHABLE', after: 'UNREACHABLE' },
  refused: { before: 'REFUSED', after: 'REFUSED' },
  failed: { before: 'PRE_FAIL', after: 'POST_FAIL' },
} as const satisfies Record<FailureKind, Record<AnchorPhase, AnchorUnavailableCode>>

/** The anchor of a session that failed. */
export function unreadAnchor(options: Pick<AnchorOptions, 'phase' | 'now'>, failure: PostgresFailure): AnchorReading {
  const code = CODES[failure.kind][options.phase]
  return unavailableAnchor(options, code, failure.detail === code ? null : failure.detail, failure.dsnHash)
}

/** A reading that gave no position. */
export function unavailableAnchor(
  options: Pick<AnchorOptions, 'phase' | 'now'>,
  code: AnchorUnavailableCode,
  detail: string | null,
  dsnHash: string | null,
): AnchorReading {
  return {
    kind: 'unavailable',
    observedAt: options.now().toISOString(),
    unavailable: { system: 'postgres', phase: options.phase, code, detail, dsnHash },
  }
}
