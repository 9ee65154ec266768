import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Setting } from '../../runtime/project/index.js'
import { dbtCommand, withoutDbt } from './dbt-command.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-dbt-command-'))
  mkdirSync(join(folder, 'shop', 'transform'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const BY_DEFAULT: Setting<string> = { value: 'dbt', source: 'default', from: '' }
const configured = (value: string): Setting<string> => ({ value, source: 'environment', from: 'CLYRA_DBT' })
const places = (variables: Record<string, string> = {}) => ({
  variables: { PATH: join(folder, 'bin'), ...variables },
  folders: [join(folder, 'shop', 'transform')],
})
const write = (name: string, mode = 0o644): string => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '#!/bin/sh\n')
  chmodSync(path, mode)
  return path
}
const environment = (name: string): string => {
  write(`${name}/pyvenv.cfg`)
  return write(`${name}/bin/dbt`, 0o755)
}

describe('the command for dbt', () => {
  it('is the words that are configured, or a path with blanks in it as it stands', () => {
    expect(dbtCommand(configured('uv run dbt'), places())).toEqual({
      program: 'uv',
      words: ['run', 'dbt'],
      chosenBy: 'user',
      note: null,
    })
    expect(dbtCommand({ ...configured('uv run dbt'), source: 'file' }, places())).toMatchObject({ chosenBy: 'project' })
    expect(dbtCommand(configured(`uv run --directory 'my shop' "dbt"`), places())).toMatchObject({
      words: ['run', '--directory', 'my shop', 'dbt'],
    })
    const path = write('my programs/dbt', 0o755)
    expect(dbtCommand(configured(path), places())).toMatchObject({ program: path, words: [] })
  })

  it('is that of the PATH before any environment, which a shell would take too', () => {
    write('bin/dbt', 0o755)
    environment('shop/.venv')
    expect(dbtCommand(BY_DEFAULT, places())).toEqual({ program: 'dbt', words: [], chosenBy: 'user', note: null })
  })

  it('is else that of the active environment, else of the nearest one, and says which', () => {
    const near = environment('shop/.venv')
    environment('venv')
    expect(dbtCommand(BY_DEFAULT, places())).toEqual({
      program: near,
      words: [],
      chosenBy: 'project',
      note: `dbt is not on the PATH; taking ${near}`,
    })
    const active = environment('elsewhere')
    const variables = { VIRTUAL_ENV: dirname(dirname(active)) }
    expect(dbtCommand(BY_DEFAULT, places(variables))).toMatchObject({ program: active, chosenBy: 'user' })
  })

  it('is none of a folder that is no environment, nor what cannot be run', () => {
    write('shop/env/bin/dbt', 0o755)
    write('shop/.venv/pyvenv.cfg')
    write('shop/.venv/bin/dbt', 0o644)
    expect(dbtCommand(BY_DEFAULT, places())).toMatchObject({ program: 'dbt', note: null })
  })
})

describe('where there is none', () => {
  const DBT = { program: 'dbt', words: [], chosenBy: 'user', note: null } as const

  it.each([
    ['uv.lock', 'uv run dbt'],
    ['poetry.lock', 'poetry run dbt'],
    ['pdm.lock', 'pdm run dbt'],
    ['Pipfile.lock', 'pipenv run dbt'],
  ])('%s leads to the line to paste, with the same arguments', (file, words) => {
    write(`shop/${file}`)
    const { reason, fix } = withoutDbt(DBT, ['build', '--vars', '{a: 1}'], places())
    expect(reason).toContain(join(folder, 'shop', file))
    expect(fix).toBe(`CLYRA_DBT='${words}' clyra run dbt build --vars '{a: 1}'`)
  })

  it('an environment without dbt is named, and else how to make one', () => {
    expect(withoutDbt(DBT, ['build'], places()).fix).toMatch(/^python3 -m venv /)
    write('shop/.venv/pyvenv.cfg')
    expect(withoutDbt(DBT, ['build'], places())).toMatchObject({
      reason: expect.stringContaining('.venv has none'),
      fix: expect.stringMatching(/\.venv\/bin\/python -m pip install dbt-core/),
    })
  })

  it('a program that was configured is named as what is missing', () => {
    expect(
      withoutDbt({ program: 'uv', words: ['run', 'dbt'], chosenBy: 'project', note: null }, [], places()),
    ).toMatchObject({
      reason: expect.stringMatching(/^uv, which/),
    })
  })
})
