import { spawnSync } from 'node:child_process'
import {
  chmodSync,
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
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canonicalBytes } from '../../src/canonical/index.js'
import { loadCommand } from '../../src/cli/command.js'
import { COMMANDS } from '../../src/cli/commands/index.js'
import { zip } from '../../src/evidence/index.js'
import { readZip } from '../../src/replay/index.js'
import {
  clyra,
  discard,
  type Ended,
  ended,
  environment,
  filesUnder,
  leaveRun,
  PROGRAM,
  RECORDED,
  sandbox,
  startClyra,
} from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
beforeEach(() => {
  folder = sandbox()
})
afterEach(() => discard(folder))
const project = () => join(folder, 'project')
const fakeDbt = { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }) }

describe('the demonstration', () => {
  it('tells the whole story in a minute, twice, and git sees nothing of it', async () => {
    spawnSync('git', ['init', '-q', project()])
    for (let i = 0; i < 2; i++) {
      const told = clyra(folder, ['demo', 'data'])
      expect({ status: told.status, stderr: told.stderr }).toEqual({ status: 0, stderr: '' })
      expect(told.stdout.match(/VALID, recorded demonstration/g)).toHaveLength(2)
      expect(told.stdout.match(/the same bytes out of the log/g)).toHaveLength(2)
      expect(told.stdout).toMatch(/INVALID \([A-Z_]+\): refused/)
      const next = [...told.stdout.matchAll(/^ {2}npx clyra ((?:verify|runs).*)$/gm)].map(([, line]) =>
        line!.split(' '),
      )
      const ends = []
      for (const line of next) ends.push((await clyraHere(folder, line)).status)
      expect(ends).toEqual([0, 1, 0])
    }
    expect(spawnSync('git', ['-C', project(), 'status', '--porcelain'], { encoding: 'utf8' }).stdout).toBe('')
    expect(await clyraJsonHere(folder, ['runs', '--ledger', '.demo'])).toMatchObject({
      runs: [{ demonstration: true }, { demonstration: true }],
    })
  })

  it('sets what dbt claimed beside what was seen, names the finding, and leaves a report of each run', async () => {
    const { stdout } = await clyraHere(folder, ['demo', 'data'])
    const flat = stdout.replace(/\s+/g, ' ')
    expect(flat).toContain('A run that dbt calls a success: dbt build, SUCCEEDED, 1 high finding')
    expect(flat).toMatch(/daily_revenue: success HIGH: dbt says COMMIT where no transaction/)
    expect(flat).toContain('A run that failed: dbt build, FAILED, no finding')
    expect(flat).toContain('6 steps: skipped nothing of them went to the warehouse')
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(108)
    const page = (name: string) => readFileSync(join(project(), '.demo', `${name}.report.html`), 'utf8')
    expect([page('good'), page('failing')].map((text) => text.includes('Recorded demonstration'))).toEqual([true, true])
    expect(page('failing')).toContain('Got 1 result, configured to fail if != 0')
  })

  it('leaves a directory alone that it did not make', async () => {
    mkdirSync(join(project(), '.demo'))
    writeFileSync(join(project(), '.demo', 'mine'), 'x')
    expect((await clyraHere(folder, ['demo', 'data'])).status).toBe(2)
    expect(readdirSync(join(project(), '.demo'))).toEqual(['mine'])
  })
})

