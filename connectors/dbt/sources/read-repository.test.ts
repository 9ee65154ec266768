import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gitWith } from './git.js'
import { readRepository } from './read-repository.js'

let folder: string
let variables: Record<string, string>
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'clyra-git-')))
  variables = { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home') }
  mkdirSync(join(folder, 'home'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const IDENTITY = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always']
const git = (at: string, ...args: string[]) =>
  execFileSync('git', ['-C', at, ...IDENTITY, ...args], { env: variables, encoding: 'utf8', stdio: 'pipe' }).trim()
const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
function repository(name: string, files: Readonly<Record<string, string>>): string {
  const at = join(folder, name)
  mkdirSync(at)
  git(at, 'init', '--quiet')
  for (const [path, text] of Object.entries(files)) write(join(at, path), text)
  git(at, 'add', '.')
  git(at, 'commit', '--quiet', '--message', 'first')
  return at
}
const head = (at: string) => git(at, 'rev-parse', 'HEAD')
const read = async (project: string, paths: string[], more: Record<string, string> = {}) => {
  const found = await readRepository(gitWith({ ...variables, ...more }), project, paths)
  return { facts: found.facts, files: paths.map((path) => found.of(path)) }
}

describe('what git says of a project', () => {
  it('is the commit, and each file as it is in it', async () => {
    const at = repository('shop', {
      'models/a.sql': 'select 1',
      'models/b.sql': 'select 2',
      '.gitignore': 'ignored.sql\n',
    })
    const commit = head(at)
    expect(await read(at, ['models/a.sql'])).toEqual({
      facts: { commit, modified: false },
      files: [{ commit, tracked: true, modified: false }],
    })
    write(join(at, 'models/b.sql'), 'select 3')
    write(join(at, 'models/new.sql'), 'select 4')
    write(join(at, 'ignored.sql'), 'select 5')
    expect(await read(at, ['models/a.sql', 'models/b.sql', 'models/new.sql', 'ignored.sql'])).toEqual({
      facts: { commit, modified: true },
      files: [
        { commit, tracked: true, modified: false },
        { commit, tracked: true, modified: true },
        { commit, tracked: false, modified: false },
        { commit, tracked: false, modified: false },
      ],
    })
  })

  it('does not follow the variables of a hook or a deployment into another repository', async () => {
    const at = repository('shop', { 'a.sql': 'select 1' })
    const other = repository('other', { 'b.sql': 'select 2' })
    const astray = { GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other, GIT_INDEX_FILE: join(other, '.git/index') }
    expect((await read(at, ['a.sql'], astray)).facts).toEqual({ commit: head(at), modified: false })
  })

  it('is told for a project below the top, in another working tree, and behind a link', async () => {
    const at = repository('mono', { 'dbt/shop/a.sql': 'select 1', 'other/b.sql': 'select 2' })
    write(join(at, 'other/b.sql'), 'changed outside the project')
    const clean = {
      facts: { commit: head(at), modified: false },
      files: [{ commit: head(at), tracked: true, modified: false }],
    }
    expect(await read(join(at, 'dbt/shop'), ['a.sql'])).toEqual(clean)
    git(at, 'worktree', 'add', '--quiet', join(folder, 'tree'))
    expect(await read(join(folder, 'tree/dbt/shop'), ['a.sql'])).toEqual(clean)
    symlinkSync(join(at, 'dbt/shop'), join(folder, 'link'))
    expect(await read(join(folder, 'link'), ['a.sql'])).toEqual(clean)
  })

  it('takes a submodule’s files from the submodule’s commit', async () => {
    const shared = repository('shared', { 'macros/m.sql': 'select 1' })
    const at = repository('shop', { 'a.sql': 'select 1' })
    git(at, 'submodule', '--quiet', 'add', shared, 'lib')
    git(at, 'commit', '--quiet', '--message', 'lib')
    expect((await read(at, ['a.sql', 'lib/macros/m.sql'])).files).toEqual([
      { commit: head(at), tracked: true, modified: false },
      { commit: head(shared), tracked: true, modified: false },
    ])
    expect((await read(join(at, 'lib'), ['macros/m.sql'])).facts).toEqual({ commit: head(shared), modified: false })
  })

  it('compares content as git stores it, with the line ends that it would store', async () => {
    const at = repository('shop', { '.gitattributes': '*.sql text eol=crlf\n', 'a.sql': 'select 1\r\n' })
    expect((await read(at, ['a.sql'])).files[0]?.modified).toBe(false)
    write(join(at, 'a.sql'), 'select 1\n')
    expect((await read(at, ['a.sql'])).files[0]?.modified).toBe(false)
    write(join(at, 'a.sql'), 'select 2\n')
    expect((await read(at, ['a.sql'])).files[0]?.modified).toBe(true)
  })

  it('runs no filter, and says nothing of a file whose stored form only a filter could tell', async () => {
    const at = repository('shop', { 'seed.csv': 'a', 'a.sql': 'select 1' })
    write(join(at, '.gitattributes'), '*.csv filter=upper\n')
    git(at, 'config', 'filter.upper.clean', `touch '${join(folder, 'sprung')}'; tr a-z A-Z`)
    git(at, 'config', 'filter.upper.required', 'true')
    git(at, 'add', '--renormalize', '.')
    git(at, 'commit', '--quiet', '--message', 'filtered')
    rmSync(join(folder, 'sprung'))
    expect((await read(at, ['seed.csv', 'a.sql'])).files).toMatchObject([null, { modified: false }])
    write(join(at, 'seed.csv'), 'changed')
    expect((await read(at, ['seed.csv'])).facts).toMatchObject({ modified: true })
    expect(() => realpathSync(join(folder, 'sprung'))).toThrow()
  })

  it('knows a file that Git LFS keeps by its digest', async () => {
    const digest = '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7'
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize 2\n`
    const at = repository('shop', { '.gitattributes': '*.csv filter=lfs\n', 'seed.csv': pointer })
    const said = async () => {
      const { facts, files } = await read(at, ['seed.csv'])
      return ['modified' in facts && facts.modified, files[0]?.modified]
    }
    expect(await said()).toEqual([false, false])
    write(join(at, 'seed.csv'), 'a\n')
    expect(await said()).toEqual([false, false])
    write(join(at, 'seed.csv'), 'b\n')
    expect(await said()).toEqual([true, true])
  })

  it('runs nothing that a submodule’s configuration names, and sees that it differs', async () => {
    const shared = repository('shared', { 'm.sql': 'select 1' })
    const at = repository('shop', { 'a.sql': 'select 1' })
    git(at, 'submodule', '--quiet', 'add', shared, 'lib')
    git(at, 'commit', '--quiet', '--message', 'lib')
    const trap = join(folder, 'trap')
    writeFileSync(trap, `#!/bin/sh\ntouch ${join(folder, 'sprung')}\nexec cat\n`)
    chmodSync(trap, 0o755)
    git(join(at, 'lib'), 'config', 'filter.x.clean', trap)
    git(join(at, 'lib'), 'config', 'core.fsmonitor', trap)
    write(join(at, 'lib/.gitattributes'), '*.sql filter=x\n')
    expect((await read(at, ['a.sql'])).facts).toMatchObject({ modified: false })
    write(join(at, 'lib/m.sql'), 'select 2')
    expect((await read(at, ['a.sql', 'lib/m.sql'])).facts).toMatchObject({ modified: true })
    expect(() => realpathSync(join(folder, 'sprung'))).toThrow()
  })

  it('sees a renamed file, a link in place of a file, and a change that the index is told to pass over', async () => {
    const at = repository('shop', { 'old.sql': 'select 1 -- long enough to be found again', 'kept.sql': 'select 2' })
    symlinkSync('kept.sql', join(at, 'link.sql'))
    git(at, 'add', '.')
    git(at, 'commit', '--quiet', '--message', 'link')
    git(at, 'mv', 'old.sql', 'new.sql')
    git(at, 'update-index', '--assume-unchanged', 'kept.sql')
    write(join(at, 'kept.sql'), 'select 3')
    const { facts, files } = await read(at, ['new.sql', 'kept.sql', 'link.sql', 'odd\nname.sql'])
    expect(facts).toMatchObject({ modified: true })
    expect(files).toMatchObject([
      { tracked: false },
      { tracked: true, modified: true },
      { tracked: false },
      { tracked: false },
    ])
  })

  it('starts no program that the repository’s configuration names', async () => {
    const at = repository('shop', { 'a.sql': 'select 1' })
    const trap = join(folder, 'trap')
    writeFileSync(trap, `#!/bin/sh\ntouch ${join(folder, 'sprung')}\n`)
    chmodSync(trap, 0o755)
    for (const name of ['core.fsmonitor', 'core.pager', 'diff.external', 'diff.x.textconv'])
      git(at, 'config', name, trap)
    write(join(at, '.git/info/attributes'), '*.sql diff=x\n')
    write(join(at, 'a.sql'), 'select 2')
    expect((await read(at, ['a.sql'])).facts).toMatchObject({ modified: true })
    expect(() => realpathSync(join(folder, 'sprung'))).toThrow()
  })

  it('says why it says nothing', async () => {
    const nowhere = join(folder, 'nowhere')
    mkdirSync(nowhere)
    expect(await read(nowhere, ['a.sql'])).toEqual({ facts: { unavailable: 'no-version-control' }, files: [null] })
    git(nowhere, 'init', '--quiet')
    expect((await read(nowhere, [])).facts).toEqual({ unavailable: 'no-commit' })
    expect((await read(nowhere, [], { PATH: join(folder, 'empty') })).facts).toEqual({ unavailable: 'not-installed' })
    expect((await read(join(folder, 'absent'), [])).facts).toEqual({ unavailable: 'failed' })
  })

  it('is refused where git does not trust another owner’s repository', async () => {
    const at = repository('shop', { 'a.sql': 'select 1' })
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    const bin = join(folder, 'bin')
    // git's own switch for its tests: as if the folder belonged to somebody else.
    write(join(bin, 'git'), `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${real} "$@"\n`)
    chmodSync(join(bin, 'git'), 0o755)
    expect((await read(at, ['a.sql'], { PATH: `${bin}:${variables['PATH']}` })).facts).toEqual({
      unavailable: 'refused',
    })
  })
})
