import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from './find-program.js'
import { programOutput } from './program-output.js'
import { StartFailure, type StartOptions, startProgram } from './start-program.js'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'clyra-start-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function script(path: string, lines: string, mode = 0o755): string {
  const file = join(folder, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, mode)
  return file
}

const closed = (more: Partial<StartOptions> = {}) => ({
  cwd: folder,
  variables: { PATH: '/usr/bin:/bin' },
  pass: ['PATH'],
  timeoutMs: 20_000,
  limit: 1 << 20,
  ...more,
})

describe('a program is found', () => {
  it.each(['', '.', './', 'bin', '../bin', '::', '.:bin'])(
    'never through the element %j of a PATH, which means the working directory',
    async (element) => {
      script('tool', 'touch sprung')
      script('bin/tool', 'touch sprung')
      expect(findProgram('tool', { PATH: element })).toBeUndefined()
      const variables = { PATH: `${element}:/nowhere` }
      await expect(startProgram('tool', [], { ...closed({ variables }), stdio: 'ignore' })).rejects.toMatchObject({
        errno: 'ENOENT',
      })
      expect(existsSync(join(folder, 'sprung'))).toBe(false)
    },
  )

  it('in the first folder that has one that may be executed', async () => {
    script('a/tool', 'echo a', 0o644)
    const second = script('b/tool', 'echo b')
    script('c/tool', 'echo c')
    mkdirSync(join(folder, 'd/tool'), { recursive: true })
    const PATH = ['d', 'a', 'b', 'c'].map((name) => join(folder, name)).join(':')
    expect(findProgram('tool', { PATH })).toBe(second)
    expect((await programOutput('tool', [], closed({ variables: { PATH } }))).stdout).toBe('b\n')
  })

  it('where the system keeps its programs, if there is no PATH at all', () => {
    expect(findProgram('sh', {})).toMatch(/\/bin\/sh$/)
    expect(findProgram('sh', { PATH: '' })).toBeUndefined()
  })

  it('and one that may not be executed says so', async () => {
    script('a/tool', 'echo a', 0o644)
    const variables = { PATH: join(folder, 'a') }
    await expect(startProgram('tool', [], { ...closed({ variables }), stdio: 'ignore' })).rejects.toMatchObject({
      errno: 'EACCES',
    })
  })
})

describe('a program is started', () => {
  it('with nothing of the environment but what is named, and of the PATH only what is absolute', async () => {
    const variables = { PATH: '.:/usr/bin::/bin:bin', SECRET: 's', NODE_OPTIONS: '--bad', LANG: 'C' }
    const { stdout } = await programOutput('env', [], { ...closed({ variables }), pass: ['PATH', 'LANG', 'ABSENT'] })
    expect(stdout.split('\n').sort()).toEqual(['', 'LANG=C', 'PATH=/usr/bin:/bin'])
  })

  it('with everything where that is said', async () => {
    const variables = { PATH: '/usr/bin:/bin:', OWN: 'x' }
    const { stdout } = await programOutput('env', [], {
      ...closed({ variables }),
      pass: 'everything',
      set: { ADDED: 'y' },
    })
    expect(stdout.split('\n').sort()).toEqual(['', 'ADDED=y', 'OWN=x', 'PATH=/usr/bin:/bin:'])
  })

  it('with its arguments as they are: there is no shell', async () => {
    const words = ['$(touch sprung)', '; touch sprung', '`touch sprung`', '*', '-n', '']
    const { stdout } = await programOutput('printf', ['[%s]', ...words], closed())
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(''))
    expect(existsSync(join(folder, 'sprung'))).toBe(false)
  })

  it('by a path from the given folder, which may be gone for one that is named whole', async () => {
    script('tool', 'echo here')
    expect((await programOutput('./tool', [], closed())).stdout).toBe('here\n')
    expect((await programOutput(join(folder, 'tool'), [], closed({ cwd: undefined }))).stdout).toBe('here\n')
  })

  it.each([
    ['a program that is not there', '/nowhere/tool', [], 'ENOENT'],
    ['arguments beyond what the system takes', 'true', ['x'.repeat(10_000_000)], 'E2BIG'],
    ['a NUL in an argument', 'true', ['a\0b'], 'ERR_INVALID_ARG_VALUE'],
  ])('or not, and then it says why: %s', async (_what, program, args, errno) => {
    const failure = await startProgram(program, args, { ...closed(), stdio: 'ignore' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StartFailure)
    expect(failure).toMatchObject({ errno })
  })
})

describe('what a program writes', () => {
  it('comes with its exit, and it gets its input', async () => {
    const path = script('tool', 'cat; echo complaint >&2; exit 3')
    expect(await programOutput(path, [], { ...closed(), input: 'text' })).toEqual({
      code: 3,
      killed: null,
      stdout: 'text',
      stderr: 'complaint\n',
    })
  })

  it('is bounded', async () => {
    expect(await programOutput('yes', [], closed())).toMatchObject({ code: null, killed: 'too-much-output' })
  })

  it('is waited for no longer than allowed, though a child of it holds the output', async () => {
    const path = script('tool', 'sleep 20 & sleep 20')
    const started = performance.now()
    expect(await programOutput(path, [], { ...closed(), timeoutMs: 200 })).toMatchObject({ killed: 'timed-out' })
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('and not at all once nobody wants it', async () => {
    const stop = new AbortController()
    const output = programOutput('sleep', ['20'], { ...closed(), signal: stop.signal })
    stop.abort()
    expect(await output).toMatchObject({ code: null, killed: 'aborted' })
    expect(await programOutput('sleep', ['20'], { ...closed(), signal: stop.signal })).toMatchObject({
      killed: 'aborted',
    })
  })
})
