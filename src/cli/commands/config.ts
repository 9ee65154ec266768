import * as z from 'zod'
import { optionalLedgerPlace, settingsFor } from '../../runtime/project/index.js'
import { defineCommand } from '../command.js'
import { table } from '../table.js'
import { withoutPasswords } from '../without-passwords.js'

const source = z.enum(['flag', 'environment', 'file', 'default'])

export const config = defineCommand({
  flags: [{ flags: '--trust <file>', description: 'as `verify` takes it' }],
  options: z.object({ trust: z.string().optional() }),
  help: 'A flag wins over an environment variable, that over clyra.yaml, that over the default. Secrets are never shown: only where they lie and whether they are set.',
  examples: [
    ['clyra config', 'all settings'],
    ['clyra config --json', 'the same for a program'],
  ],
  json: z.strictObject({
    ledger: z.strictObject({ directory: z.string(), config: z.string(), source }).nullable(),
    settings: z.array(
      z.strictObject({
        name: z.string(),
        value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
        source,
        from: z.string(),
      }),
    ),
  }),
  async run(context, _args, flags) {
    const place = optionalLedgerPlace(context)
    const settings = settingsFor(context, place, flags)
    const listed = Object.entries(settings).map(([name, setting]) => ({
      name: SPELLING[name] ?? name,
      value: showable(name === 'postgresUrl' ? secret(context.environment.variables, setting.value) : setting.value),
      source: setting.source,
      from: setting.from,
    }))
    const ledger = place === undefined ? null : { directory: place.state, config: place.config, source: place.source }
    context.output.result({ ledger, settings: listed }, () =>
      table(
        ['SETTING', 'VALUE', 'SOURCE'],
        [
          ['ledger', place?.state ?? '(none found)', place?.source ?? 'default'],
          ...listed.map((setting) => [setting.name, shown(setting.value), shownSource(setting)]),
        ],
      ),
    )
    return 0
  },
})

/** The names of `clyra.yaml`, where they differ from ours. */
const SPELLING: Readonly<Record<string, string>> = {
  keepValues: 'vault.keepValues',
  postgresUrl: 'connectors.postgres.url',
  postgresBeforeMs: 'connectors.postgres.beforeMs',
  postgresAfterMs: 'connectors.postgres.afterMs',
  postgresCommitsMs: 'connectors.postgres.commitsMs',
  dbtCommand: 'connectors.dbt.command',
  jobId: 'governance.job_id',
  serviceId: 'governance.service_id',
  pipelineId: 'governance.pipeline_id',
  agentId: 'governance.agent_id',
  actorId: 'payout.actor_id',
  assetId: 'payout.asset_id',
  changeIntent: 'payout.change_intent',
  businessMetricRefs: 'payout.business_metric_refs',
  payoutRef: 'payout.payout_ref',
  currency: 'payout.currency',
}

function secret(variables: Readonly<Record<string, string | undefined>>, reference: string | null): string | null {
  if (reference === null || !reference.startsWith('env:')) return reference
  return `${reference} (${variables[reference.slice('env:'.length)] ? 'set' : 'not set'})`
}

/** Any setting may be given an address by mistake. */
function showable<T extends string | number | boolean | readonly string[] | null>(value: T): T | string | string[] {
  if (typeof value === 'string') return withoutPasswords(value)
  return Array.isArray(value) ? value.map(withoutPasswords) : value
}

function shown(value: string | number | boolean | readonly string[] | null): string {
  if (value === null) return '-'
  if (typeof value === 'object') return value.length === 0 ? '-' : value.join(', ')
  return String(value)
}

function shownSource(setting: { readonly source: string; readonly from: string }): string {
  return setting.from === '' ? setting.source : `${setting.source} (${setting.from})`
}
