import * as z from 'zod'
import { optionalLedgerPlace, SETTING_ROWS, type SettingValue, settingsFor } from '../../runtime/project/index.js'
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
    const listed = SETTING_ROWS.map(([key, row]) => {
      const { value, source, from } = settings[key]
      const secret = row.secret === true && typeof value === 'string'
      const said = secret ? whetherSet(context.environment.variables, value) : value
      return { name: row.name, value: showable(said), source, from }
    })
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

/** The reference to a secret, and whether its variable is set. */
function whetherSet(variables: Readonly<Record<string, string | undefined>>, reference: string): string {
  if (!reference.startsWith('env:')) return reference
  return `${reference} (${variables[reference.slice('env:'.length)] ? 'set' : 'not set'})`
}

/** Any setting may be given an address by mistake. */
function showable(value: SettingValue): string | number | boolean | string[] | null {
  if (typeof value === 'string') return withoutPasswords(value)
  return typeof value === 'object' && value !== null ? value.map(withoutPasswords) : value
}

function shown(value: SettingValue): string {
  if (value === null) return '-'
  if (typeof value === 'object') return value.length === 0 ? '-' : value.join(', ')
  return String(value)
}

function shownSource(setting: { readonly source: string; readonly from: string }): string {
  return setting.from === '' ? setting.source : `${setting.source} (${setting.from})`
}