describe('a recorded run', () => {
  beforeEach(async () => {
    expect((await clyraHere(folder, ['init'])).status).toBe(0)
    leaveRun(folder, 'good')
  })

  it('that is read again adds nothing', async () => {
    const first = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { appended: number }
    expect(first.appended).toBeGreaterThan(50)
    const before = (await clyraJsonHere(folder, ['log', 'streams'])) as {
      streams: { stream: string; revision: string }[]
    }
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({
      appended: 0,
      known: first.appended,
      leftOut: 0,
    })
    const ofRun = (all: typeof before) => all.streams.filter(({ stream }) => stream.startsWith('run-'))
    expect(ofRun((await clyraJsonHere(folder, ['log', 'streams'])) as typeof before)).toEqual(ofRun(before))
  })

  it('that is read again with its log gone says what came too late', async () => {
    const first = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { appended: number }
    rmSync(join(project(), 'logs'), { recursive: true })
    const again = await clyraHere(folder, ['ingest', 'dbt', 'target'])
    expect(again.stdout).toMatch(
      /: 0 records added, \d+ were there already, [1-9] left out because what is recorded is as complete; bundle/,
    )
    const { known } = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { known: number }
    expect([known > 20, known < first.appended]).toEqual([true, true])
  })

  it('whose log came later is read again, and is evidence of a complete run', async () => {
    const log = join(project(), 'logs', 'dbt.log')
    renameSync(log, join(folder, 'later.log'))
    const { run } = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { run: string }
    const before = ((await clyraJsonHere(folder, ['runs'])) as { runs: unknown[] }).runs[0]
    expect(before).toMatchObject({
      completeness: 'partial',
      reasons: expect.arrayContaining(['log-missing']),
      statements: 0,
    })
    renameSync(join(folder, 'later.log'), log)
    const later = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { run: string; appended: number }
    expect([later.run, later.appended > 50]).toEqual([run, true])
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({ appended: 0, leftOut: 0 })
    const after = ((await clyraJsonHere(folder, ['runs'])) as { runs: { statements: number }[] }).runs[0]
    expect(after).toMatchObject({ completeness: 'complete', outcome: 'succeeded' })
    expect(after?.statements).toBeGreaterThan(30)
    expect((await clyraHere(folder, ['bundle', '--last', '--open', '-o', 'b.zip'])).status).toBe(0)
    expect(await clyraJsonHere(folder, ['verify', 'b.zip', '--own', '--require-complete-run'])).toMatchObject({
      verdict: 'VALID',
      run: { completeness: 'complete', outcome: 'succeeded', voices: { log: { completeness: 'complete' } } },
    })
    const demanded = await clyraJsonHere(folder, ['verify', 'b.zip', '--own', '--require-warehouse'])
    expect(demanded).toMatchObject({ verdict: 'INCOMPLETE', code: 'WAREHOUSE_NOT_ASKED' })
    expect((await clyraHere(folder, ['replay', '--bundle', 'b.zip'])).status).toBe(0)
    expect((await clyraHere(folder, ['fsck'])).status).toBe(0)
  })

  it('gives the same bundle while nothing is written, without the ledger’s lock', async () => {
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    for (const name of ['one.zip', 'two.zip'])
      expect((await clyraHere(folder, ['bundle', '--last', '-o', name])).status).toBe(0)
    expect(readFileSync(join(project(), 'one.zip'))).toEqual(readFileSync(join(project(), 'two.zip')))
  })

  it('that was erased stays valid, says so, and cannot be read in again', async () => {
    const { run } = (await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])) as { run: string }
    const refused = await clyraHere(folder, ['redact', run])
    expect({ status: refused.status, tried: refused.stderr.includes(`try: clyra redact ${run} --yes`) }).toEqual({
      status: 2,
      tried: true,
    })
    expect(await clyraJsonHere(folder, ['redact', run, '--yes'])).toMatchObject({ already: false, artifacts: 2 })
    expect(await clyraJsonHere(folder, ['redact', run, '--yes'])).toMatchObject({ already: true })
    expect(filesUnder(join(project(), '.clyra', 'artifacts'))).toEqual([])
    expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({ appended: 0 })
    expect((await clyraHere(folder, ['bundle', '--last', '-o', 'b.zip'])).status).toBe(0)
    expect(await clyraJsonHere(folder, ['verify', 'b.zip', '--own'])).toMatchObject({
      verdict: 'VALID',
      redacted: true,
    })
    expect((await clyraHere(folder, ['fsck'])).status).toBe(0)
  })

  it('opens its sealed values only in a bundle that was asked to', async () => {
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    await clyraHere(folder, ['bundle', '--last', '-o', 'closed.zip'])
    await clyraHere(folder, ['bundle', '--last', '--open', '-o', 'open.zip'])
    const has = (name: string) => readFileSync(join(project(), name)).includes('create view')
    expect({ closed: has('closed.zip'), open: has('open.zip') }).toEqual({ closed: false, open: true })
    expect(await clyraJsonHere(folder, ['verify', 'open.zip', '--own'])).toMatchObject({ verdict: 'VALID' })
    expect((await clyraHere(folder, ['replay', '--bundle', 'open.zip'])).status).toBe(0)
  })

  it('is rebuilt from an exported log alone, and a changed bundle is told by file and byte', async () => {
    await clyraHere(folder, ['ingest', 'dbt', 'target'])
    await clyraHere(folder, ['bundle', '--last', '--embed', '-o', 'b.zip'])
    await clyraHere(folder, ['export', 'tiles', 'tiles'])
    expect((await clyraHere(folder, ['verify', 'tiles', '--own'])).status).toBe(0)
    rmSync(join(project(), '.clyra'), { recursive: true })
    expect((await clyraHere(folder, ['replay', '--from', 'tiles', '--bundle', 'b.zip'])).stdout).toMatch(/^EQUAL:/)
    expect((await clyraHere(folder, ['replay', '--from', 'tiles'])).stdout).toMatch(/^NOTHING TO COMPARE WITH/)
    expect((await clyraHere(folder, ['replay', '--from', 'tiles', '--write', 'd.json'])).status).toBe(0)
    expect((await clyraHere(folder, ['replay', '--from', 'tiles', '--expect', 'd.json'])).stdout).toMatch(/^EQUAL:/)
    const digests = JSON.parse(readFileSync(join(project(), 'd.json'), 'utf8')) as { digests: { digest: string }[] }
    for (const one of digests.digests) one.digest = one.digest.replace(/^./, (first) => (first === '0' ? '1' : '0'))
    writeFileSync(join(project(), 'd.json'), JSON.stringify(digests))
    const other = await clyraHere(folder, ['replay', '--from', 'tiles', '--expect', 'd.json'])
    expect({ status: other.status, said: other.stdout.split('\n')[0] }).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^DIFFERENT: run-\w+ v\d+ of .* has the digest .*, expected/),
    })
  })
})

