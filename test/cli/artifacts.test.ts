import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { discard, filesUnder, leaveRun, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
let run: string
const project = (name: string) => join(folder, 'project', name)
const stored = () => filesUnder(project('.clyra/artifacts'))

beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
  leaveRun(folder, 'good')
  // The document of `ingest dbt` as spec/cli has it.
  run = ((await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { run: string }).run
})
afterEach(() => discard(folder))

it('copies are small, and are exported as what they were, which verify takes', async () => {
  const plain = readFileSync(project('target/manifest.json'))
  const sizes = stored().map((path) => readFileSync(path).length)
  expect(sizes.length).toBeGreaterThan(1)
  expect(Math.max(...sizes)).toBeLessThan(plain.length / 4)
  expect((await clyraHere(folder, ['artifacts', 'export', run, 'plain'])).status).toBe(0)
  expect(readdirSync(project('plain')).map((name) => readFileSync(project(`plain/${name}`)))).toContainEqual(plain)
  expect((await clyraHere(folder, ['bundle', run, '-o', 'run.def.zip'])).status).toBe(0)
  for (const where of ['plain', '.clyra/artifacts']) {
    const verified = await clyraHere(folder, [
      'verify',
      'run.def.zip',
      '--own',
      '--artifacts',
      where,
      '--require-artifacts',
    ])
    expect(verified).toMatchObject({ status: 0 })
  }
  expect(await clyraHere(folder, ['artifacts', 'export', run, 'plain'])).toMatchObject({ status: 2 })
})

it('a damaged copy is no evidence', async () => {
  expect((await clyraHere(folder, ['bundle', run, '-o', 'run.def.zip'])).status).toBe(0)
  writeFileSync(stored()[0] ?? '', 'something else')
  const args = ['verify', 'run.def.zip', '--own', '--artifacts', '.clyra/artifacts', '--require-artifacts']
  expect(await clyraHere(folder, args)).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^(INVALID|INCOMPLETE)/),
  })
})

it('pruning removes what only older runs have, after asking; the ledger and its bundles stay whole', async () => {
  const before = stored()
  expect(await clyraJsonHere(folder, ['artifacts', 'prune', '--older-than', '1', '--yes'])).toMatchObject({
    artifacts: 0,
  })
  expect(await clyraJsonHere(folder, ['artifacts', 'prune', '--older-than', '0'])).toMatchObject({
    removed: false,
    artifacts: before.length,
  })
  expect(stored()).toEqual(before)
  expect(await clyraJsonHere(folder, ['artifacts', 'prune', '--older-than', '0', '--yes'])).toMatchObject({
    removed: true,
    kept: 0,
  })
  expect(stored()).toEqual([])
  for (const args of [
    ['fsck', '--all'],
    ['bundle', run, '-o', 'run.def.zip'],
    ['verify', 'run.def.zip', '--own'],
    ['replay'],
    ['replay', '--bundle', 'run.def.zip'],
    ['backup', 'copy'],
  ])
    expect(await clyraHere(folder, args), args.join(' ')).toMatchObject({ status: 0 })
  expect(await clyraHere(folder, ['verify', 'run.def.zip', '--own', '--require-artifacts'])).toMatchObject({
    status: 1,
  })
  expect((await clyraHere(folder, ['bundle', run, '--embed', '-o', 'e.zip'])).stderr).toContain('ARTIFACT_MISSING')
  expect(await clyraHere(folder, ['artifacts', 'export', run, 'plain'])).toMatchObject({ status: 1 })
})

it('asks for an age', async () => {
  for (const args of [[], ['--older-than', 'yesterday'], ['--older-than', '-1']])
    expect(await clyraHere(folder, ['artifacts', 'prune', ...args])).toMatchObject({ status: 2 })
})
