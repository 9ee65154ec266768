import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clyra, clyraJson, discard, leaveRun, RECORDED, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { unprivilegedUser } from '../services/unprivileged-user.js'
import { type Holding, type HoldingProgram, holdAndServe } from './program-that-holds.js'

let folder: string
let state: string
let programs: HoldingProgram[] = []
beforeEach(async () => {
  folder = sandbox()
  state = join(folder, 'project', '.clyra')
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(async () => {
  for (const program of programs) program.child.kill('SIGKILL')
  programs = []
  await discard(folder)
})

async function held(how: Holding = 'serve', directory = state): Promise<HoldingProgram> {
  const program = holdAndServe(directory, how)
  programs.push(program)
  await program.ready
  return program
}
const ingest = () => {
  leaveRun(folder, 'good')
  return clyra(folder, ['ingest', 'dbt', 'target'])
}
const runDbt = (env = {}) =>
  clyra(folder, ['run', '--json', 'dbt', 'build'], {
    env: { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }), ...env },
  })
const lastRun = async () => ((await clyraJsonHere(folder, ['runs'])) as { runs: { run: string }[] }).runs[0]?.run ?? ''
const bundle = async (path: string) => {
  expect(clyra(folder, ['bundle', '--last', '-o', path])).toMatchObject({ status: 0, stderr: '' })
  expect((await clyraHere(folder, ['verify', path, '--own'])).status).toBe(0)
}

