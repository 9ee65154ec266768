import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileArtifactStore } from './file-artifact-store.js'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clyra-artifacts-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

const BYTES = new Uint8Array(Buffer.from('{"metadata":{}}'))

test('an artefact is kept under its digest, mode 0600, and comes back as it was', async () => {
  const store = new FileArtifactStore(directory)
  const { sha256, size } = await store.put(BYTES)
  expect(sha256).toBe(createHash('sha256').update(BYTES).digest('hex'))
  expect(size).toBe(BYTES.length)
  expect(await store.put(BYTES)).toEqual({ sha256, size })
  expect(await store.get(sha256)).toEqual(BYTES)
  expect(await store.has(sha256)).toBe(true)
  const [prefix] = await readdir(directory)
  expect((await stat(join(directory, prefix!, sha256))).mode & 0o777).toBe(0o600)
})

test('a damaged artefact is ARTIFACT_CORRUPT, and putting it again mends it', async () => {
  const store = new FileArtifactStore(directory)
  const { sha256 } = await store.put(BYTES)
  await writeFile(join(directory, sha256.slice(0, 2), sha256), 'something else')
  await expect(store.get(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' })
  await store.put(BYTES)
  expect(await store.get(sha256)).toEqual(BYTES)
})

test('a removed artefact is gone, and removing what is not there is no error', async () => {
  const store = new FileArtifactStore(directory)
  const { sha256 } = await store.put(BYTES)
  await store.remove(sha256)
  await store.remove(sha256)
  await store.remove('0'.repeat(64))
  expect(await store.get(sha256)).toBeUndefined()
  expect(await store.has(sha256)).toBe(false)
})

test('anything but a digest is refused before it becomes a path', async () => {
  await expect(new FileArtifactStore(directory).get('../../etc/passwd')).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
  })
})
