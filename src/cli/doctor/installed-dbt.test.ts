import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { installedDbt } from './installed-dbt.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-installed-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('reads the version of dbt from the folder that its installer left', () => {
  for (const name of ['dbt_postgres-1.9.0.dist-info', 'dbt_core-1.11.2rc1.dist-info', 'agate-1.0.dist-info'])
    mkdirSync(join(folder, 'lib/python3.12/site-packages', name), { recursive: true })
  expect(installedDbt(join(folder, 'bin/dbt'))).toBe('1.11.2rc1')
})

it('knows none where there is no such folder', () => {
  expect(installedDbt(join(folder, 'bin/dbt'))).toBeUndefined()
  expect(installedDbt('dbt')).toBeUndefined()
})
