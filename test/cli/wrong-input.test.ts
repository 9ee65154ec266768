import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { discard, type Ended, environment, leaveRun, PROGRAM, RECORDED, sandbox } from './clyra.js'
import { holdLedger } from './hold-ledger.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
const project = () => join(folder, 'project')
const state = () => join(folder, 'project', '.clyra')

beforeEach(() => {
  folder = sandbox()
})
afterEach(() => discard(folder))

/** One sentence with that code, one thing to try, that exit status, and nothing on stdout. */
function expectRefusal(ended: Ended, code: string, status: number): void {
  expect(ended.stderr).toMatch(new RegExp(`^clyra: .*\\(${code}\\)\ntry: \\S`, 'm'))
  expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' })
}

const init = async () => expect((await clyraHere(folder, ['init'])).status).toBe(0)

describe('a ledger', () => {
  it.each([[['runs']], [['ingest', 'dbt', 'target']], [['bundle', '--last']], [['fsck']], [['keys']]])(
    'that is not there is said by `clyra %j` with a way on',
    async (args) => {
      const ended = await clyraHere(folder, args)
      if (args[0] === 'ingest') leaveRun(folder, 'good')
      const again = args[0] === 'ingest' ? await clyraHere(folder, args) : ended
      expectRefusal(again, 'LEDGER_NOT_FOUND', 3)
      expect(again.stderr).toContain('try: clyra init')
    },
  )

  it('is not folded to a position that it does not have', async () => {
    await init()
    expectRefusal(await clyraHere(folder, ['replay', '--to', '999999']), 'INVALID_POSITION', 2)
  })

  it.each([['backup'], ['export', 'tiles']])(
    'is not copied to where nothing can be made, by %s %s',
    async (...command) => {
      await init()
      const ended = await clyraHere(folder, [...command, '/proc/no-such-place/copy'])
      expect(ended.stderr).toMatch(/\((IO_FAILED|PERMISSION_DENIED|READ_ONLY)\)/)
      expect(ended.status).toBe(3)
    },
  )

  it('is never overwritten', async () => {
    await init()
    const before = readFileSync(join(project(), 'clyra.yaml'), 'utf8')
    expectRefusal(await clyraHere(folder, ['init']), 'LEDGER_EXISTS', 2)
    expect(readFileSync(join(project(), 'clyra.yaml'), 'utf8')).toBe(before)
  })

  it('has one writer: the second says who the first is', async () => {
    await init()
    leaveRun(folder, 'good')
    const held = await holdLedger(state())
    const ended = await clyraHere(folder, ['ingest', 'dbt', 'target'], { env: { CLYRA_LOCK_WAIT: '0.2' } })
    await held.release()
    expectRefusal(ended, 'LEDGER_LOCKED', 3)
    expect(ended.stderr).toContain('a test')
    expect((await clyraHere(folder, ['runs'])).status).toBe(0)
  })

  it('at a server is not part of this release', async () => {
    expectRefusal(await clyraHere(folder, ['runs', '--ledger', 'postgres://u:hunter2@h/db']), 'NOT_YET_SUPPORTED', 2)
    expect((await clyraHere(folder, ['runs', '--ledger', 'postgres://u:hunter2@h/db'])).stderr).not.toContain('hunter2')
  })

  it('does not publish tiles by itself in this release, and says so instead of doing nothing', async () => {
    await init()
    writeFileSync(join(project(), 'clyra.yaml'), 'tiles: file:public\n')
    expectRefusal(await clyraHere(folder, ['runs']), 'NOT_YET_SUPPORTED', 2)
  })

  it('keeps its own key: rotating that is not part of this release', async () => {
    await init()
    expectRefusal(await clyraHere(folder, ['keys', 'rotate', '--purpose', 'ledger']), 'NOT_YET_SUPPORTED', 2)
    expectRefusal(await clyraHere(folder, ['keys', 'rotate', '--purpose', 'badge']), 'USAGE', 2)
  })

  it('without its private key is read and not written', async () => {
    await init()
    leaveRun(folder, 'good')
    renameSync(join(state(), 'keys'), join(folder, 'keys'))
    expect((await clyraHere(folder, ['log', 'tail'])).status).toBe(0)
    const ended = await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expect(ended.status).toBe(3)
    expect(ended.stderr).toMatch(/\(KEY_MISMATCH|KEY_INVALID|READ_ONLY\)/)
  })

  it('whose key others can read is not written with it', async () => {
    await init()
    leaveRun(folder, 'good')
    for (const name of readdirSync(join(state(), 'keys'))) chmodSync(join(state(), 'keys', name), 0o644)
    expectRefusal(await clyraHere(folder, ['ingest', 'dbt', 'target']), 'KEY_INVALID', 2)
  })
})