describe('beside a program that holds and serves the ledger', () => {
  it('a run is recorded at once, under the name of the program that wrapped it', async () => {
    await held()
    const wrapped = runDbt()
    const document = JSON.parse(wrapped.stdout.trim().split('\n').at(-1) ?? '')
    expect([wrapped.status, document.spool, document.appended > 0]).toEqual([0, null, true])
    const said = (await clyraHere(folder, ['log', 'tail', '-n', '1000', '--json'])).stdout.trim().split('\n')
    const submitters = said.map((line) => (JSON.parse(line) as { event: { submitter: string } }).event.submitter)
    expect([...new Set(submitters)].sort()).toEqual(['local', 'peer:clyra'])
  })

  it('a finished run is ingested, bundled and erased, and the ledger is sound afterwards', async () => {
    const program = await held()
    expect(ingest()).toMatchObject({ status: 0 })
    await bundle('a.def.zip')
    expect(clyra(folder, ['redact', await lastRun(), '--yes']).status).toBe(0)
    await bundle('b.def.zip')
    expect(await program.stop()).toBe(0)
    expect((await clyraHere(folder, ['fsck', '--all'])).status).toBe(0)
  })

  it('keys are rotated and revoked, and what is bundled next is signed with the new one', async () => {
    ingest()
    await held()
    const { id } = clyraJson(folder, ['keys', 'rotate']) as { id: string }
    await bundle('a.def.zip')
    expect(clyra(folder, ['keys', 'revoke', id, '--reason', 'retired']).status).toBe(0)
    await bundle('b.def.zip')
    expect(clyra(folder, ['keys', 'rotate', '--algorithm', 'rsa-pss-3072-sha256']).status).toBe(0)
    await bundle('c.def.zip')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = join(folder, 'evidence.pem')
    writeFileSync(pem, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    expect(clyra(folder, ['keys', 'rotate', '--key', pem]).status).toBe(0)
    await bundle('d.def.zip')
    expect(clyra(folder, ['keys', 'revoke', '0'.repeat(64), '--reason', 'retired']).stderr).toMatch(/\((KEY_[A-Z]+)\)/)
  })

  it('what waits in spools is brought in by who asks for it, also by `spool flush`', async () => {
    const alone = await held('alone')
    expect(runDbt().stderr).toMatch(/LEDGER_LOCKED.*waits in .*spool/)
    expect(await alone.stop()).toBe(0)
    await held()
    const flushed = clyraJson(folder, ['spool', 'flush']) as { runs: { appended: number }[]; waiting: unknown[] }
    expect([flushed.runs.length, flushed.waiting]).toEqual([1, []])
    expect(flushed.runs[0]?.appended).toBeGreaterThan(10)
    expect(clyraJson(folder, ['spool', 'flush'])).toEqual({ runs: [], waiting: [] })
    await bundle('a.def.zip')
  })

  it('a bundle is of one moment, however fast the holder appends to the streams that it claims', async () => {
    ingest()
    await held('restless')
    for (let i = 0; i < 5; i++) await bundle(`${i}.def.zip`)
  })

  it('a holder that was killed keeps nobody out', async () => {
    const program = await held()
    program.child.kill('SIGKILL')
    await program.stop()
    expect(ingest()).toMatchObject({ status: 0 })
    await held()
    await bundle('a.def.zip')
  })
})

describe('beside a program that holds the ledger and serves nobody', () => {
  it('what would append waits and names it, a run waits in its spool, and what only reads works', async () => {
    ingest()
    const run = await lastRun()
    const { keys } = (await clyraJsonHere(folder, ['keys'])) as { keys: { id: string }[] }
    const program = await held('alone')
    for (const args of [
      ['ingest', 'dbt', 'target'],
      ['redact', run, '--yes'],
      ['spool', 'flush'],
      ['keys', 'rotate'],
      ['keys', 'revoke', keys.at(-1)?.id ?? '', '--reason', 'retired'],
    ]) {
      const { status, stderr } = clyra(folder, args, { env: { CLYRA_LOCK_WAIT: '0.2' } })
      expect([args, status, stderr]).toEqual([
        args,
        3,
        expect.stringMatching(/process \d+ \(a program\) writes this ledger \(LEDGER_LOCKED\)/),
      ])
    }
    await bundle('a.def.zip')
    expect(await program.stop()).toBe(0)
  })

  it('one that stands still is as one that does not serve', async () => {
    const program = await held()
    program.child.kill('SIGSTOP')
    expect(clyra(folder, ['keys', 'rotate'], { env: { CLYRA_LOCK_WAIT: '0.2' } }).stderr).toContain('LEDGER_LOCKED')
    program.child.kill('SIGCONT')
    expect(clyra(folder, ['keys', 'rotate']).status).toBe(0)
  })
})

describe('at the place of the socket', () => {
  const socket = () => join(state, 'socket')

  it('a file, a folder or a link of somebody else is no holder, and stays', () => {
    mkdirSync(socket(), { mode: 0o700, recursive: true })
    const path = join(socket(), 'holder')
    for (const put of [
      () => writeFileSync(path, 'not a socket'),
      () => mkdirSync(path),
      () => symlinkSync(folder, path),
    ]) {
      put()
      expect(clyra(folder, ['keys', 'rotate'])).toMatchObject({ status: 0 })
      expect(lstatSync(path).isSocket()).toBe(false)
      rmSync(path, { recursive: true })
    }
  })

  it('a link or a file in place of its folder is refused, and nothing is made behind it', () => {
    rmSync(socket(), { recursive: true, force: true })
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), socket())
    expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('NOT_A_REGULAR_FILE')
    rmSync(socket())
    writeFileSync(socket(), '')
    expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('NOT_A_REGULAR_FILE')
  })

  it('a link or a folder in place of the file that says where it lies is refused', () => {
    mkdirSync(socket(), { mode: 0o700, recursive: true })
    const path = join(socket(), 'elsewhere')
    for (const put of [() => symlinkSync('/etc/hostname', path), () => mkdirSync(path)]) {
      put()
      expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('NOT_A_REGULAR_FILE')
      rmSync(path, { recursive: true })
    }
  })

  it('a folder of another user, or one that others may enter, is not believed', async () => {
    await held()
    const stranger = unprivilegedUser()
    if (stranger === undefined) chmodSync(socket(), 0o777)
    else chownSync(socket(), stranger.uid, stranger.gid)
    const { status, stderr } = clyra(folder, ['keys', 'rotate'])
    // One's own is closed again.
    if (stranger === undefined) expect([status, lstatSync(socket()).mode & 0o777]).toEqual([0, 0o700])
    else expect([status, stderr]).toEqual([3, expect.stringContaining('STATE_NOT_OURS')])
  })

  it('the holder of another ledger is refused by its identity', async () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    expect((await clyraHere(folder, ['init', other])).status).toBe(0)
    const program = await held('serve', join(other, '.clyra'))
    mkdirSync(socket(), { mode: 0o700, recursive: true })
    writeFileSync(join(socket(), 'elsewhere'), await program.ready)
    expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('LEDGER_MISMATCH')
    const { keys } = (await clyraJsonHere(folder, ['keys', '--ledger', other])) as { keys: unknown[] }
    expect(keys).toHaveLength(2)
    // Nor is it taken for its own where it was moved there.
    rmSync(join(socket(), 'elsewhere'))
    renameSync(await program.ready, join(socket(), 'holder'))
    expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('LEDGER_MISMATCH')
  })
})
