import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the papers say what the program does', () => {
  it('docs/errors.md lists exactly the codes of the error class', () => {
    execFileSync(process.execPath, ['scripts/errors-page.mjs', '--check'], { cwd: root, stdio: 'pipe' })
  })

  it('every error code is used by the program or its tests', () => {
    const source = execFileSync(
      'git',
      [
        'grep',
        '--untracked',
        '-hoE',
        '[A-Z][A-Z_]{3,}',
        '--',
        'src',
        'connectors',
        'projections',
        'profiles',
        ':!src/errors/codes.ts',
      ],
      {
        cwd: root,
        encoding: 'utf8',
      },
    )
    const used = new Set(source.split('\n'))
    const codes = [...read('src/errors/codes.ts').matchAll(/^ {2}([A-Z_]+): \{ exit/gm)].map((match) => match[1] ?? '')
    expect(codes.length).toBeGreaterThan(40)
    expect(codes.filter((code) => !used.has(code))).toEqual([])
  })

  it('every test and every vector that the threat model names is there', () => {
    const page = read('docs/threat-model.md')
    const named = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => join(root, 'docs', path ?? ''))
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
    const vectors = (JSON.parse(read('spec/bundle/test-vectors/index.json')) as { vectors: { name: string }[] }).vectors
    const patterns = [...page.matchAll(/`((?:forged|negative|truncated|valid)\/[a-z0-9*-]+)`/g)].map(
      ([, name]) => name ?? '',
    )
    const found = (pattern: string) => {
      const [start = '', rest] = pattern.split('*')
      return vectors.some(({ name }) => (rest === undefined ? name === start : name.startsWith(start)))
    }
    expect(patterns.length).toBeGreaterThan(5)
    expect(patterns.filter((pattern) => !found(pattern))).toEqual([])
  })

  it('nobody is told to fetch what no registry has', () => {
    const found = spawnSync(
      'git',
      [
        'grep',
        '--untracked',
        '-nE',
        'npx (-y )?@?clyra|npm (install|i) (-g )?@?clyra(@| |$|/)',
        '--',
        'README.md',
        'docs',
        'src',
        'projections',
        'profiles',
        'connectors',
        'verifier',
        'examples',
        'spec',
      ],
      { cwd: root, encoding: 'utf8' },
    )
    // In a clone, after a build, `npx clyra` is the program of that clone: what the demonstration prints.
    expect(
      found.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('src/cli/commands/demo-data.ts')),
    ).toEqual([])
  })

  it('every direct dependency has its line in docs/dependencies.md', () => {
    const page = read('docs/dependencies.md')
    for (const path of ['package.json', 'verifier/ts/package.json']) {
      const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = JSON.parse(read(path))
      for (const name of Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }))
        expect(page).toContain(`\`${name}\``)
    }
  })

  it('versions are pinned exactly and lock files name no download address', () => {
    for (const path of [
      'package.json',
      'verifier/ts/package.json',
      'test/services/package.json',
      'test/foreign/npm/package.json',
      'bench/package.json',
    ]) {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(path))
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        expect(`${name} ${version}`).toMatch(/ (npm:@?[a-z0-9/-]+@)?[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9.]+)?$/)
      }
    }
    const locks = execFileSync('git', ['ls-files', '*package-lock.json'], { cwd: root, encoding: 'utf8' })
      .trim()
      .split('\n')
    for (const lock of locks) expect(read(lock)).not.toMatch(/"resolved": "https?:/)
  })
})