describe('what dbt left', () => {
  beforeEach(init)

  it('is asked for where there is nothing', async () => {
    expectRefusal(await clyraHere(folder, ['ingest', 'dbt', 'no-such-target']), 'DBT_ARTIFACT_MISSING', 3)
  })

  it('is named and kept where it is cut off, and the rest is recorded', async () => {
    leaveRun(folder, 'good')
    truncateSync(join(project(), 'target', 'run_results.json'), 1000)
    const ended = await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expect([ended.status, ended.stderr]).toEqual([
      0,
      expect.stringMatching(/run_results.json cannot be read: .* byte \d+/),
    ])
    expect(await clyraJsonHere(folder, ['runs'])).toMatchObject({
      runs: [{ completeness: 'partial', reasons: ['artifact-unreadable'] }],
    })
  })

  it('is refused where what is cut off is all there is, and nothing is added', async () => {
    leaveRun(folder, 'good')
    for (const name of ['logs', 'target/manifest.json']) rmSync(join(project(), name), { recursive: true })
    truncateSync(join(project(), 'target', 'run_results.json'), 1000)
    const size = await clyraJsonHere(folder, ['log', 'streams'])
    expectRefusal(await clyraHere(folder, ['ingest', 'dbt', 'target']), 'DBT_ARTIFACT_INVALID', 1)
    expect(await clyraJsonHere(folder, ['log', 'streams'])).toEqual(size)
  })

  it('is read as far as it goes where its version is newer than this release knows', async () => {
    leaveRun(folder, 'good')
    const path = join(project(), 'target', 'run_results.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace(/run-results\/v\d+\.json/, 'run-results/v99.json'))
    const ended = await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expect([ended.status, ended.stderr]).toEqual([0, expect.stringContaining('newer than this release knows')])
  })

  it('is never stored under an invocation that nothing here names', async () => {
    leaveRun(folder, 'good')
    const refused = await clyraHere(folder, [
      'ingest',
      'dbt',
      'target',
      '--invocation',
      '11111111-2222-3333-4444-555555555555',
    ])
    expectRefusal(refused, 'DBT_RUN_MISMATCH', 1)
    expect(await clyraJsonHere(folder, ['runs'])).toMatchObject({ runs: [] })
    const named = /--invocation (\S+)/.exec(refused.stderr)?.[1] ?? ''
    expect((await clyraHere(folder, ['ingest', 'dbt', 'target', '--invocation', named])).status).toBe(0)
  })

  it('is left out where it is of another run, and the record says so', async () => {
    leaveRun(folder, 'good')
    cpSync(join(RECORDED, 'failing', 'target', 'manifest.json'), join(project(), 'target', 'manifest.json'))
    expect((await clyraHere(folder, ['ingest', 'dbt', 'target'])).status).toBe(0)
    expect(await clyraJsonHere(folder, ['runs'])).toMatchObject({
      runs: [{ completeness: 'partial', reasons: ['artifact-manifest-stale'] }],
    })
  })

  it('is refused where it is of another run than the results and no log says which is meant, until one is named', async () => {
    leaveRun(folder, 'good')
    rmSync(join(project(), 'logs'), { recursive: true })
    cpSync(join(RECORDED, 'failing', 'target', 'manifest.json'), join(project(), 'target', 'manifest.json'))
    const refused = await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expectRefusal(refused, 'DBT_RUN_MISMATCH', 1)
    const invocation = /--invocation (\S+)/.exec(refused.stderr)?.[1] ?? ''
    expect((await clyraHere(folder, ['ingest', 'dbt', 'target', '--invocation', invocation])).status).toBe(0)
    expect(await clyraJsonHere(folder, ['runs'])).toMatchObject({ runs: [{ completeness: 'partial' }] })
  })
})

describe('a bundle', () => {
  beforeEach(async () => {
    await init()
    leaveRun(folder, 'good')
    expect((await clyraHere(folder, ['ingest', 'dbt', 'target'])).status).toBe(0)
    expect((await clyraHere(folder, ['bundle', '--last', '-o', 'b.zip'])).status).toBe(0)
  })

  it('of a run that is not there is not made', async () => {
    expectRefusal(await clyraHere(folder, ['bundle', 'no-such-run', '-o', 'x.zip']), 'RUN_NOT_FOUND', 1)
    expectRefusal(await clyraHere(folder, ['bundle']), 'USAGE', 2)
    expect(existsSync(join(project(), 'x.zip'))).toBe(false)
  })

  it('that is not there cannot be verified', async () => {
    expectRefusal(await clyraHere(folder, ['verify', 'none.zip']), 'IO_FAILED', 3)
  })

  it('is UNTRUSTED without a key, also beside its own ledger; the fingerprint is shown', async () => {
    const ended = await clyraHere(folder, ['verify', 'b.zip'])
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('UNTRUSTED')
    expect(ended.stdout).toContain(((await clyraJsonHere(folder, ['keys'])) as { fingerprint: string }).fingerprint)
    expect(ended.stdout).not.toMatch(/clyra trust add|--key /)
  })

  it('is VALID with the ledger’s key, its own ledger or a trust file', async () => {
    const { vkey, genesis } = (await clyraJsonHere(folder, ['keys'])) as { vkey: string; genesis: string }
    expect((await clyraHere(folder, ['verify', 'b.zip', '--key', vkey])).status).toBe(0)
    const own = await clyraHere(folder, ['verify', 'b.zip', '--own'])
    expect({ status: own.status, said: own.stderr.includes(state()) }).toEqual({ status: 0, said: true })
    expect((await clyraHere(folder, ['trust', 'add', vkey, '--genesis', genesis])).status).toBe(0)
    expect((await clyraHere(folder, ['verify', 'b.zip'])).status).toBe(0)
  })

  it('is not verified against a folder of artefacts that is not there', async () => {
    expectRefusal(await clyraHere(folder, ['verify', 'b.zip', '--own', '--artifacts', 'nowhere']), 'IO_FAILED', 3)
  })

  it('under another key for the same origin is told apart', async () => {
    mkdirSync(join(folder, 'other'))
    const { origin } = (await clyraJsonHere(folder, ['keys'])) as { origin: string }
    await clyraHere(folder, ['init', '--origin', origin], { cwd: join(folder, 'other') })
    const { vkey } = (await clyraJsonHere(folder, ['keys'], { cwd: join(folder, 'other') })) as { vkey: string }
    expect(await clyraJsonHere(folder, ['verify', 'b.zip', '--key', vkey])).toMatchObject({
      verdict: 'UNTRUSTED',
      code: 'ORIGIN_KEY_MISMATCH',
    })
  })

  it('with any byte changed is refused', async () => {
    const bytes = readFileSync(join(project(), 'b.zip'))
    const { vkey } = (await clyraJsonHere(folder, ['keys'])) as { vkey: string }
    for (let i = 0; i < 5; i++) {
      const changed = Buffer.from(bytes)
      const at = Math.floor((bytes.length * (i + 0.5)) / 5)
      changed[at] = (changed[at] ?? 0) ^ 0x10
      writeFileSync(join(project(), 'changed.zip'), changed)
      expect(await clyraJsonHere(folder, ['verify', 'changed.zip', '--key', vkey])).toMatchObject({
        verdict: 'INVALID',
      })
    }
  })

  it('is not verified against a key that is none', async () => {
    expectRefusal(await clyraHere(folder, ['verify', 'b.zip', '--key', 'nonsense']), 'KEY_INVALID', 2)
  })
})

describe('where nothing can be written', () => {
  const USER = 'nobody'
  let asUser = false
  beforeAll(() => {
    asUser = process.getuid?.() === 0 && spawnSync('runuser', ['-u', USER, '--', 'true']).status === 0
  })

  /** Root ignores mode bits: as another user, whose home is the sandbox. */
  const asOther = (args: readonly string[], env: Record<string, string> = {}): Ended => {
    const command = [process.execPath, PROGRAM, ...args]
    const variables = Object.entries(environment(folder, env)).map(([name, value]) => `${name}=${value}`)
    const done = asUser
      ? spawnSync('runuser', ['-u', USER, '--', 'env', '-i', ...variables, ...command], {
          cwd: project(),
          encoding: 'utf8',
        })
      : spawnSync(command[0] ?? '', command.slice(1), {
          cwd: project(),
          env: environment(folder, env),
          encoding: 'utf8',
        })
    return { status: done.status, signal: done.signal, stdout: done.stdout, stderr: done.stderr }
  }
  const open = (path: string) => spawnSync('chmod', ['-R', 'a+rX', path])

  it('`init` says so and leaves nothing', () => {
    open(folder)
    chmodSync(project(), 0o555)
    expectRefusal(asOther(['init']), 'PERMISSION_DENIED', 3)
    expect(readdirSync(project())).toEqual([])
  })

  it('a ledger can still be read, and its newest bundle made elsewhere', async () => {
    await init()
    leaveRun(folder, 'good')
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    const { vkey } = (await clyraJsonHere(folder, ['keys'])) as { vkey: string }
    open(folder)
    spawnSync('chmod', ['-R', 'a-w', project()])
    expect(asOther(['runs']).stdout).toContain('succeeded')
    expect(asOther(['log', 'tail']).status).toBe(0)
    const write = asOther(['ingest', 'dbt', 'target'])
    expect(write.status).toBe(3)
    expect(write.stderr).toMatch(/\((PERMISSION_DENIED|READ_ONLY|KEY_MISMATCH|KEY_INVALID)\)/)
    expect(vkey).not.toBe('')
  })

  it('a bundle that cannot be written leaves no half file', async () => {
    await init()
    leaveRun(folder, 'good')
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    mkdirSync(join(folder, 'full'))
    expectRefusal(await clyraHere(folder, ['bundle', '--last', '-o', '../none/b.zip']), 'IO_FAILED', 3)
    const mounted =
      process.getuid?.() === 0 &&
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', join(folder, 'full')]).status === 0
    if (!mounted) {
      console.log('not run here: a full disk needs the right to mount a small tmpfs')
      return
    }
    try {
      expectRefusal(await clyraHere(folder, ['bundle', '--last', '-o', '../full/b.zip']), 'DISK_FULL', 3)
      expect(readdirSync(join(folder, 'full'))).toEqual([])
    } finally {
      spawnSync('umount', [join(folder, 'full')])
    }
  })
})
