import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isClyraError } from '../errors/index.js'
import {
  assertStateFile,
  openStateFile,
  openStateHandle,
  readStateFile,
  readStateFileLater,
  type StateFileUse,
} from './state-file.js'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clyra-state-'))
  path = join(folder, 'file')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const USES: StateFileUse[] = ['r', 'r+', 'w', 'a', 'a+']

/** What both ways of opening say. */
async function said(use: StateFileUse): Promise<string> {
  const words = [
    await Promise.resolve()
      .then(() => closeSync(openStateFile(path, use)))
      .then(() => 'opened', word),
    await openStateHandle(path, use)
      .then((file) => file.close())
      .then(() => 'opened', word),
  ]
  expect(words[1]).toBe(words[0])
  return words[0] ?? ''
}
const word = (error: unknown): string =>
  isClyraError(error) ? error.code : error instanceof Error && 'code' in error ? String(error.code) : String(error)

describe('a file of a state directory', () => {
  it.each(USES)(
    'is not opened through a symbolic link, for %s, and what the link leads to stays as it is',
    async (use) => {
      const victim = join(folder, 'victim')
      writeFileSync(victim, 'precious')
      symlinkSync(victim, path)
      expect(await said(use)).toBe('NOT_A_REGULAR_FILE')
      expect(readFileSync(victim, 'utf8')).toBe('precious')
    },
  )

  it.each(USES)('is not made where a dangling link points, for %s', async (use) => {
    symlinkSync(join(folder, 'elsewhere'), path)
    expect(await said(use)).toBe('NOT_A_REGULAR_FILE')
    expect(statSync(join(folder, 'elsewhere'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it.each(USES)('is not a FIFO, for %s, and nobody waits for one', async (use) => {
    execFileSync('mkfifo', [path])
    expect(await said(use)).toBe('NOT_A_REGULAR_FILE')
  })

  it('is not a directory, nor a device', async () => {
    mkdirSync(path)
    expect(await said('r')).toBe('NOT_A_REGULAR_FILE')
    expect(() => openStateFile('/dev/zero', 'r')).toThrow(/no regular file/)
  })

  it('is private where it is made, and read whole', async () => {
    closeSync(openStateFile(path, 'wx'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    writeFileSync(path, 'text')
    expect(readStateFile(path).toString()).toBe('text')
    expect((await readStateFileLater(path)).toString()).toBe('text')
    expect(await said('wx')).toBe('EEXIST')
  })

  it('that is missing is told as the system tells it', async () => {
    expect(await said('r')).toBe('ENOENT')
    assertStateFile(path)
  })

  it('that a library opens by its path is looked at before', () => {
    symlinkSync('/nowhere', path)
    expect(() => assertStateFile(path)).toThrow(/a symbolic link/)
  })
})
