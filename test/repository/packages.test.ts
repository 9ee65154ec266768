import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeFolder } from '../services/index.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'clyra-packages-'))

const sh = (command: string, args: string[], cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000 })

/** Runs a program with a version of Node from its registry package, which is looked for once. */
const fromRegistry = (version: string) => {
  let found: string | undefined
  return (args: string[]) => {
    found ??= sh('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath']).trim()
    return sh(found, args)
  }
}
/** This Node, the least version that package.json names, and Node 24. */
const nodes: { name: string; node: (args: string[]) => string }[] = [
  { name: `this Node (${process.version})`, node: (args) => sh(process.execPath, args) },
  { name: 'the least Node', node: fromRegistry('20.19.0') },
  { name: 'Node 24', node: fromRegistry('24') },
]

const PACKAGES = ['.', 'verifier/ts', 'verifier/def', 'verifier/pef']
const manifestOf = (path: string) => JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'))
const vectorNamed = (name: string) =>
  JSON.parse(readFileSync(join(root, 'spec/bundle/test-vectors/index.json'), 'utf8')).vectors.find(
    (one: { name: string }) => one.name === name,
  )

/** Every fenced `ts` block of a README, in order. */
function snippets(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
}

describe('the packages as a user gets them', () => {
  /** Of the compiled snippets. */
  let names: readonly string[] = []
  beforeAll(() => {
    mkdirSync(join(folder, 'tarballs'))
    for (const path of PACKAGES)
      sh('npm', ['pack', '--silent', '--pack-destination', join(folder, 'tarballs')], join(root, path))
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
    const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
    sh('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--silent',
      `./tarballs/clyra-${version}.tgz`,
      `./tarballs/clyra-verify-${version}.tgz`,
      `./tarballs/clyra-def-verifier-${version}.tgz`,
      `./tarballs/clyra-pef-verifier-${version}.tgz`,
      'typescript@5.9.3',
      '@types/node@20.19.43',
    ])
  })
  afterAll(() => removeFolder(folder))

  it('the least Node of the tests is the least that the packages name', () => {
    for (const path of PACKAGES) expect(manifestOf(path).engines.node).toBe('>=20.19')
  })

  it('they have one version, and what is only a name of the verifier asks for that one', () => {
    const { version } = manifestOf('.')
    for (const path of PACKAGES) expect(manifestOf(path).version).toBe(version)
    for (const path of ['verifier/def', 'verifier/pef'])
      expect(manifestOf(path).dependencies).toEqual({ '@clyra/verify': version })
  })

  it.each(['def', 'pef'])('npx @clyra/%s-verifier is the verifier under its own name', (profile) => {
    const name = `${profile}-verifier`
    const run = (...args: string[]) => sh('npx', ['--no-install', `@clyra/${name}`, ...args])
    expect(run('--help')).toMatch(new RegExp(`^Usage: ${name} <bundle`))
    const vector = join(
      root,
      'spec/bundle/test-vectors/valid',
      profile === 'def' ? 'honest.def.zip' : 'pef-agent.pef.zip',
    )
    const [pin] = vectorNamed(profile === 'def' ? 'valid/honest' : 'valid/pef-agent').options.trust
    expect(run(vector, '--key', pin.vkey)).toMatch(/^VALID/)
  })

  it.each(nodes)('both programs start and name their commands on $name', ({ node }) => {
    expect(node(['node_modules/clyra/dist/program/clyra.js', '--help'])).toMatch(/clyra run dbt/)
    expect(node(['node_modules/@clyra/verify/dist/cli.js', '--help'])).toMatch(/clyra-verify/)
  })

  it('every snippet of the READMEs, of docs/library.md and of docs/pef.md compiles as it is printed', () => {
    const pages = ['README.md', 'verifier/ts/README.md', 'docs/library.md', 'docs/pef.md']
    const all = pages.flatMap((path) => snippets(join(root, path)))
    expect(all.length).toBeGreaterThan(1)
    names = all.map((_code, index) => `snippet-${index}`)
    for (const [index, code] of all.entries()) writeFileSync(join(folder, `${names[index]}.ts`), code)
    // Types are taken away and nothing else: what Node does not understand must not be rewritten for it.
    const options = ['--strict', '--target', 'esnext', '--module', 'nodenext', '--skipLibCheck']
    sh('npx', ['tsc', ...options, ...names.map((name) => `${name}.ts`)])
  })

  it.each(nodes)('every snippet runs on $name', ({ node }) => {
    expect(names.length).toBeGreaterThan(1)
    for (const made of ['readme-demo', 'library-demo', 'library-families', 'library-workers', 'pef-demo'])
      rmSync(join(folder, made), { recursive: true, force: true })
    // What the verifier's snippet reads: a bundle, and the key that its owner gave.
    node(['node_modules/clyra/dist/program/clyra.js', 'demo', 'data'])
    copyFileSync(join(folder, '.demo', 'good.def.zip'), join(folder, 'run.def.zip'))
    const keys = JSON.parse(node(['node_modules/clyra/dist/program/clyra.js', 'keys', '--ledger', '.demo', '--json']))
    writeFileSync(join(folder, 'ledger.vkey'), keys.vkey)
    for (const name of names) node([`${name}.js`])
  })

  it('a typed consumer gets narrowed data and no hidden any', () => {
    writeFileSync(
      join(folder, 'consumer.ts'),
      `import { ClyraError, type ErrorCode, type EventData, openLedger } from 'clyra'
       import { describeLogStore } from 'clyra/conformance'
       import { verifyBundle } from '@clyra/verify'
       const code: ErrorCode = 'LOG_CORRUPT'
       const data: EventData['dev.clyra.run.closed.v1'] = { run: 'x' }
       // @ts-expect-error: not a code
       const wrong: ErrorCode = 'NO_SUCH_CODE'
       const ledger = await openLedger({ directory: '.clyra' })
       const source = '/ci'
       await ledger.append('run-1', 'any', [
         { type: 'dev.clyra.run.closed.v1', source, data: { run: 'x' } },
         { type: 'com.example.anything.v1', source, data: { of: ['any', 'shape'] } },
       ])
       // @ts-expect-error: data of a known type has that type's shape
       await ledger.append('run-1', 'any', [{ type: 'dev.clyra.run.closed.v1', source, data: { run: 1 } }])
       // @ts-expect-error: the expected revision has no default
       const broken = async () => (await openLedger({ directory: '.clyra' })).append('run-1', [])
       export { ClyraError, broken, code, data, describeLogStore, verifyBundle, wrong }`,
    )
    sh('npx', [
      'tsc',
      '--strict',
      '--noEmit',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable',
      '--module',
      'nodenext',
      'consumer.ts',
    ])
  })
})
