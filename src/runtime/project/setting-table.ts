import { join } from 'node:path'
import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import { NEW_ORIGIN } from '../../events/grammar/index.js'
import { userFolder } from '../../system/index.js'
import type { Surroundings } from './caller.js'

/** What a setting can be. */
export type SettingValue = string | number | boolean | readonly string[] | null

/** One setting: how it is spelled, checked and read. */
export interface SettingRow<Value extends SettingValue> {
  /** Its name for people, and where it stands in `clyra.yaml`: members joined by dots. */
  readonly name: string
  /** Of its value in the file; undefined where it does not stand there. */
  readonly schema?: z.ZodType<Value>
  /** The environment variable; undefined where none says it. */
  readonly variable?: string
  /** The value of a variable that is set and not empty. Default: its text. Throws CONFIG_INVALID. */
  readonly read?: (text: string, variable: string) => Value
  readonly fallback: (environment: Pick<Surroundings, 'variables' | 'home'>) => Value
  /** The value is a reference (`env:NAME`, `file:PATH`) to a secret, never the secret. */
  readonly secret?: true
}

/** The longest that a warehouse may be waited for: ten minutes. */
const LONGEST_WAIT_MS = 600_000
const label = z.string().min(1).max(512)

const row = <Value extends SettingValue>(of: SettingRow<Value>) => of

/** A text, or nothing. */
function text(name: string, variable: string, schema: z.ZodType<string | null>) {
  return row<string | null>({ name, variable, schema, fallback: () => null })
}

function milliseconds(name: string, variable: string, fallback: number) {
  return row<number>({
    name,
    variable,
    schema: z.int().min(0).max(LONGEST_WAIT_MS),
    read(value, from) {
      const number = Number(value)
      if (/^[0-9]+$/.test(value) && number <= LONGEST_WAIT_MS) return number
      throw new ClyraError('CONFIG_INVALID', `${from} must be whole milliseconds from 0 to ${LONGEST_WAIT_MS}`, {
        details: { field: from },
      })
    },
    fallback: () => fallback,
  })
}

/** Where a connection string lies. In the file the secret itself is refused, so that it cannot end up in version control. */
function address(name: string, variable: string) {
  return row<string | null>({
    name,
    variable,
    schema: z
      .string()
      .regex(
        /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/,
        'must be env:NAME or file:PATH; a secret never stands in this file',
      ),
    // The variable holds the secret itself; what is kept here is only where it lies.
    read: (_secret, from) => `env:${from}`,
    fallback: () => null,
    secret: true,
  })
}

/** Every setting of the program, in the order in which they are shown. One more is one more row. */
export const SETTINGS = {
  origin: row<string | null>({
    name: 'origin',
    schema: z.string().regex(NEW_ORIGIN, 'must be a lower-case host name'),
    fallback: () => null,
  }),
  store: row<string>({
    name: 'store',
    variable: 'CLYRA_STORE',
    schema: z.string().min(1),
    fallback: () => 'file:.clyra',
  }),
  tiles: text('tiles', 'CLYRA_TILES', z.string().min(1).nullable()),
  artifacts: row<string>({
    name: 'artifacts',
    variable: 'CLYRA_ARTIFACTS',
    schema: z.string().min(1),
    fallback: () => 'file:.clyra/artifacts',
  }),
  keepValues: row<boolean>({
    name: 'vault.keepValues',
    variable: 'CLYRA_VAULT_KEEP_VALUES',
    schema: z.boolean(),
    read: (value) => !['0', 'false', 'no'].includes(value.toLowerCase()),
    fallback: () => true,
  }),
  policy: text('policy', 'CLYRA_POLICY', z.string().min(1).nullable()),
  postgresUrl: address('connectors.postgres.url', 'CLYRA_POSTGRES_URL'),
  // For reading the warehouse before and after a run, and for looking for newest commits.
  postgresBeforeMs: milliseconds('connectors.postgres.beforeMs', 'CLYRA_POSTGRES_BEFORE_MS', 5000),
  postgresAfterMs: milliseconds('connectors.postgres.afterMs', 'CLYRA_POSTGRES_AFTER_MS', 5000),
  postgresCommitsMs: milliseconds('connectors.postgres.commitsMs', 'CLYRA_POSTGRES_COMMITS_MS', 400),
  dbtCommand: row<string>({
    name: 'connectors.dbt.command',
    variable: 'CLYRA_DBT',
    schema: z.string().min(1),
    fallback: () => 'dbt',
  }),
  // `$XDG_CONFIG_HOME/clyra/trusted-keys`, else `~/.config/clyra/trusted-keys`; never in the working directory.
  trust: row<string>({
    name: 'trust',
    variable: 'CLYRA_TRUST',
    fallback: ({ variables, home }) => join(userFolder('config', variables, home), 'clyra', 'trusted-keys'),
  }),
  jobId: text('governance.job_id', 'CLYRA_JOB_ID', label),
  serviceId: text('governance.service_id', 'CLYRA_SERVICE_ID', label),
  pipelineId: text('governance.pipeline_id', 'CLYRA_PIPELINE_ID', label),
  agentId: text('governance.agent_id', 'CLYRA_AGENT_ID', label),
  actorId: text('payout.actor_id', 'CLYRA_ACTOR_ID', label),
  assetId: text('payout.asset_id', 'CLYRA_ASSET_ID', label),
  changeIntent: text('payout.change_intent', 'CLYRA_CHANGE_INTENT', label),
  businessMetricRefs: row<readonly string[]>({
    name: 'payout.business_metric_refs',
    variable: 'CLYRA_BUSINESS_METRIC_REFS',
    schema: z.array(label).max(64),
    read: (value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    fallback: () => [],
  }),
  payoutRef: text('payout.payout_ref', 'CLYRA_PAYOUT_REF', label),
  currency: text('payout.currency', 'CLYRA_CURRENCY', z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters')),
} as const

export type SettingKey = keyof typeof SETTINGS
export type ValueOf<Key extends SettingKey> = (typeof SETTINGS)[Key] extends SettingRow<infer Value> ? Value : never

/** The same as a list. */
export const SETTING_ROWS: readonly (readonly [SettingKey, SettingRow<SettingValue>])[] =
  // Holds: the entries of an object have its keys.
  Object.entries(SETTINGS) as [SettingKey, SettingRow<SettingValue>][]
