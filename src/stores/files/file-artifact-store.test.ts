import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileArtifactStore } from './file-artifact-store.js'
import { packArtifact, unpackArtifact } from './packed-artifact.js'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clyra-artifacts-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

const packedAt = (sha256: string) => join(directory, sha256.slice(0, 2), `${sha256}.br`)

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

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
  expect((await stat(join(directory, prefix!, `${sha256}.br`))).mode & 0o777).toBe(0o600)
})

test('a damaged artefact is ARTIFACT_CORRUPT, and putting it again mends it', async () => {
  const store = new FileArtifactStore(directory)
  const { sha256 } = await store.put(BYTES)
  // No stream at all, a stream of other bytes, and one that ends in the middle.
  const packed = brotliCompressSync(BYTES)
  for (const damaged of [Buffer.from('something else'), brotliCompressSync('other'), packed.subarray(0, -3)]) {
    await writeFile(packedAt(sha256), damaged)
    await expect(store.get(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' })
    await store.put(BYTES)
    expect(await store.get(sha256)).toEqual(BYTES)
  }
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

test('one that an earlier release wrote plain is read and not written again; where it is damaged a packed one takes its place', async () => {
  const store = new FileArtifactStore(directory)
  const sha256 = createHash('sha256').update(BYTES).digest('hex')
  const plain = join(directory, sha256.slice(0, 2), sha256)
  await mkdir(dirname(plain))
  await writeFile(plain, BYTES)
  expect([await store.has(sha256), await store.get(sha256)]).toEqual([true, BYTES])
  await store.put(BYTES)
  expect(await readdir(dirname(plain))).toEqual([sha256])
  await writeFile(plain, 'something else')
  await expect(store.get(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT', details: { path: plain } })
  await store.put(BYTES)
  expect(await readdir(dirname(plain))).toEqual([`${sha256}.br`])
  await writeFile(plain, BYTES)
  await store.remove(sha256)
  expect(await store.has(sha256)).toBe(false)
})

test('a manifest takes a fraction of its size, and equal ones are kept once', async () => {
  const store = new FileArtifactStore(directory)
  const nodes = Array.from({ length: 2000 }, (_, n) => [
    `model.shop.m${n}`,
    { schema: 'shop', name: `m${n}`, tags: [] },
  ])
  const manifest = Buffer.from(JSON.stringify({ nodes: Object.fromEntries(nodes) }))
  const { sha256 } = await store.put(manifest)
  await store.put(manifest)
  const listed = await all(store.list())
  expect(listed.map((one) => one.sha256)).toEqual([sha256])
  expect(listed[0]!.storedBytes).toBeLessThan(manifest.length / 8)
})

test('what unpacks to more than an artefact can be is refused and never unpacked whole', async () => {
  const packed = await packArtifact(new Uint8Array(3000))
  expect(await unpackArtifact(packed, 3000)).toEqual(new Uint8Array(3000))
  expect(await unpackArtifact(packed, 2999)).toBeUndefined()
})

test('a list names what is there and nothing else', async () => {
  const store = new FileArtifactStore(directory)
  expect(await all(store.list())).toEqual([])
  const { sha256 } = await store.put(BYTES)
  await writeFile(`${packedAt(sha256)}.tmp`, '')
  await mkdir(join(directory, 'notes'))
  expect((await all(store.list())).map((one) => one.sha256)).toEqual([sha256])
})

test('anything but a digest is refused before it becomes a path', async () => {
  await expect(new FileArtifactStore(directory).get('../../etc/passwd')).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
  })
})
