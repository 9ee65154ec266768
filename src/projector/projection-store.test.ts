import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { stateDigest } from '../events/index.js'
import type { ProjectionStore } from '../ports/index.js'
import { MemoryProjectionStore } from './index.js'
import { LmdbProjectionStore } from './lmdb/index.js'

const directory = mkdtempSync(join(tmpdir(), 'clyra-projections-'))
afterAll(() => rmSync(directory, { recursive: true }))
let files = 0

const START = { through: 0, leaf: null }
const at = (through: number) => ({ through, leaf: 'ab'.repeat(32) })
const change = (partition: string, state: string, position = 0) => ({ partition, position, ...stateDigest({ state }) })

const KINDS: [string, () => ProjectionStore][] = [
  ['memory', () => new MemoryProjectionStore()],
  ['lmdb', () => LmdbProjectionStore.open(join(directory, `${files++}.mdb`))],
]

describe.each(KINDS)('the %s projection store', (_, open) => {
  test('holds nothing at first', async () => {
    const store = open()
    expect(await store.active('run')).toBeUndefined()
    expect(await store.checkpoint('run', 1)).toEqual(START)
    expect(await store.load('run', 1, 'a')).toBeUndefined()
    expect(await store.partitions('run', 1, undefined, 10)).toEqual([])
    await store.close()
  })

  test('commits states and checkpoint together, and gives the bytes back', async () => {
    const store = open()
    await store.commit('run', 1, {
      expected: START,
      next: at(5),
      changes: [change('a', 'one', 4), change('b', 'two', 2)],
    })
    expect(await store.checkpoint('run', 1)).toEqual(at(5))
    expect(await store.load('run', 1, 'a')).toEqual({ position: 4, ...stateDigest({ state: 'one' }) })
    await store.commit('run', 1, { expected: at(5), next: at(6), changes: [change('a', 'three', 5)] })
    expect(await store.load('run', 1, 'a')).toEqual({ position: 5, ...stateDigest({ state: 'three' }) })
    expect(await store.load('run', 1, 'b')).toEqual({ position: 2, ...stateDigest({ state: 'two' }) })
    await store.close()
  })

  test('refuses a commit from a checkpoint that moved, and writes nothing of it', async () => {
    const store = open()
    await store.commit('run', 1, { expected: START, next: at(5), changes: [] })
    const late = store.commit('run', 1, { expected: START, next: at(9), changes: [change('a', 'late')] })
    await expect(late).rejects.toMatchObject({ code: 'HEAD_MOVED' })
    expect(await store.checkpoint('run', 1)).toEqual(at(5))
    expect(await store.load('run', 1, 'a')).toBeUndefined()
    await store.close()
  })

  test('keeps names and versions apart', async () => {
    const store = open()
    await store.commit('run', 1, { expected: START, next: at(1), changes: [change('a', 'run 1')] })
    await store.commit('run', 10, { expected: START, next: at(2), changes: [change('a', 'run 10')] })
    await store.commit('runs', 1, { expected: START, next: at(3), changes: [change('a', 'runs 1')] })
    expect((await store.checkpoint('run', 1)).through).toBe(1)
    expect((await store.checkpoint('run', 10)).through).toBe(2)
    expect((await store.checkpoint('runs', 1)).through).toBe(3)
    expect(await store.partitions('run', 1, undefined, 10)).toEqual(['a'])
    await store.close()
  })

  test('keeps a version that is a text apart from numbers and from other texts', async () => {
    const store = open()
    const texts = ['run-a 1, run-b 2', 'run-a 2, run-b 1']
    for (const [index, version] of [1, ...texts].entries()) {
      await store.commit('run', version, { expected: START, next: at(index + 1), changes: [change(`p${index}`, 'x')] })
    }
    await store.commit('run-b', texts[0]!, { expected: START, next: at(9), changes: [change('p9', 'x')] })
    expect(await store.partitions('run', texts[0]!, undefined, 10)).toEqual(['p1'])
    expect(await store.checkpoint('run', texts[1]!)).toEqual(at(3))
    await store.activate('run', texts[1]!)
    expect(await store.active('run')).toBe(texts[1])
    expect(await store.partitions('run', texts[1]!, undefined, 10)).toEqual(['p2'])
    for (const dropped of [1, texts[0]!]) expect(await store.checkpoint('run', dropped)).toEqual(START)
    expect(await store.load('run-b', texts[0]!, 'p9')).toBeDefined()
    await store.close()
  })

  test('activating a version drops the others of that name and nothing else', async () => {
    const store = open()
    for (const [name, version] of [
      ['run', 1],
      ['run', 2],
      ['run', 3],
      ['other', 1],
    ] as const) {
      await store.commit(name, version, { expected: START, next: at(version), changes: [change('a', name)] })
    }
    await store.activate('other', 1)
    await store.activate('run', 2)
    expect([await store.active('run'), await store.active('other')]).toEqual([2, 1])
    for (const version of [1, 3]) {
      expect(await store.checkpoint('run', version)).toEqual(START)
      expect(await store.load('run', version, 'a')).toBeUndefined()
    }
    expect(await store.load('run', 2, 'a')).toBeDefined()
    expect(await store.load('other', 1, 'a')).toBeDefined()
    await store.close()
  })

  test('lists partitions in pages, ascending by bytes', async () => {
    const store = open()
    const names = ['b', 'a', 'a.1', 'ä', 'Z', '~', 'a'.repeat(200)]
    await store.commit('run', 1, { expected: START, next: at(1), changes: names.map((one) => change(one, one)) })
    const sorted = names
      .map((one) => Buffer.from(one))
      .sort(Buffer.compare)
      .map(String)
    const pages: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await store.partitions('run', 1, after, 2)
      expect(page.length).toBeLessThanOrEqual(2)
      pages.push(...page)
      after = page.at(-1)
      if (after === undefined) break
    }
    expect(pages).toEqual(sorted)
    await store.close()
  })

  test('does not share memory with what was handed over', async () => {
    const store = open()
    const { digest, bytes } = stateDigest({ state: 'kept' })
    await store.commit('run', 1, {
      expected: START,
      next: at(1),
      changes: [{ partition: 'a', position: 0, digest, bytes }],
    })
    const first = await store.load('run', 1, 'a')
    await store.commit('run', 1, { expected: at(1), next: at(2), changes: [change('a', 'another')] })
    expect(first?.bytes).toEqual(stateDigest({ state: 'kept' }).bytes)
    await store.close()
  })
})

