import * as z from 'zod'
import type { WarehouseFinding } from '../../src/ports/index.js'
import { describeConnection } from './describe-connection.js'
import type { PostgresTarget } from './dsn.js'
import type { FailureKind, PostgresFailure } from './failure.js'
import { NO_SURROUNDINGS, type Surroundings, UnusableParameter } from './libpq/index.js'
import { readAnchor } from './read-anchor.js'
import { type SessionOptions, withPostgres } from './session.js'

const Facts = z.object({
  version: z.string(),
  number: z.coerce.number().int(),
  recovery: z.boolean(),
  walLevel: z.string(),
  commitTimestamps: z.string().nullable(),
  superuser: z.boolean(),
  creates: z.boolean(),
})

const FACTS = `select current_setting('server_version') as version, current_setting('server_version_num') as number,
  pg_is_in_recovery() as recovery, current_setting('wal_level') as "walLevel",
  current_setting('track_commit_timestamp', true) as "commitTimestamps",
  current_setting('is_superuser') = 'on' as superuser,
  has_database_privilege(current_database(), 'CREATE') as creates`

/**
 * Looks at a server as anchors and snapshots need it: which connection would be used, reachable, version, no replica,
 * WAL level, commit timestamps, rights. Never throws; no message holds a password or a key.
 */
export async function postgresDoctor(
  target: PostgresTarget,
  options: SessionOptions = {},
): Promise<WarehouseFinding[]> {
  const connection = connectionFindings(target, options.surroundings ?? NO_SURROUNDINGS)
  if (connection.some(({ status }) => status === 'fail')) return connection
  return [...connection, ...(await serverFindings(target, options))]
}

function connectionFindings(target: PostgresTarget, around: Surroundings): WarehouseFinding[] {
  try {
    const { text, warnings } = describeConnection(target, around)
    return [
      finding('postgres-connection', 'ok', text),
      ...warnings.map((warning) => finding('postgres-connection', 'warn', warning)),
    ]
  } catch (error) {
    const why =
      error instanceof UnusableParameter ? `${error.message} (${error.code})` : 'it is no connection string of libpq'
    return [finding('postgres-connection', 'fail', `cannot be used: ${why}`, 'clyra config')]
  }
}

async function serverFindings(target: PostgresTarget, options: SessionOptions): Promise<WarehouseFinding[]> {
  const outcome = await withPostgres(
    target,
    async (session) => ({
      facts: await session.readOnly(async (query) => Facts.parse((await query(FACTS))[0]?.[0])),
      // The clock is not looked at: a reading of an open session takes the server's.
      anchor: await readAnchor(session, { phase: 'before', now: () => new Date(0) }),
    }),
    options,
  )
  if (!outcome.ok) return [unreachable(outcome.failure)]
  const { facts, anchor } = outcome.value
  const failed = anchor.kind === 'position' ? anchor.position.failed : []
  return [
    finding('postgres', 'ok', `reachable, version ${facts.version}`),
    facts.number >= 150_000
      ? finding('postgres-version', 'ok', 'a supported major version (15 or newer)')
      : finding('postgres-version', 'warn', 'older than 15: read as well as it goes, not supported', null),
    facts.recovery
      ? finding(
          'postgres-recovery',
          'fail',
          'the server is a replica: anchors need the primary (REPLICA_LAG)',
          'clyra config',
        )
      : finding('postgres-recovery', 'ok', 'the server is a primary'),
    finding('postgres-wal-level', 'ok', `wal_level is ${facts.walLevel}`),
    facts.commitTimestamps === 'on'
      ? finding('postgres-commit-timestamps', 'ok', 'commit timestamps are kept')
      : finding(
          'postgres-commit-timestamps',
          'warn',
          'track_commit_timestamp is off: the warehouse cannot say when a relation was last committed',
          'psql -c "alter system set track_commit_timestamp = on"   # then restart the server',
        ),
    ...(anchor.kind === 'unavailable' && !facts.recovery
      ? [
          finding(
            'postgres-anchor',
            'fail',
            `no anchor: ${anchor.unavailable.code} ${anchor.unavailable.detail ?? ''}`.trim(),
          ),
        ]
      : []),
    ...failed.map(([name, state]) =>
      finding(
        `postgres-function-${name}`,
        'warn',
        `${name} fails with SQLSTATE ${state}: anchors cannot be confirmed`,
        `psql -c "grant execute on function ${name} to <the connector's user>"`,
      ),
    ),
    facts.superuser || facts.creates
      ? finding('postgres-rights', 'ok', 'the user may do more than read; a user that only reads is enough for anchors')
      : finding('postgres-rights', 'ok', 'the user may read and create nothing in this database'),
  ]
}

const finding = (
  check: string,
  status: WarehouseFinding['status'],
  message: string,
  fix: string | null = null,
): WarehouseFinding => ({ check, status, message, fix })

const WORDS: Readonly<Record<FailureKind, string>> = {
  'driver-missing': 'the client package pg is not installed',
  'timed-out': 'did not answer in time',
  unreachable: 'nothing answers there',
  refused: 'the server opened no session',
  failed: 'cannot be read',
}

function unreachable({ kind, detail }: PostgresFailure): WarehouseFinding {
  return finding(
    'postgres',
    'fail',
    `${WORDS[kind]} (${detail})`,
    kind === 'driver-missing' ? 'npm install pg' : 'clyra config',
  )
}
