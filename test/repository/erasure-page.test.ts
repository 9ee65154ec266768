import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const SCHEMAS = join(root, 'spec', 'events')

test('docs/erasure.md names every member of every record of a run, so that none survives an erasure unsaid', () => {
  const [, table = ''] = readFileSync(join(root, 'docs', 'erasure.md'), 'utf8').split('## What survives in the record')
  const named = new Set([...table.matchAll(/`([A-Za-z0-9]+)`/g)].map(([, name]) => name))
  const types = readdirSync(SCHEMAS).filter((name) => /^dev\.clyra\.(?!ledger\.)/.test(name))
  expect(types.length).toBeGreaterThan(20)
  const unsaid = types.flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8')).properties)
      .filter((member) => !named.has(member))
      .map((member) => `${file}: ${member}`),
  )
  expect(unsaid).toEqual([])
})