describe('the lmdb projection store', () => {
  test('finds again what it committed after it was closed, also read-only', async () => {
    const file = join(directory, 'again.mdb')
    const store = LmdbProjectionStore.open(file)
    await store.commit('run', 1, { expected: START, next: at(7), changes: [change('a', 'kept', 6)] })
    await store.activate('run', 1)
    await store.close()
    for (const readOnly of [false, true]) {
      const again = LmdbProjectionStore.open(file, { readOnly })
      expect(await again.active('run')).toBe(1)
      expect(await again.checkpoint('run', 1)).toEqual(at(7))
      expect(await again.load('run', 1, 'a')).toEqual({ position: 6, ...stateDigest({ state: 'kept' }) })
      await again.close()
    }
  })

  test('a step that fails halfway leaves nothing', async () => {
    const store = LmdbProjectionStore.open(join(directory, 'half.mdb'))
    const changes = [change('a', 'one'), change('x'.repeat(3_000), 'a key that LMDB refuses')]
    await expect(store.commit('run', 1, { expected: START, next: at(1), changes })).rejects.toMatchObject({
      code: 'IO_FAILED',
    })
    expect(await store.checkpoint('run', 1)).toEqual(START)
    expect(await store.load('run', 1, 'a')).toBeUndefined()
    await store.close()
  })
})
