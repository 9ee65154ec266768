import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { clyra, clyraJson, discard, filesUnder, leaveRun, PROJECT, sandbox } from '../cli/clyra.js'
import { type FaultRow, reportFaults } from '../faults/report.js'

const VERIFIER = join(PROJECT, 'verifier/ts/dist/cli.js')
const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-environment', rows))

let folder: string
let elsewhere: string
beforeEach(() => {
  folder = sandbox()
  elsewhere = join(folder, 'elsewhere')
  expect(clyra(folder, ['init']).status).toBe(0)
  leaveRun(folder, 'good')
  expect(clyra(folder, ['ingest', 'dbt', 'target']).status).toBe(0)
  expect(clyra(folder, ['bundle', '--last', '-o', '../x.def.zip']).status).toBe(0)
  // What another one left where the command is given: his key, wherever a relative folder could lead.
  const { vkey } = clyraJson(folder, ['keys']) as { vkey: string }
  for (const base of ['', '.config', 'x', 'x/.config', '.local/state']) {
    mkdirSync(join(elsewhere, base, 'clyra'), { recursive: true })
    writeFileSync(join(elsewhere, base, 'clyra', 'trusted-keys'), `${vkey}\n`)
  }
})
afterEach(() => discard(folder))

const ENVIRONMENTS: Record<string, string>[] = [
  { XDG_CONFIG_HOME: '' },
  { XDG_CONFIG_HOME: '.' },
  { XDG_CONFIG_HOME: 'x' },
  { XDG_CONFIG_HOME: './x' },
  { HOME: '' },
  { HOME: '.' },
  { HOME: 'x' },
  { HOME: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' },
]

it('no pin is taken from the working directory, in neither program', { timeout: 300_000 }, () => {
  const bundle = join(folder, 'x.def.zip')
  for (const env of ENVIRONMENTS) {
    const ours = clyra(folder, ['verify', bundle, '--json'], { cwd: elsewhere, env })
    expect([env, ours.status, JSON.parse(ours.stdout)]).toMatchObject([env, 1, { verdict: 'UNTRUSTED' }])
    const alone = spawnSync(process.execPath, [VERIFIER, bundle, '--json'], {
      cwd: elsewhere,
      env: { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home'), ...env },
      encoding: 'utf8',
    })
    expect([env, alone.status, JSON.parse(alone.stdout)]).toMatchObject([env, 1, { verdict: 'UNTRUSTED' }])
  }
  rows.push({
    fault:
      'HOME, XDG_CONFIG_HOME or XDG_STATE_HOME empty or relative, with trusted keys of another in the working directory',
    where: 'clyra verify, clyra-verify',
    cases: 2 * ENVIRONMENTS.length,
    survived: 2 * ENVIRONMENTS.length,
    rule: 'empty or relative means unset: UNTRUSTED',
    mutation: 'join an empty or relative variable to the path',
  })
})

it('nothing of the user’s own is written to the working directory', { timeout: 120_000 }, () => {
  const states = [{ XDG_STATE_HOME: '' }, { XDG_STATE_HOME: '.' }, { XDG_STATE_HOME: 'x' }]
  for (const env of states) {
    const before = filesUnder(elsewhere)
    clyra(folder, ['run', 'dbt', 'build'], { cwd: elsewhere, env })
    const added = filesUnder(elsewhere).filter((path) => !before.includes(path))
    expect(added.filter((path) => /spool|ledgers/.test(path))).toEqual([])
  }
  rows.push({
    fault: 'XDG_STATE_HOME empty or relative',
    where: 'run dbt without a ledger',
    cases: states.length,
    survived: states.length,
    rule: 'the spool lies in the user’s own folder',
    mutation: 'resolve a relative variable against the working directory',
  })
})
