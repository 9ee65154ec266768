import * as z from 'zod'
import type { EventData } from '../../src/events/index.js'
import type { PostgresTarget } from './dsn.js'
import type { PostgresFailure } from './failure.js'
import { attempt, onPostgres, type PostgresSession, type Query, type SessionOptions } from './session.js'

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

/**
 * Reads where the server stands: system identifier, timeline, WAL insert position, snapshot. Gives `unavailable` with
 * one of the codes below, and never throws; bounded by the deadline of the session.
 *
 * | code | when |
 * |---|---|
 * | `PRE_FAIL` | before the run: no connection, or a query failed; `detail` has the SQLSTATE or the system's code |
 * | `POST_TIMEOUT` | the same after the run, a time-out or not: the run's end could not be anchored |
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
    (session) => session.readOnly((query) => readPosition(query, session.dsnHash, options)),
    options,
  )
  return outcome.ok ? outcome.value : unreachable(outcome.failure, options)
}

async function readPosition(query: Query, dsnHash: string, options: AnchorOptions): Promise<AnchorReading> {
  const base = Base.parse((await query(BASE))[0])
  const unavailable = (code: AnchorUnavailableCode, detail: string | null): AnchorReading => ({
    kind: 'unavailable',
    observedAt: base.observedAt,
    unavailable: { system: 'postgres', phase: options.phase, code, detail, dsnHash },
  })
  if (base.recovery) return unavailable('REPLICA_LAG', null)
  const { values, failed } = await probeAll(query)
  if (values.lsn === null)
    return unavailable('LSN_MISSING', failed.find(([name]) => name === PROBES[1][1])?.[1] ?? null)
  const warnings: AnchorPosition['warnings'] = []
  if (base.number < SUPPORTED_FROM) warnings.push('server-version-best-effort')
  if (!base.commitTimestamps) warnings.push('commit-timestamps-off')
  const { observedAt, version: serverVersion } = base
  const position = {
    system: 'postgres' as const,
    phase: options.phase,
    dsnHash,
    serverVersion,
    ...values,
    observedAt,
    failed,
    warnings,
  }
  return { kind: 'position', position }
}

/** One round trip where all functions are there and allowed; else one by one, to name those that are not. */
async function probeAll(query: Query): Promise<{ values: Probed; failed: [string, string][] }> {
  const columns = PROBES.map(([column, , sql]) => `(${sql}) as "${column}"`).join(', ')
  const all = await attempt(query, async () => (await query(`select ${columns}`))[0] ?? {})
  const failed: [string, string][] = []
  const values: Probed = { systemIdentifier: null, lsn: null, timeline: null, snapshot: null, anchorSessionXid: null }
  for (const [column, name, sql] of PROBES) {
    if (all.ok) values[column] = Value.parse({ value: all.value[column] }).value
    else {
      const one = await attempt(query, async () => Value.parse((await query(sql))[0]).value)
      if (one.ok) values[column] = one.value
      else failed.push([name, one.sqlState])
    }
  }
  return { values, failed }
}

function unreachable(failure: PostgresFailure, options: AnchorOptions): AnchorReading {
  const code = options.phase === 'before' ? 'PRE_FAIL' : 'POST_TIMEOUT'
  return unavailableAnchor(options, code, failure.detail, failure.dsnHash)
}

/** A reading that was not made: `POLICY_SKIP` where there is no address that may be used. */
export function unavailableAnchor(
  options: Pick<AnchorOptions, 'phase' | 'now'>,
  code: AnchorUnavailableCode,
  detail: string | null,
  dsnHash: string | null,
): AnchorReading {
  const system = code === 'POLICY_SKIP' ? 'unknown' : 'postgres'
  return {
    kind: 'unavailable',
    observedAt: options.now().toISOString(),
    unavailable: { system, phase: options.phase, code, detail, dsnHash },
  }
}
