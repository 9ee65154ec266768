import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileVault } from './file-vault.js'

let directory: string

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'clyra-vault-')), 'vault')
})

afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

const SUBJECT = '0b6d6b8e-4f6e-4b9e-8a51-8a3f0c6f7a11'
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i)
const value = (pointer: string) => ({
  id: '01890000-0000-7000-8000-000000000000',
  pointer,
  iv: new Uint8Array(12).fill(1),
  ciphertext: Uint8Array.from([1, 2, 3]),
  tag: new Uint8Array(16).fill(2),
})

test('a subject key is kept with mode 0600, the same again is no change, another is refused', async () => {
  const vault = new FileVault({ directory })
  expect(await vault.subjectKey(SUBJECT)).toBeUndefined()
  await vault.putSubjectKey(SUBJECT, KEY)
  await vault.putSubjectKey(SUBJECT, KEY)
  expect(await vault.subjectKey(SUBJECT)).toEqual(KEY)
  await expect(vault.putSubjectKey(SUBJECT, new Uint8Array(32))).rejects.toMatchObject({ code: 'VAULT_FAILED' })
  for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
})

test('kept values come back, each once, and a line that a crash cut off is dropped', async () => {
  const vault = new FileVault({ directory })
  await vault.putValues(SUBJECT, [value('/data/a'), value('/data/b')])
  await vault.putValues(SUBJECT, [value('/data/b'), value('/data/c')])
  expect((await vault.values(SUBJECT)).map(({ pointer }) => pointer)).toEqual(['/data/a', '/data/b', '/data/c'])
  const path = join(directory, `${SUBJECT}.values`)
  const text = await readFile(path, 'utf8')
  await writeFile(path, `${text}{"id":"018`)
  expect((await vault.values(SUBJECT)).length).toBe(3)
  await vault.putValues(SUBJECT, [value('/data/d')])
  expect((await vault.values(SUBJECT)).map(({ pointer }) => pointer)).toEqual([
    '/data/a',
    '/data/b',
    '/data/c',
    '/data/d',
  ])
  expect((await vault.values(SUBJECT))[3]).toEqual(value('/data/d'))
})

test('an erased subject leaves no byte of its key, also not of a write that was cut off, and takes no new one', async () => {
  const vault = new FileVault({ directory })
  await vault.putSubjectKey(SUBJECT, KEY)
  await vault.putValues(SUBJECT, [value('/data/a')])
  await writeFile(join(directory, `${SUBJECT}.key.4711.tmp`), 'left by a killed process')
  await vault.erase(SUBJECT)
  await vault.erase(SUBJECT)
  expect(await vault.erased(SUBJECT)).toBe(true)
  expect(await vault.subjectKey(SUBJECT)).toBeUndefined()
  expect(await vault.values(SUBJECT)).toEqual([])
  expect(await readdir(directory)).toEqual([`${SUBJECT}.erased`])
  await expect(vault.putSubjectKey(SUBJECT, KEY)).rejects.toMatchObject({ code: 'VAULT_FAILED' })
  await expect(vault.putValues(SUBJECT, [value('/data/a')])).rejects.toMatchObject({ code: 'VAULT_FAILED' })
})

test('a vault that keeps no values keeps none', async () => {
  const vault = new FileVault({ directory, keepValues: false })
  await vault.putSubjectKey(SUBJECT, KEY)
  await vault.putValues(SUBJECT, [value('/data/a')])
  expect(await vault.values(SUBJECT)).toEqual([])
})

test('the key of shapes is made once, also by many at the same time, and leaves nothing beside it', async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i / 4))
      return new FileVault({ directory }).shapeKey()
    }),
  )
  for (const key of made) expect(key).toEqual(made[0])
  expect(await new FileVault({ directory }).shapeKey()).toEqual(made[0])
  expect(await readdir(directory)).toEqual(['shape.key'])
})

test('a subject that is no plain name is refused before it becomes a path', async () => {
  const vault = new FileVault({ directory })
  for (const subject of ['../x', '', 'a/b', 'a.b', '\0']) {
    await expect(vault.putSubjectKey(subject, KEY)).rejects.toMatchObject({ code: 'VAULT_FAILED' })
  }
})