describe('a bundle of an earlier release', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/bundles-0.1/${name}`, import.meta.url))
  const replayed = ['replay', '--from', fixture('tiles')]

  it('is rebuilt but for what its renderer and folds made, which is named with the release that can', async () => {
    const { status, stdout } = await clyraHere(folder, [...replayed, '--bundle', fixture('good.def.zip')])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^EQUAL but for report.html, digest of def, digest of run: 4 files of run \S+ came out/)
    expect(stdout).toContain('report.html: release 0.1 can make it again')
    const json = await clyraHere(folder, [...replayed, '--bundle', fixture('good.def.zip'), '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      result: 'equal-but-for',
      difference: null,
      files: ['heads.json', 'manifest.json', 'proof.json', 'records.jsonl'],
      notCompared: [
        { what: 'report.html', madeBy: null, release: '0.1', known: true },
        { what: 'digest of def', madeBy: { name: 'def', version: 2 }, release: '0.1', known: true },
        { what: 'digest of run', madeBy: { name: 'run', version: 2 }, release: '0.1', known: true },
      ],
    })
  })

  it('has digests that nothing of today can be compared with: that is said, and is no pass', async () => {
    const { status, stdout } = await clyraHere(folder, [...replayed, '--expect', fixture('states.json')])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^NOTHING TO COMPARE WITH: .*\n {2}not compared: digests of run, made by run 2: release 0.1/)
  })
})

describe('a bundle of a release that is still to come', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/bundles-0.1/${name}`, import.meta.url))

  it('is not compared, with a code of its own, and is neither called equal nor different', async () => {
    const files = new Map(readZip(new Uint8Array(readFileSync(fixture('good.def.zip')))))
    const manifest = JSON.parse(Buffer.from(files.get('manifest.json')!).toString('utf8')) as Record<string, unknown>
    manifest['renderer'] = { name: 'def-report', version: 999 }
    writeFileSync(join(project(), 'later.zip'), zip(files.set('manifest.json', canonicalBytes(manifest))))
    const replayed = ['replay', '--from', fixture('tiles'), '--bundle', 'later.zip']
    const { status, stdout } = await clyraHere(folder, replayed)
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^NOT COMPARED \(MAKER_UNKNOWN\): this release does not know def-report 999; a later one may\. 4 files of run/,
    )
    expect(stdout).toContain('report.html, made by def-report 999: no release that this one knows can make it again')
    expect(await clyraJsonHere(folder, replayed)).toMatchObject({
      result: 'not-compared',
      code: 'MAKER_UNKNOWN',
      difference: null,
    })
  })

  it('has digests that are not compared either', async () => {
    const digests = JSON.parse(readFileSync(fixture('states.json'), 'utf8')) as { digests: { version: number }[] }
    for (const one of digests.digests) one.version = 3
    writeFileSync(join(project(), 'later.json'), JSON.stringify(digests))
    const replayed = ['replay', '--from', fixture('tiles'), '--expect', 'later.json']
    const { status, stdout } = await clyraHere(folder, replayed)
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^NOT COMPARED \(MAKER_UNKNOWN\)/),
    })
  })
})

describe('an interruption', () => {
  it('of `init` leaves a whole ledger or none', async () => {
    for (const delay of [150, 300, 350, 400, 450, 500]) {
      const child = startClyra(folder, ['init'])
      const done = ended(child)
      setTimeout(() => child.kill('SIGINT'), delay)
      const { signal, status } = await done
      const left = readdirSync(project())
      if (left.includes('.clyra')) expect((await clyraHere(folder, ['fsck'])).status).toBe(0)
      else expect({ left, interrupted: signal === 'SIGINT' || status === 130 }).toEqual({ left: [], interrupted: true })
      for (const name of left) rmSync(join(project(), name), { recursive: true })
    }
  })
})

