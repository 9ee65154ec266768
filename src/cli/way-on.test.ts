import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ClyraError, ERROR_CODES, type ErrorCode } from '../errors/index.js'
import { loadCommand } from './command.js'
import { COMMANDS } from './commands/index.js'
import { wayOn } from './way-on.js'

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

describe('what to try after an error', () => {
  it('is what the place of the error says, else what its code says', () => {
    expect(wayOn(new ClyraError('RUN_NOT_FOUND', 'x', { fix: 'clyra log tail' }))).toBe('clyra log tail')
    expect(wayOn(new ClyraError('RUN_NOT_FOUND', 'x'))).toBe('clyra runs')
    const denied = new ClyraError('PERMISSION_DENIED', 'x', { details: { path: "/a b/it's" } })
    expect(wayOn(denied)).toBe("ls -ld '/a b/it'\\''s'")
    expect(wayOn(new ClyraError('LEDGER_CLOSED', 'x'))).toBeUndefined()
    const full = new ClyraError('DISK_FULL', 'x', { details: { path: join(root, 'src', 'removed', 'again.zip') } })
    expect(wayOn(full)).toBe(`df -h ${join(root, 'src')}`)
  })

  it('is there for every code that ends a program because of its environment', () => {
    const silent = codes.filter(
      (code) => ERROR_CODES[code].exit === 3 && wayOn(new ClyraError(code, 'x')) === undefined,
    )
    expect(silent).toEqual([])
  })

  it('names only commands and flags that exist, here and where errors are made', () => {
    const general = codes.flatMap((code) => wayOn(new ClyraError(code, 'x')) ?? [])
    const source = execFileSync(
      'git',
      ['grep', '--untracked', '-hoE', "fix: (commandLine)?['`]clyra[^'`$]*", '--', 'src', 'connectors'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    )
    const special = source
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replace(/^fix: (commandLine)?['`]/, '').trim())
    expect(special.length).toBeGreaterThan(20)
    expect([...general, ...special].map(misleading).filter((problem) => problem !== undefined)).toEqual([])
    expect([misleading('clyra nosuch'), misleading('clyra fsck --every'), misleading('clyra run dbt build')]).toEqual([
      'clyra nosuch: no such command',
      'clyra fsck --every: fsck has no --every',
      undefined,
    ])
  })
})
