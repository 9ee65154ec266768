import * as z from 'zod'
import { readYaml } from '../../../connectors/yaml/index.js'
import { ClyraError } from '../../errors/index.js'
import { isMissingFile, readTextSyncBounded, SMALL_FILE_BYTES } from '../../system/index.js'
import { SETTING_ROWS, type SettingValue } from './setting-table.js'

/** What `clyra.yaml` says: the name of a setting -> its value. */
export type ConfigFile = ReadonlyMap<string, SettingValue>

/** An object of the file: its members are settings or such objects again. */
interface Section {
  readonly [member: string]: z.ZodType | Section
}

const isSchema = (member: z.ZodType | Section): member is z.ZodType => member instanceof z.ZodType

/** `clyra.yaml`, from the table of settings. Unknown names are errors: a misspelled setting must not be silently without effect. */
const FILE = strict(sections())

function sections(): Section {
  const all: Record<string, Section | z.ZodType> = {}
  for (const [, { name, schema }] of SETTING_ROWS) {
    if (schema === undefined) continue
    const path = name.split('.')
    let section = all
    for (const part of path.slice(0, -1)) {
      section[part] ??= {}
      // Holds: a name of the table goes on below no other name of it.
      section = section[part] as Record<string, Section | z.ZodType>
    }
    section[path[path.length - 1]!] = schema
  }
  return all
}

function strict(section: Section): z.ZodType {
  const members = Object.entries(section).map(
    ([name, member]) => [name, (isSchema(member) ? member : strict(member)).optional()] as const,
  )
  return z.strictObject(Object.fromEntries(members))
}

/** Of a file that was written to annoy, a message quotes no more. */
const LONGEST_QUOTE = 200

/** Reads a configuration file; an absent one is an empty one. Throws CONFIG_INVALID with the path of the wrong value. */
export function readConfigFile(path: string): ConfigFile {
  let text: string
  try {
    text = readTextSyncBounded(path, { limit: SMALL_FILE_BYTES, tooLarge: 'CONFIG_INVALID', what: 'the settings file' })
  } catch (error) {
    if (isMissingFile(error)) return new Map()
    throw error
  }
  const read = readYaml(text, '1.2')
  if (!read.ok) {
    throw new ClyraError('CONFIG_INVALID', `${path} is not YAML that can be used: ${read.problem}`, {
      details: { path },
    })
  }
  const content = read.value ?? {}
  const parsed = FILE.safeParse(content)
  if (parsed.success) return settingsIn(parsed.data)
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.').slice(0, LONGEST_QUOTE) ?? ''
  throw new ClyraError(
    'CONFIG_INVALID',
    `${path}: ${field === '' ? '' : `${field} `}${(issue?.message ?? 'is not valid').slice(0, LONGEST_QUOTE)}`,
    {
      details: { path, field },
    },
  )
}

function settingsIn(content: unknown): ConfigFile {
  const found = new Map<string, SettingValue>()
  for (const [, { name, schema }] of SETTING_ROWS) {
    const value = schema === undefined ? undefined : valueAt(content, name)
    if (value !== undefined) found.set(name, value)
  }
  return found
}

function valueAt(content: unknown, name: string): SettingValue | undefined {
  let value: unknown = content
  for (const part of name.split('.')) {
    // Holds: the content fits the schema, whose sections are objects.
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[part]
  }
  return value as SettingValue | undefined
}
