import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ClyraError, ERROR_CODES, type ErrorCode } from '../errors/index.js'
import { loadCommand } from './command.js'
import { COMMANDS } from './commands/index.js'
import { suggestedCommand } from './suggested-command.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
// Object.keys gives string[]; the object is a constant with exactly these keys.
const codes = Object.keys(ERROR_CODES) as ErrorCode[]
const commands = await Promise.all(COMMANDS.map(loadCommand))
const groups = new Set(COMMANDS.flatMap(({ path }) => (path.includes(' ') ? [path.split(' ')[0]] : [])))

/** Why a hint that names the program would not run: no such command, or no such flag of it. */
function misleading(hint: string): string | undefined {
  const [program, ...words] = hint.split(',')[0]?.split(' ') ?? []
  if (program !== 'clyra') return undefined
  const flags = words.filter((word) => word.startsWith('--')).filter((flag) => flag !== '--help')
  const rest = words.filter((word) => !word.startsWith('--'))
  if (rest.length === 0) return flags.length === 0 ? undefined : `${hint}: no command`
  const command =
    commands.find(({ path }) => path === rest.slice(0, 2).join(' ')) ?? commands.find(({ path }) => path === rest[0])
  if (command === undefined) return groups.has(rest[0]) ? undefined : `${hint}: no such command`
  const unknown = flags.find((flag) => !command.flags.some((one) => one.flags.split(/[ ,]+/).includes(flag)))
  return unknown === undefined ? undefined : `${hint}: ${command.path} has no ${unknown}`
}

const BELOW = ['connectors', 'profiles', 'projections', 'src', ':!src/cli', ':!*.test.ts']

/** The commands of the program that errors made in these paths suggest themselves. */
function saidIn(paths: readonly string[]): string[] {
  // No match is status 1.
  const { stdout } = spawnSync(
    'git',
    ['grep', '--untracked', '-hoE', "fix: (commandLine)?['`]clyra[^'`$]*", '--', ...paths],
    { cwd: root, encoding: 'utf8' },
  )
  const found = stdout.split('\n').filter(Boolean)
  return found.map((line) => line.replace(/^fix: (commandLine)?['`]/, '').trim())
}

describe('what to try after an error', () => {
  it('is what the place of the error says, else what its code says', () => {
    expect(suggestedCommand(new ClyraError('RUN_NOT_FOUND', 'x', { fix: 'clyra log tail' }))).toBe('clyra log tail')
    expect(suggestedCommand(new ClyraError('RUN_NOT_FOUND', 'x'))).toBe('clyra runs')
    const denied = new ClyraError('PERMISSION_DENIED', 'x', { details: { path: "/a b/it's" } })
    expect(suggestedCommand(denied)).toBe("ls -ld '/a b/it'\\''s'")
    expect(suggestedCommand(new ClyraError('LEDGER_CLOSED', 'x'))).toBeUndefined()
    const full = new ClyraError('DISK_FULL', 'x', { details: { path: join(root, 'src', 'removed', 'again.zip') } })
    expect(suggestedCommand(full)).toBe(`df -h ${join(root, 'src')}`)
  })

  it('is there for every code that ends a program because of its environment', () => {
    const silent = codes.filter(
      (code) => ERROR_CODES[code].exit === 3 && suggestedCommand(new ClyraError(code, 'x')) === undefined,
    )
    expect(silent).toEqual([])
  })

  it('is a command for what rooms below the program say in details', () => {
    const suggested = (code: ErrorCode, details: Readonly<Record<string, unknown>>) =>
      suggestedCommand(new ClyraError(code, 'x', { details }))
    expect(suggested('ARTIFACT_MISSING', { sha256: 'ab', run: 'r 1' })).toBe("clyra bundle 'r 1'")
    expect(suggested('CONFIG_INVALID', { path: '/p/clyra.yaml', field: 'store' })).toBe('clyra config')
    expect(suggested('CONFIG_INVALID', { path: '/p/clyra.yaml' })).toBe(`\${EDITOR:-vi} /p/clyra.yaml`)
    expect(suggested('DBT_RUN_MISMATCH', { known: ['a', 'b'] })).toBe('clyra ingest dbt target --invocation b')
    expect(suggested('DBT_RUN_MISMATCH', { known: [] })).toBe('clyra ingest dbt --help')
    expect(suggested('LEDGER_EXISTS', { origin: 'example.org' })).toBe('clyra init --origin example.org')
    expect(suggested('LEDGER_EXISTS', { directory: '/p' })).toBe('clyra runs')
    expect(suggested('LOG_CORRUPT', { position: 3, damaged: 'record' })).toBe('clyra fsck')
    expect(suggested('LOG_CORRUPT', { position: 3 })).toBe('clyra fsck --all')
    expect(suggested('NOT_YET_SUPPORTED', { field: 'tiles', tiles: 'out' })).toBe('clyra export tiles out')
    expect(suggested('NOT_YET_SUPPORTED', { store: 'kafka' })).toBe('clyra config')
    expect(suggested('TREE_DIVERGED', { path: '/t', damaged: 'export' })).toBe('clyra verify /t')
    expect(suggested('TREE_DIVERGED', { path: 'tile/0/000', damaged: 'tile' })).toBe('clyra fsck')
  })

  it('is said by no room below the program as a command of it', () => {
    expect(saidIn(BELOW)).toEqual([])
    expect(saidIn(['src/cli']).length).toBeGreaterThan(20)
  })

  it('names only commands and flags that exist', () => {
    const general = codes.flatMap((code) => suggestedCommand(new ClyraError(code, 'x')) ?? [])
    const special = saidIn(['src/cli'])
    expect([...general, ...special].map(misleading).filter((problem) => problem !== undefined)).toEqual([])
    expect([misleading('clyra nosuch'), misleading('clyra fsck --every'), misleading('clyra run dbt build')]).toEqual([
      'clyra nosuch: no such command',
      'clyra fsck --every: fsck has no --every',
      undefined,
    ])
  })
})
