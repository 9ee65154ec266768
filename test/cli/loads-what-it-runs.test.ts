import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sampled } from '../faults/sampled.js'
import { discard, environment, leaveRun, PROGRAM, PROJECT, RECORDED, sandbox } from './clyra.js'
import { clyraHere } from './in-process.js'

const HOOK = fileURLToPath(new URL('./loaded-hook.mjs', import.meta.url))

/** The program before its modules are joined: which rooms it loads can be seen. */
const MODULES = join(PROJECT, 'dist', 'src', 'cli', 'main.js')

/** Every command line but the wrapper's is parsed and checked by these. */
const LINE = ['commander', 'zod']
/** A log with its index. */
const STORED = ['@node-rs/crc32', 'lmdb', 'uuid', 'yaml']
const READER = [...LINE, ...STORED]
const WRITING = ['fs-native-extensions']

/** Rooms below the command line: what is kept, and what is made of it. */
const KEPT = ['src/ledger', 'src/stores/embedded', 'src/stores/lmdb']
const MADE = ['src/projector', 'projections/bundle', 'connectors/dbt', 'connectors/postgres']

/**
 * What a command line loads from its start to its end: which of the packages that Clyra depends on, and rooms of which it
 * loads nothing. A package costs everyone who types the line its time.
 */
const LINES: readonly (readonly [line: string, packages: readonly string[], closed: readonly string[]])[] = [
  ['--version', ['commander'], ['src/runtime', 'src/events', ...KEPT, ...MADE]],
  ['help', ['commander'], ['src/runtime', 'src/events', ...KEPT, ...MADE]],
  ['run --help', [...LINE, 'uuid'], ['src/runtime', ...KEPT, ...MADE]],
  [
    'runs --help',
    [...LINE, 'uuid'],
    ['src/stores/lmdb', 'src/stores/embedded', 'connectors/dbt', 'connectors/postgres'],
  ],
  ['config', [...LINE, 'yaml'], ['src/crypto', ...KEPT, ...MADE]],
  ['trust list', LINE, [...KEPT, ...MADE]],
  // A bundle is verified where there is no ledger.
  ['verify run.def.zip', ['@clyra/verify', ...LINE], [...KEPT, ...MADE]],
  // Records are shown as they lie, and keys are folded by the ledger itself.
  ['log tail', READER, MADE],
  ['keys', READER, MADE],
  ['prove 0', READER, MADE],
  ['runs', READER, ['projections/bundle', 'src/evidence', 'connectors/dbt', 'connectors/postgres']],
  ['report --last', READER, ['connectors/postgres']],
  ['report run.def.zip -o page.html', ['@clyra/verify', ...LINE, 'uuid'], [...KEPT.slice(1), 'connectors/dbt']],
  ['replay', ['@clyra/verify', ...READER], ['connectors/postgres']],
  ['doctor --offline', READER, ['connectors/postgres']],
  ['spool flush', [...READER, ...WRITING], ['connectors/postgres']],
  // The wrapper and its recorder, with no parser of commands.
  ['run dbt build', ['zod', ...STORED, ...WRITING], ['projections/bundle', 'src/evidence', 'connectors/postgres']],
]

let folder: string
beforeAll(async () => {
  folder = sandbox()
  leaveRun(folder, 'good')
  for (const line of ['init', 'ingest dbt target --log logs/dbt.log', 'bundle --last -o run.def.zip'])
    expect(await clyraHere(folder, line.split(' '))).toMatchObject({ status: 0 })
})
afterAll(() => discard(folder))

/** Paths of all modules that a command line loads, below the project. */
function loadedBy(
  program: string,
  line: string,
): { readonly status: number | null; readonly stderr: string; readonly paths: string[] } {
  const list = join(folder, 'loaded')
  rmSync(list, { force: true })
  const { status, stderr } = spawnSync(process.execPath, [program, ...line.split(' ')], {
    cwd: join(folder, 'project'),
    env: environment(folder, {
      NODE_OPTIONS: `--import ${pathToFileURL(HOOK).href}`,
      CLYRA_LOADED: list,
      FAKE_DBT: JSON.stringify({ recording: join(RECORDED, 'good') }),
    }),
    encoding: 'utf8',
  })
  const paths = new Set(readFileSync(list, 'utf8').split('\n'))
  return { status, stderr, paths: [...paths].map((path) => relative(PROJECT, path)) }
}

/** Holds: the file has these members. */
const { dependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}

/** The package that a module is of, also one that is joined into the program; the verifier lies in the project itself. */
const packageOf = (path: string): string | undefined =>
  path.startsWith('verifier/ts/')
    ? '@clyra/verify'
    : (/^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? /^dist\/program\/package-([a-z]+)\.js$/.exec(path))?.[1]

it.each(sampled(LINES, 2))('clyra %s loads %j', (line, packages, closed) => {
  for (const program of [PROGRAM, MODULES]) {
    const { status, stderr, paths } = loadedBy(program, line)
    // UNTRUSTED: nobody's key is trusted here.
    expect({ status, stderr }).toMatchObject({ status: line.startsWith('verify') ? 1 : 0 })
    const own = new Set(paths.map((path) => packageOf(path) ?? ''))
    expect(Object.keys(dependencies).filter((name) => own.has(name))).toEqual([...packages].sort())
    expect(closed.filter((room) => paths.some((path) => path.startsWith(`dist/${room}/`)))).toEqual([])
  }
})
