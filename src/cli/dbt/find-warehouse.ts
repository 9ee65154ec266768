import { join, resolve } from 'node:path'
import { profilesFiles, profileTarget, readManifest } from '../../../connectors/dbt/index.js'
import { isClyraError } from '../../errors/index.js'
import type { NotGiven, Warehouse } from '../../ports/index.js'
import { optionalLedgerPlace, type Settings } from '../../runtime/project/index.js'
import { readFileSyncBounded, readTextSyncBounded } from '../../system/index.js'
import type { Context } from '../context.js'
import { type DbtProject, readDbtSettings } from './dbt-project.js'
import { USUAL_LIMITS, WAREHOUSES, type WarehouseLimits, type WarehouseRow } from './warehouses.js'

/** Whom to ask about a run: a warehouse, or nobody, because of a reason that is recorded. */
export type FoundWarehouse =
  | {
      readonly ask: true
      readonly warehouse: Warehouse
      /** The schemas whose metadata is compared before and after. */
      readonly schemas: readonly string[]
      readonly limits: WarehouseLimits
    }
  /** A kind that nothing here reads; `detail` is dbt's name of it. */
  | { readonly ask: false; readonly code: 'NOT_SUPPORTED'; readonly detail: string | null }
  | NoAddress

/** There is no address that may be used. */
export interface NoAddress {
  readonly ask: false
  readonly code: 'POLICY_SKIP'
  /** A word for why. */
  readonly detail: string
  /** The same for people. */
  readonly says: string
  /** The kind whose address it would be; undefined where nothing names one. */
  readonly row: WarehouseRow | undefined
}

/**
 * The warehouse that a setting names, else that of dbt's profile. Connects nowhere; of the connectors only the one that
 * is named is loaded. Throws what a file that a setting names says.
 */
export async function findWarehouse(
  context: Context,
  settings: Settings,
  { around, folder, yaml, target }: DbtProject,
): Promise<FoundWarehouse> {
  const { variables, home, now } = context.environment
  const profilesYaml = profilesFiles(around, folder, home)
    .map(readDbtSettings)
    .find((text) => text !== undefined)
  const profile = profileTarget(around, yaml, profilesYaml)
  const choices = WAREHOUSES.map((row) => {
    const own = row.configured?.(settings)
    const address = connectionString(context, folder, own?.reference ?? null)
    return { row, address, limits: own?.limits ?? USUAL_LIMITS }
  })
  const adapter = profile.ok ? profile.adapter : null
  const chosen = choices.find(({ address }) => address !== undefined) ?? choices.find(({ row }) => row.kind === adapter)
  if (chosen === undefined) {
    if (profile.ok) return { ask: false, code: 'NOT_SUPPORTED', detail: adapter }
    return noAddress(profile, undefined)
  }
  const { row, address, limits } = chosen
  const fields = profile.ok && adapter === row.kind ? profile.fields : undefined
  const found = (await row.load()).target({ fields, address, variables, home, now })
  return found.ok
    ? { ask: true, warehouse: found.warehouse, schemas: schemasOf(found.schema, target), limits }
    : noAddress(found, row)
}

function noAddress({ reason, says }: NotGiven, row: WarehouseRow | undefined): NoAddress {
  return { ask: false, code: 'POLICY_SKIP', detail: reason, says, row }
}

/** The connection string that a setting refers to, or undefined. */
function connectionString(context: Context, project: string, reference: string | null): string | undefined {
  if (reference === null) return undefined
  if (reference.startsWith('env:')) return context.environment.variables[reference.slice('env:'.length)] || undefined
  const from = optionalLedgerPlace(context, [project])?.project ?? context.environment.cwd
  return readConnectionString(resolve(from, reference.slice('file:'.length))) || undefined
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
