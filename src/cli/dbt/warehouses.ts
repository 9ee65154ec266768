import type { WarehouseKind } from '../../ports/index.js'
import type { Settings } from '../../runtime/project/index.js'

/** A kind of warehouse that the program can ask. */
export interface WarehouseRow {
  /** dbt's name of the adapter. */
  readonly kind: string
  /** For people. */
  readonly name: string
  /** Its connector, with what that needs: loaded where a profile or a setting names the kind. */
  readonly load: () => Promise<WarehouseKind>
  /** A command by which an address is given where dbt's profile has none that may be used. */
  readonly giveAddress: string
  /** What is configured for it beside dbt's profile. */
  readonly configured?: (settings: Settings) => WarehouseSettings
}

export interface WarehouseSettings {
  /** Where its connection string is, as `connectors.<kind>.url` spells it. */
  readonly reference: string | null
  readonly limits: WarehouseLimits
}

/** Milliseconds for each of the readings before and after; for looking for newest commits. */
export interface WarehouseLimits {
  readonly beforeMs: number
  readonly afterMs: number
  readonly commitsMs: number
}

/** Of a kind that has no settings of its own. */
export const USUAL_LIMITS: WarehouseLimits = { beforeMs: 5000, afterMs: 5000, commitsMs: 400 }

/** Every kind that can be asked; of all others dbt's word and its log are what there is. */
export const WAREHOUSES: readonly WarehouseRow[] = [
  {
    kind: 'postgres',
    name: 'Postgres',
    giveAddress: 'export CLYRA_POSTGRES_URL=postgres://reader@host/db',
    load: async () => (await import('../../../connectors/postgres/index.js')).postgresWarehouse,
    configured: (settings) => ({
      reference: settings.postgresUrl.value,
      limits: {
        beforeMs: settings.postgresBeforeMs.value,
        afterMs: settings.postgresAfterMs.value,
        commitsMs: settings.postgresCommitsMs.value,
      },
    }),
  },
]
