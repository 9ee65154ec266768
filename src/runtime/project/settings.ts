import { join } from 'node:path'
import { ClyraError } from '../../errors/index.js'
import { userFolder } from '../../system/index.js'
import type { Surroundings } from './caller.js'
import { type ConfigFile, LONGEST_WAIT_MS } from './config-file.js'

export type SettingSource = 'flag' | 'environment' | 'file' | 'default'

export interface Setting<Value> {
  readonly value: Value
  readonly source: SettingSource
  /** The variable, file or flag it came from. */
  readonly from: string
}

/** Every setting of the program with its source. Precedence: flag, environment, file, default. */
export interface Settings {
  readonly origin: Setting<string | null>
  readonly store: Setting<string>
  readonly tiles: Setting<string | null>
  readonly artifacts: Setting<string>
  readonly keepValues: Setting<boolean>
  readonly policy: Setting<string | null>
  /** A reference (`env:NAME`, `file:PATH`), never the secret. */
  readonly postgresUrl: Setting<string | null>
  /** Milliseconds for reading the warehouse before and after a run, and for looking for newest commits. */
  readonly postgresBeforeMs: Setting<number>
  readonly postgresAfterMs: Setting<number>
  readonly postgresCommitsMs: Setting<number>
  readonly dbtCommand: Setting<string>
  readonly trust: Setting<string>
  readonly jobId: Setting<string | null>
  readonly serviceId: Setting<string | null>
  readonly pipelineId: Setting<string | null>
  readonly agentId: Setting<string | null>
  readonly actorId: Setting<string | null>
  readonly assetId: Setting<string | null>
  readonly changeIntent: Setting<string | null>
  readonly businessMetricRefs: Setting<readonly string[]>
  readonly payoutRef: Setting<string | null>
  readonly currency: Setting<string | null>
}

export interface SettingFlags {
  readonly trust?: string | undefined
}

function millisecondsIn(name: string, text: string): number {
  const value = Number(text)
  if (/^[0-9]+$/.test(text) && value <= LONGEST_WAIT_MS) return value
  throw new ClyraError('CONFIG_INVALID', `${name} must be whole milliseconds from 0 to ${LONGEST_WAIT_MS}`, {
    details: { field: name },
    fix: 'clyra config',
  })
}

/** Pure: the three given layers and the defaults, folded. Throws CONFIG_INVALID for a variable that is no number. */
export function resolveSettings(
  flags: SettingFlags,
  environment: Pick<Surroundings, 'variables' | 'home'>,
  file: ConfigFile,
  filePath: string,
): Settings {
  const { variables } = environment
  const pick = <Value>(
    name: string,
    fromVariable: ((text: string) => Value) | undefined,
    inFile: Value | undefined,
    fallback: Value,
    flag?: { readonly value: Value | undefined; readonly name: string },
  ): Setting<Value> => {
    if (flag?.value !== undefined) return { value: flag.value, source: 'flag', from: flag.name }
    const text = variables[name]
    if (fromVariable !== undefined && text !== undefined && text !== '') {
      return { value: fromVariable(text), source: 'environment', from: name }
    }
    if (inFile !== undefined) return { value: inFile, source: 'file', from: filePath }
    return { value: fallback, source: 'default', from: '' }
  }
  const string = (name: string, inFile: string | null | undefined) =>
    pick<string | null>(name, (text) => text, inFile, null)
  const milliseconds = (name: string, inFile: number | undefined, fallback: number) =>
    pick(name, (text) => millisecondsIn(name, text), inFile, fallback)
  return {
    origin: pick<string | null>('', undefined, file.origin, null),
    store: pick('CLYRA_STORE', (text) => text, file.store, 'file:.clyra'),
    tiles: string('CLYRA_TILES', file.tiles),
    artifacts: pick('CLYRA_ARTIFACTS', (text) => text, file.artifacts, 'file:.clyra/artifacts'),
    keepValues: pick(
      'CLYRA_VAULT_KEEP_VALUES',
      (text) => !['0', 'false', 'no'].includes(text.toLowerCase()),
      file.vault?.keepValues,
      true,
    ),
    policy: string('CLYRA_POLICY', file.policy),
    // The variable holds the secret itself; what is kept here is only where it lies.
    postgresUrl: pick<string | null>(
      'CLYRA_POSTGRES_URL',
      () => 'env:CLYRA_POSTGRES_URL',
      file.connectors?.postgres?.url,
      null,
    ),
    postgresBeforeMs: milliseconds('CLYRA_POSTGRES_BEFORE_MS', file.connectors?.postgres?.beforeMs, 5000),
    postgresAfterMs: milliseconds('CLYRA_POSTGRES_AFTER_MS', file.connectors?.postgres?.afterMs, 5000),
    postgresCommitsMs: milliseconds('CLYRA_POSTGRES_COMMITS_MS', file.connectors?.postgres?.commitsMs, 400),
    dbtCommand: pick('CLYRA_DBT', (text) => text, file.connectors?.dbt?.command, 'dbt'),
    trust: pick('CLYRA_TRUST', (text) => text, undefined, defaultTrustFile(environment), {
      value: flags.trust,
      name: '--trust',
    }),
    jobId: string('CLYRA_JOB_ID', file.governance?.job_id),
    serviceId: string('CLYRA_SERVICE_ID', file.governance?.service_id),
    pipelineId: string('CLYRA_PIPELINE_ID', file.governance?.pipeline_id),
    agentId: string('CLYRA_AGENT_ID', file.governance?.agent_id),
    actorId: string('CLYRA_ACTOR_ID', file.payout?.actor_id),
    assetId: string('CLYRA_ASSET_ID', file.payout?.asset_id),
    changeIntent: string('CLYRA_CHANGE_INTENT', file.payout?.change_intent),
    businessMetricRefs: pick<readonly string[]>(
      'CLYRA_BUSINESS_METRIC_REFS',
      (text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      file.payout?.business_metric_refs,
      [],
    ),
    payoutRef: string('CLYRA_PAYOUT_REF', file.payout?.payout_ref),
    currency: string('CLYRA_CURRENCY', file.payout?.currency),
  }
}

/** `$XDG_CONFIG_HOME/clyra/trusted-keys`, else `~/.config/clyra/trusted-keys`; never in the working directory. */
function defaultTrustFile({ variables, home }: Pick<Surroundings, 'variables' | 'home'>): string {
  return join(userFolder('config', variables, home), 'clyra', 'trusted-keys')
}