describe('a wrapper where the ledger cannot take the run', () => {
  const mount = (path: string, size: string) =>
    process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status === 0

  it('because its disk is full: the run waits in the user’s spool', async () => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    if (!mount(disk, '1m')) {
      console.log('not run here: a full disk needs the right to mount a small tmpfs')
      return
    }
    try {
      expect((await clyraHere(folder, ['init', '../disk'])).status).toBe(0)
      symlinkSync(join(disk, '.clyra'), join(project(), '.clyra'))
      spawnSync('sh', ['-c', `dd if=/dev/zero of=${disk}/filler bs=1k 2>/dev/null; true`])
      const done = clyra(folder, ['run', 'dbt', 'build'], {
        env: { FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good'), exit: 4 }) },
      })
      expect(done.status).toBe(4)
      expect(done.stderr).toMatch(/DISK_FULL/)
      expect(done.stderr).toMatch(/waits in/)
      rmSync(join(disk, 'filler'))
      spawnSync('mount', ['-o', 'remount,size=16m', disk])
      expect(await clyraJsonHere(folder, ['spool', 'flush'])).toMatchObject({ waiting: [] })
      expect(await clyraJsonHere(folder, ['runs'])).toMatchObject({ runs: [{ exitCode: 4, completeness: 'complete' }] })
      expect((await clyraHere(folder, ['fsck'])).status).toBe(0)
    } finally {
      spawnSync('umount', [disk])
    }
  })

  it('because it is read-only for this user: dbt runs, and its owner takes the run in', async () => {
    const asUser = process.getuid?.() === 0 && spawnSync('runuser', ['-u', 'nobody', '--', 'true']).status === 0
    // What its owner remembers of ledgers is not put into the home of the user who runs dbt.
    expect((await clyraHere(folder, ['init'], { env: { XDG_STATE_HOME: join(folder, 'owner') } })).status).toBe(0)
    spawnSync('chmod', ['-R', 'a+rX', folder])
    spawnSync('chmod', ['-R', 'go-rwx', join(project(), '.clyra', 'keys')])
    chmodSync(join(folder, 'home'), 0o777)
    for (const name of ['target', 'logs']) {
      mkdirSync(join(project(), name))
      chmodSync(join(project(), name), 0o777)
    }
    if (!asUser) spawnSync('chmod', ['-R', 'a-w', join(project(), '.clyra')])
    const variables = Object.entries(environment(folder, fakeDbt)).map(([name, value]) => `${name}=${value}`)
    const command = ['env', '-i', ...variables, process.execPath, PROGRAM, 'run', 'dbt', 'build']
    const [program = '', ...args] = asUser ? ['runuser', '-u', 'nobody', '--', ...command] : command
    const done = spawnSync(program, args, { cwd: project(), encoding: 'utf8' })
    expect({ status: done.status, said: done.stderr.includes('waits in') }).toEqual({ status: 0, said: true })
    if (!asUser) spawnSync('chmod', ['-R', 'u+w', join(project(), '.clyra')])
    expect(await clyraJsonHere(folder, ['spool', 'flush'])).toMatchObject({ runs: [{ known: 0 }], waiting: [] })
    expect(await clyraJsonHere(folder, ['runs'])).toMatchObject({ runs: [{ completeness: 'complete' }] })
  })
})

describe('the examples of the help', () => {
  it('run as they stand', async () => {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, 'clyra'), `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`)
    chmodSync(join(bin, 'clyra'), 0o755)
    leaveRun(folder, 'good')
    const started = new Set(['clyra init', 'clyra init --origin ledger.example.org'])
    const env = { ...fakeDbt, PATH: `${bin}:${process.env['PATH']}` }
    const shell = (line: string): Ended => {
      const done = spawnSync('sh', ['-c', line], {
        cwd: project(),
        env: environment(folder, env),
        encoding: 'utf8',
        maxBuffer: 64 << 20,
      })
      return { status: done.status, signal: done.signal, stdout: done.stdout, stderr: done.stderr }
    }
    expect(shell('clyra init').status).toBe(0)
    expect(shell('clyra ingest dbt target --log logs/dbt.log').status).toBe(0)
    // A line without anything for a shell needs none, nor a process.
    const plain = /^clyra( [\w./@=:-]+)+$/
    const asTyped = async (line: string) =>
      plain.test(line) ? clyraHere(folder, line.split(' ').slice(1), { env }) : shell(line)
    for (const { path, examples } of await Promise.all(COMMANDS.map(loadCommand))) {
      for (const [line] of examples) {
        if (started.has(line)) continue
        const { status, stderr } = await asTyped(line)
        expect([0, 1], `${path}: ${line}\n${stderr}`).toContain(status)
      }
    }
    expect(existsSync(join(project(), 'evidence.def.zip'))).toBe(true)
  })
})
