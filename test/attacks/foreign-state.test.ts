import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clyra, discard, environment, leaveRun, PROGRAM, sandbox } from '../cli/clyra.js'
import { clyraHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'
import { unprivilegedUser } from '../services/unprivileged-user.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-foreign-state', rows))

let folder: string
let state: string
beforeEach(async () => {
  folder = sandbox()
  state = join(folder, 'project', '.clyra')
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))

const stranger = unprivilegedUser()
function give(path: string): void {
  if (stranger !== undefined) chownSync(path, stranger.uid, stranger.gid)
}

/** Makes what was found another's: by owner where this process is root, else by leave for everybody. */
function plant(path: string): void {
  if (stranger === undefined) chmodSync(path, 0o777)
  else give(path)
}

describe('what another user left above the project', () => {
  it.each(['.clyra', 'clyra.yaml'])('is not believed: %s', { timeout: 120_000 }, async (name) => {
    const sprung = join(folder, 'sprung')
    writeFileSync(join(folder, 'evil'), `#!/bin/sh\ntouch '${sprung}'\n`, { mode: 0o755 })
    writeFileSync(join(folder, 'project', 'clyra.yaml'), `connectors:\n  dbt:\n    command: ${join(folder, 'evil')}\n`)
    plant(join(folder, 'project', name))
    mkdirSync(join(folder, 'project', 'shop'))
    const cwd = join(folder, 'project', 'shop')
    const env = { CLYRA_DBT: '' }
    const commands = [['runs'], ['config'], ['keys'], ['fsck'], ['bundle', '--last'], ['log', 'tail']]
    for (const command of commands) {
      const ended = await clyraHere(folder, command, { cwd, env })
      expect([command, ended.status, ended.stderr]).toEqual([command, 3, expect.stringContaining('STATE_NOT_OURS')])
      expect(ended.stderr).toContain(`try: CLYRA_LEDGER=${state}`)
    }
    const doctor = await clyraHere(folder, ['doctor', '--offline'], { cwd, env })
    expect([doctor.status, doctor.stdout]).toEqual([1, expect.stringContaining('STATE_NOT_OURS')])
    const run = clyra(folder, ['run', 'dbt', 'build'], { cwd })
    expect(run.stderr).toContain('STATE_NOT_OURS')
    clyra(folder, ['run', 'dbt', 'build'], { cwd, env })
    expect(existsSync(sprung)).toBe(false)
    expect(readdirSync(state)).not.toContain('spool')
    // Named, it is believed.
    expect((await clyraHere(folder, ['runs', '--ledger', state], { cwd, env })).status).toBe(0)
    expect((await clyraHere(folder, ['runs'], { cwd, env: { ...env, CLYRA_LEDGER: state } })).status).toBe(0)
    rows.push({
      fault: `${name} of another user above the project`,
      where: 'runs, config, keys, fsck, bundle, log tail, doctor, run dbt',
      cases: commands.length + 3,
      survived: commands.length + 3,
      rule: 'STATE_NOT_OURS; dbt runs, and nothing of his is run, read or written unless it is named',
      mutation: 'believe the nearest state directory whoever owns it',
    })
  })

  it('is not believed when every user may write it', { timeout: 60_000 }, async () => {
    chmodSync(state, 0o777)
    expect((await clyraHere(folder, ['runs'])).stderr).toContain('every user may write it')
    chmodSync(state, 0o770)
    expect((await clyraHere(folder, ['runs'])).status).toBe(0)
  })

  it('sudo’s is believed by root alone, root’s by everybody', { timeout: 60_000 }, async () => {
    plant(state)
    expect((await clyraHere(folder, ['config'])).status).toBe(3)
    const bySudo = await clyraHere(folder, ['config'], {
      env: { SUDO_UID: String(stranger?.uid ?? process.getuid?.()) },
    })
    expect(bySudo.status).toBe(stranger === undefined ? 3 : 0)
    if (stranger === undefined) return
    chownSync(state, 0, 0)
    chmodSync(folder, 0o755)
    give(join(folder, 'home'))
    const asStranger = spawnSync(process.execPath, [PROGRAM, 'config'], {
      cwd: join(folder, 'project'),
      env: environment(folder),
      uid: stranger.uid,
      gid: stranger.gid,
      encoding: 'utf8',
    })
    expect([asStranger.status, asStranger.stderr]).toEqual([0, ''])
  })
})

/** Parts of a state directory that a command opens, and what is put in the place of each. */
const FILES = ['log/lock', 'log/lock.json', 'log/durable', 'keys/ledger.key', 'checkpoints/latest', 'tiles/checkpoint']
const FOLDERS = [
  'log',
  'keys',
  'checkpoints',
  'tiles',
  'tiles/tile',
  'log/torn',
  'index',
  'index/lmdb',
  'index/offsets',
  'vault',
  'artifacts',
]

describe('a symbolic link in a state directory', () => {
  it.each([...FILES, ...FOLDERS])('is not followed: %s', { timeout: 120_000 }, async (part) => {
    leaveRun(folder, 'good')
    const place = join(state, part)
    const victim = join(folder, 'victim')
    if (existsSync(place)) renameSync(place, victim)
    else if (FOLDERS.includes(part)) mkdirSync(victim)
    else writeFileSync(victim, 'precious')
    const kept = join(folder, 'kept')
    cpSync(victim, kept, { recursive: true })
    symlinkSync(victim, place)
    const commands = [
      ['ingest', 'dbt', 'target'],
      ['run', 'dbt', 'build'],
      ['keys', 'rotate'],
      ['spool', 'flush'],
    ]
    for (const command of commands) {
      const ended = await clyraHere(folder, command)
      expect([command, ended.stderr]).toEqual([command, expect.stringMatching(/NOT_A_REGULAR_FILE|symbolic link/)])
    }
    const same = spawnSync('diff', ['-r', victim, kept], { encoding: 'utf8' })
    expect([same.status, same.stdout]).toEqual([0, ''])
    rows.push({
      fault: `a symbolic link at ${part}`,
      where: 'ingest dbt, run dbt',
      cases: commands.length,
      survived: commands.length,
      rule: 'NOT_A_REGULAR_FILE; what the link leads to stays as it was',
      mutation: FOLDERS.includes(part)
        ? 'do not look at the folders when a ledger is opened'
        : 'open without O_NOFOLLOW',
    })
  })

  it('is not copied into a backup', { timeout: 60_000 }, async () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'secret')
    mkdirSync(join(state, 'artifacts', 'ab'), { recursive: true })
    symlinkSync(secret, join(state, 'artifacts', 'ab', `ab${'0'.repeat(62)}.br`))
    const ended = await clyraHere(folder, ['backup', '../copy'])
    expect(ended.status).not.toBe(0)
    expect(ended.stderr).toContain('NOT_A_REGULAR_FILE')
    rmSync(secret)
    expect(existsSync(join(folder, 'copy', 'artifacts', 'ab'))).toBe(false)
    expect(readFileSync(join(state, 'log', 'lock.json'), 'utf8')).toContain('pid')
  })
})
