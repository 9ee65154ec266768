import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { discard, leaveRun, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'

const rows: FaultRow[] = []
afterAll(() => reportFaults('attacks-received-project', rows))

let folder: string
let project: string
let sprung: string
beforeEach(() => {
  folder = sandbox()
  project = join(folder, 'project')
  sprung = join(folder, 'sprung')
  mkdirSync(sprung)
})
afterEach(() => discard(folder))

const write = (path: string, text: string, mode = 0o644) => {
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), text)
  chmodSync(join(project, path), mode)
}
const git = (at: string, ...args: string[]) =>
  execFileSync('git', ['-C', at, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home'), GIT_ALLOW_PROTOCOL: 'file' },
    stdio: 'pipe',
  })
/** A program that leaves its name where the test looks, and then does as `cat` does. */
const trap = (name: string): string => {
  write(`traps/${name}`, `#!/bin/sh\ntouch '${join(sprung, name)}'\nexec cat\n`, 0o755)
  return join(project, 'traps', name)
}

const SETTINGS = [
  ...['core.fsmonitor', 'core.pager', 'pager.diff', 'pager.config', 'core.sshCommand', 'core.gitProxy', 'core.editor'],
  ...['core.askPass', 'core.alternateRefsCommand', 'credential.helper', 'diff.external', 'diff.x.textconv'],
  ...['diff.x.command', 'filter.x.clean', 'filter.x.smudge', 'filter.y.process', 'filter.lfs.process', 'gpg.program'],
  ...['uploadpack.packObjectsHook', 'interactive.diffFilter', 'merge.x.driver', 'hook.x.command', 'sequence.editor'],
]
const HOOKS = ['post-index-change', 'fsmonitor-watchman', 'post-checkout', 'pre-commit', 'reference-transaction']

/** A repository whose every setting that can name a program names one of ours. */
function arm(at: string, name: string): void {
  git(at, 'init', '--quiet')
  git(at, 'add', '.')
  git(at, 'commit', '--quiet', '--message', 'first')
  for (const setting of SETTINGS) git(at, 'config', setting, trap(`${name}-${setting}`))
  git(at, 'config', 'filter.y.required', 'true')
  git(at, 'config', 'alias.ls-tree', `!${trap(`${name}-alias`)}`)
  git(at, 'config', 'remote.origin.url', `ext::${trap(`${name}-remote`)}`)
  git(at, 'config', 'protocol.ext.allow', 'always')
  git(at, 'config', 'include.path', join(project, 'more.config'))
  for (const hook of HOOKS) {
    mkdirSync(join(project, `hooks-${name}`), { recursive: true })
    write(`hooks-${name}/${hook}`, `#!/bin/sh\ntouch '${join(sprung, `${name}-hook-${hook}`)}'\n`, 0o755)
  }
  git(at, 'config', 'core.hooksPath', join(project, `hooks-${name}`))
}

it('no command that reads a project runs anything of it', { timeout: 300_000 }, async () => {
  leaveRun(folder, 'good')
  write('models/orders.sql', 'select 1\n')
  write('seeds/a.csv', 'a\n')
  write('seeds/b.csv', 'b\n')
  write('seeds/c.csv', 'c\n')
  mkdirSync(join(project, 'inner'))
  write('inner/a.sql', 'select 1\n')
  arm(join(project, 'inner'), 'inner')
  arm(project, 'outer')
  // The attributes come last, so that what was committed is not what git would store now.
  write('.gitattributes', '*.sql diff=x\na.csv filter=x\nb.csv filter=y\nc.csv filter=lfs\n')
  write('inner/.gitattributes', '*.sql filter=x\n')
  write('inner/a.sql', 'select 2\n')
  for (const seed of ['a', 'b', 'c']) write(`seeds/${seed}.csv`, 'changed\n')
  write('more.config', `[core]\n\tfsmonitor = ${trap('included')}\n`)
  for (const name of ['git', 'dbt', 'xdg-open', 'python', 'python3', 'node']) {
    write(name, `#!/bin/sh\ntouch '${join(sprung, `cwd-${name}`)}'\n`, 0o755)
    write(`.venv/bin/${name}`, `#!/bin/sh\ntouch '${join(sprung, `venv-${name}`)}'\n`, 0o755)
  }
  write('.venv/pyvenv.cfg', '')
  write('package.json', '{"type":"commonjs","imports":{}}')
  for (const name of ['pg', 'lmdb', '@clyra/verify', 'commander']) {
    write(`node_modules/${name}/package.json`, '{"main":"index.js"}')
    write(`node_modules/${name}/index.js`, `require('fs').writeFileSync(${JSON.stringify(join(sprung, 'module'))}, '')`)
  }
  write('sitecustomize.py', `open(${JSON.stringify(join(sprung, 'site'))}, 'w')`)
  const env = { PATH: `.::${process.env['PATH'] ?? ''}:./`, DISPLAY: ':9', CLYRA_DBT: '' }
  expect((await clyraHere(folder, ['init'], { env })).status).toBe(0)
  write('clyra.yaml', `connectors:\n  dbt:\n    command: ${trap('command')}\n`)
  const tried: (readonly [command: string[], statuses: number[]])[] = [
    [['ingest', 'dbt', 'target'], [0]],
    [['runs'], [0]],
    [['config'], [0]],
    [
      ['doctor', '--offline'],
      [0, 1],
    ],
    [['doctor'], [0, 1]],
    [['bundle', '--last', '-o', 'x.def.zip'], [0]],
    [['verify', 'x.def.zip', '--own'], [0]],
    [['report', '--last', '-o', 'r.html'], [0]],
    [['report', '--last', '-o', 's.html', '--browser'], [0]],
    [
      ['replay', '--bundle', 'x.def.zip'],
      [0, 1],
    ],
    [['fsck', '--all'], [0]],
    [['export', 'tiles', 'tiles'], [0]],
    [['spool', 'flush'], [0]],
  ]
  for (const [command, statuses] of tried) {
    const ended = await clyraHere(folder, command, { env })
    expect([command, readdirSync(sprung)]).toEqual([command, []])
    expect(statuses, `${command.join(' ')}: ${ended.stderr}`).toContain(ended.status)
  }
  // The traps do work: whoever asks git without care springs one.
  execFileSync('git', ['-C', project, 'status'], { env: { ...process.env, HOME: join(folder, 'home') }, stdio: 'pipe' })
  expect(readdirSync(sprung)).not.toEqual([])
  rows.push({
    fault: `${SETTINGS.length} settings of git, ${HOOKS.length} hooks, filters, includes, a nested repository; programs and packages in the project; a PATH that leads there`,
    where: 'ingest, doctor, report, bundle, verify, replay, fsck, export, spool flush',
    cases: tried.length,
    survived: tried.length,
    rule: 'nothing of the project is run',
    mutation:
      'ask for the diff without switching filters off; look for git in every element of the PATH; doctor starts the dbt that clyra.yaml names',
  })
})

it('the record still says what git knows of such a project', { timeout: 120_000 }, async () => {
  leaveRun(folder, 'good')
  write('seeds/a.csv', 'a\n')
  arm(project, 'outer')
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
  expect(await clyraJsonHere(folder, ['ingest', 'dbt', 'target'])).toMatchObject({ run: expect.any(String) })
  expect(existsSync(join(sprung, 'outer-core.fsmonitor'))).toBe(false)
})
