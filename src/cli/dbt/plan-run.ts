import { join, resolve } from 'node:path'
import {
  dbtArguments,
  logDirectories,
  type PostgresConnection,
  type ProfileConnection,
  profileConnection,
  profilesFiles,
  projectDirectories,
  readManifest,
  type Surroundings,
  targetDirectory,
  type WrapPlan,
} from '../../../connectors/dbt/index.js'
import type { PostgresTarget } from '../../../connectors/postgres/index.js'
import { isClyraError } from '../../errors/index.js'
import { COMMANDS_WITHOUT_WAREHOUSE } from '../../events/families/run-voices.js'
import {
  isFile,
  isMissingFile,
  readFileSyncBounded,
  readTextSyncBounded,
  SMALL_FILE_BYTES,
  sizeAt,
} from '../../system/index.js'
import type { Settings } from '../config/settings.js'
import { type Context, optionalLedgerPlace } from '../context.js'
import type { WarehousePlan } from './observe-warehouse.js'

/** How dbt is to be started, and where everything lies that will be read. */
export interface RunPlan {
  readonly wrap: WrapPlan
  readonly project: string
  readonly target: string
  readonly log: { readonly path: string; readonly start: number; readonly own: boolean; readonly otel: string }
  /** Where people expect dbt's log in plain text; undefined where dbt writes it itself. */
  readonly readableLog: string | undefined
  readonly warehouse: WarehousePlan
}

/** The folder of the project that dbt takes with these arguments; the working directory where there is none. */
export function projectOf(context: Context, args: readonly string[]): string {
  const { variables: env, cwd } = context.environment
  return projectDirectories({ args, env, cwd }).find((folder) => isFile(join(folder, 'dbt_project.yml'))) ?? cwd
}

/** Reads what of the surroundings matters and decides; starts nothing and connects nowhere. */
export function planRun(
  context: Context,
  settings: Settings,
  args: readonly string[],
  run: string,
  ownLog: string,
): RunPlan {
  const { variables, cwd, home } = context.environment
  const around: Surroundings = { args, env: variables, cwd }
  const project = projectOf(context, args)
  const projectYaml = readText(join(project, 'dbt_project.yml'))
  const target = targetDirectory(around, project, projectYaml)
  const wrap = dbtArguments(args, { env: variables, run, logPath: ownLog })
  const own = wrap.log.whose === 'ours'
  const usual = logDirectories(around, project, projectYaml)
  const logFolder = own
    ? ownLog
    : (usual.find((folder) => isFile(join(folder, 'dbt.log'))) ?? usual[0] ?? join(project, 'logs'))
  const path = join(logFolder, 'dbt.log')
  const profilesYaml = profilesFiles(around, project, home)
    .map(readText)
    .find((text) => text !== undefined)
  const profile = profileConnection(around, projectYaml, profilesYaml)
  return {
    wrap,
    project,
    target,
    log: { path, own, start: own ? 0 : sizeAt(path), otel: join(logFolder, wrap.log.otelFile) },
    readableLog: own ? join(usual[0] ?? join(project, 'logs'), 'dbt.log') : undefined,
    warehouse: COMMANDS_WITHOUT_WAREHOUSE.includes(wrap.command ?? '')
      ? { ask: 'not-needed' }
      : warehousePlan(postgresUrl(context, settings, project), profile, target),
  }
}

function warehousePlan(
  configured: string | undefined,
  profile: ProfileConnection,
  targetDirectory: string,
): WarehousePlan {
  const address = configured ?? (profile.ok ? addressOf(profile.connection) : undefined)
  if (address !== undefined) {
    const schemas = schemasOf(profile.ok ? profile.connection.schema : undefined, targetDirectory)
    return { ask: 'postgres', target: address, schemas }
  }
  if (profile.ok) return { ask: 'nobody', code: 'POLICY_SKIP', detail: null }
  return profile.reason === 'not-postgres'
    ? { ask: 'nobody', code: 'NOT_SUPPORTED', detail: profile.adapter ?? null }
    : { ask: 'nobody', code: 'POLICY_SKIP', detail: profile.reason }
}

/** Members that are undefined are left out: then libpq's own default counts. */
function addressOf({
  host,
  port,
  user,
  database,
  connectTimeout,
  keepalivesIdle,
  ...rest
}: PostgresConnection): PostgresTarget {
  const { password, sslmode, sslrootcert, sslcert, sslkey, role, searchPath } = rest
  const texts = { password, sslmode, sslrootcert, sslcert, sslkey, role, searchPath }
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined))
  return { host, port, user, database, connectTimeout, keepalivesIdle, ...given }
}

/** The connection string that `connectors.postgres.url` refers to, or undefined. */
export function postgresUrl(context: Context, settings: Settings, project: string): string | undefined {
  const reference = settings.postgresUrl.value
  if (reference === null) return undefined
  if (reference.startsWith('env:')) return context.environment.variables[reference.slice('env:'.length)] || undefined
  const path = resolve(
    optionalLedgerPlace(context, [project])?.project ?? context.environment.cwd,
    reference.slice('file:'.length),
  )
  return readConnectionString(path) || undefined
}

/** What stands in such a file. Throws CONFIG_INVALID where it is too large, and what the file system says. */
export function readConnectionString(path: string): string {
  return readTextSyncBounded(path, CONNECTION_STRING).trim()
}

const CONNECTION_STRING = {
  limit: 1 << 20,
  tooLarge: 'CONFIG_INVALID',
  what: 'the file that holds the connection string',
} as const

/** A larger manifest is not worth the time before a run. */
const EARLIER_MANIFEST = {
  limit: 16 << 20,
  tooLarge: 'DBT_ARTIFACT_TOO_LARGE',
  what: 'the manifest of an earlier run',
} as const

/** The target's own schema and those in which the last run built. */
function schemasOf(own: string | undefined, target: string): string[] {
  const schemas = new Set(own === undefined ? [] : [own])
  const path = join(target, 'manifest.json')
  try {
    for (const { relation } of readManifest(readFileSyncBounded(path, EARLIER_MANIFEST)).nodes.values())
      if (relation !== null) schemas.add(relation[1])
  } catch (error) {
    // One that cannot be read is judged where it is read as evidence.
    if (!isClyraError(error)) throw error
  }
  return [...schemas].sort()
}

const SETTINGS_OF_DBT = { limit: SMALL_FILE_BYTES, tooLarge: 'CONFIG_INVALID', what: 'a settings file of dbt' } as const

/** Undefined where there is no such file, or a FIFO that only dbt may read: then the run is recorded without its word. */
function readText(path: string): string | undefined {
  try {
    return readTextSyncBounded(path, SETTINGS_OF_DBT)
  } catch (error) {
    if (isMissingFile(error) || isClyraError(error, 'NOT_A_REGULAR_FILE')) return undefined
    throw error
  }
}
