import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FileCheckpointStore } from './file-checkpoint-store.js'

// The real functions; what is written down is when a directory is flushed, and one flush can be made to fail.
const flushed = vi.hoisted(() => {
  // Other files of this process may have loaded the real ones, and later ones are to load them again.
  vi.resetModules()
  return { directories: [] as string[], fail: false }
})
afterAll(() => vi.resetModules())
vi.mock('./durable-file.js', async (original) => {
  const real = await original<typeof import('./durable-file.js')>()
  return {
    ...real,
    syncDirectory: async (path: string) => {
      await real.syncDirectory(path)
      flushed.directories.push(path)
    },
    replaceFile: async (...args: Parameters<typeof real.replaceFile>) => {
      await real.replaceFile(...args)
      if (flushed.fail) throw new Error('injected: the directory was not flushed')
    },
  }
})

let directory: string
const note = (text: string) => new TextEncoder().encode(text)

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clyra-checkpoints-'))
  flushed.directories.length = 0
  flushed.fail = false
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('what a killed writer left is flushed before it is built on, once', async () => {
  await writeFile(join(directory, 'latest'), 'signed')
  const store = new FileCheckpointStore(directory, { assertHeld: () => undefined })
  expect(await store.latest()).toEqual(note('signed'))
  expect(flushed.directories).toEqual([directory])
  await store.latest()
  expect(flushed.directories).toEqual([directory])
})

test('a reader flushes nothing', async () => {
  await new FileCheckpointStore(directory).latest()
  expect(flushed.directories).toEqual([])
})

test('after a write that failed half-way the name is flushed before it counts', async () => {
  const store = new FileCheckpointStore(directory, { assertHeld: () => undefined })
  await store.latest()
  flushed.fail = true
  await expect(store.compareAndSet(undefined, note('one'))).rejects.toThrow('injected')
  await expect(store.keep(3, note('three'))).rejects.toThrow('injected')
  flushed.fail = false
  flushed.directories.length = 0
  await store.keep(3, note('three'))
  expect(flushed.directories).toEqual([directory])
  expect(await store.latest()).toEqual(note('one'))
  expect(flushed.directories).toEqual([directory])
})
