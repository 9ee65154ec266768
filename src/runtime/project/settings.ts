import type { Surroundings } from './caller.js'
import type { ConfigFile } from './config-file.js'
import { SETTING_ROWS, type SettingKey, type SettingRow, type SettingValue, type ValueOf } from './setting-table.js'

export type SettingSource = 'flag' | 'environment' | 'file' | 'default'

export interface Setting<Value> {
  readonly value: Value
  readonly source: SettingSource
  /** The variable, file or flag it came from. */
  readonly from: string
}

/** Every setting of the program with its source. Precedence: flag, environment, file, default. */
export type Settings = { readonly [Key in SettingKey]: Setting<ValueOf<Key>> }

export interface SettingFlags {
  readonly trust?: string | undefined
}

/** Pure: the three given layers and the defaults, folded. Throws CONFIG_INVALID for a variable that cannot be read. */
export function resolveSettings(
  flags: SettingFlags,
  environment: Pick<Surroundings, 'variables' | 'home'>,
  file: ConfigFile = new Map(),
  filePath = '',
): Settings {
  const resolved: Partial<Record<SettingKey, Setting<SettingValue>>> = {}
  for (const [key, row] of SETTING_ROWS) {
    resolved[key] = fromFlag(flags, key) ??
      fromVariable(row, environment.variables) ??
      fromFile(row, file, filePath) ?? { value: row.fallback(environment), source: 'default', from: '' }
  }
  // Holds: the loop goes through every key, and each row gives its own kind of value.
  return resolved as Settings
}

function fromFlag(flags: SettingFlags, key: SettingKey): Setting<SettingValue> | undefined {
  const value = key === 'trust' ? flags.trust : undefined
  return value === undefined ? undefined : { value, source: 'flag', from: `--${key}` }
}

function fromVariable({ variable, read }: SettingRow<SettingValue>, variables: Surroundings['variables']) {
  const text = variable === undefined ? undefined : variables[variable]
  if (variable === undefined || text === undefined || text === '') return undefined
  return { value: read === undefined ? text : read(text, variable), source: 'environment', from: variable } as const
}

function fromFile({ name }: SettingRow<SettingValue>, file: ConfigFile, from: string) {
  const value = file.get(name)
  return value === undefined ? undefined : ({ value, source: 'file', from } as const)
}
