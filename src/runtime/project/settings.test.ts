import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfigFile } from './config-file.js'
import { SETTING_ROWS } from './setting-table.js'
import { resolveSettings } from './settings.js'

const NOBODY = { variables: {}, home: '/home/a' }
/** For each setting that the file may hold: its YAML, and what that is. */
const IN_FILE: Readonly<Record<string, readonly [yaml: string, value: unknown]>> = {
  origin: ['ledger.example.com', 'ledger.example.com'],
  'vault.keepValues': ['false', false],
  'connectors.postgres.url': ['env:URL', 'env:URL'],
  'connectors.postgres.beforeMs': ['1', 1],
  'connectors.postgres.afterMs': ['0', 0],
  'connectors.postgres.commitsMs': ['600000', 600_000],
  'payout.business_metric_refs': ['[a, b]', ['a', 'b']],
  'payout.currency': ['EUR', 'EUR'],
}
const inFile = (name: string) => IN_FILE[name] ?? ['a text', 'a text']

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileWith(name: string, yaml: string) {
  const path = join(folder, 'clyra.yaml')
  const parts = name.split('.')
  const lines = parts.map((part, depth) => `${'  '.repeat(depth)}${part}:`)
  writeFileSync(path, `${lines.join('\n')} ${yaml}\n`)
  return { path, file: readConfigFile(path) }
}

const DEFAULTS = resolveSettings({}, NOBODY)
const OF_FILE = SETTING_ROWS.filter(([, { schema }]) => schema !== undefined)
const OF_VARIABLES = SETTING_ROWS.flatMap(([key, { variable }]) => (variable === undefined ? [] : [{ key, variable }]))

it.each(SETTING_ROWS)('the setting %s has its fallback where nothing says it', (key, row) => {
  expect(DEFAULTS[key]).toEqual({ value: row.fallback(NOBODY), source: 'default', from: '' })
})

describe.each(OF_FILE)('the setting %s, in the file,', (key, { name }) => {
  it('is taken from where its name stands, and nothing else is', () => {
    const [yaml, value] = inFile(name)
    const { path, file } = fileWith(name, yaml)
    expect(resolveSettings({}, NOBODY, file, path)).toEqual({
      ...DEFAULTS,
      [key]: { value, source: 'file', from: path },
    })
  })

  it('is refused under a name that is nearly its own', () => {
    expect(() => fileWith(`${name}x`, inFile(name)[0])).toThrow(/Unrecognized key/)
  })
})

it.each(OF_VARIABLES)('$variable is taken before the file says $key; empty, it says nothing', ({ key, variable }) => {
  const said = (text: string) => resolveSettings({}, { ...NOBODY, variables: { [variable]: text } })[key]
  expect(said('7')).toMatchObject({ source: 'environment', from: variable })
  expect(said('')).toEqual(DEFAULTS[key])
})

it('no two settings have one name or one variable', () => {
  const names = SETTING_ROWS.map(([, { name }]) => name)
  const variables = SETTING_ROWS.flatMap(([, { variable }]) => variable ?? [])
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(variables).size).toBe(variables.length)
})

it('of an address it keeps where it lies, never what it is', () => {
  const { postgresUrl } = resolveSettings({}, { ...NOBODY, variables: { CLYRA_POSTGRES_URL: 'postgres://u:secret@h' } })
  expect(postgresUrl.value).toBe('env:CLYRA_POSTGRES_URL')
})

it('a variable that is no number of milliseconds is named', () => {
  for (const text of ['x', '-1', '1.5', '600001', '1e3', ' ']) {
    expect(() => resolveSettings({}, { ...NOBODY, variables: { CLYRA_POSTGRES_AFTER_MS: text } })).toThrow(
      /CLYRA_POSTGRES_AFTER_MS must be whole milliseconds/,
    )
  }
})
