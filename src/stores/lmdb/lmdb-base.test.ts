import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ENTRY_BYTES, IndexLayer, packLayer, writeId } from '../index/index.js'
import { LmdbBase } from './lmdb-base.js'

let directory: string
let base: LmdbBase

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clyra-base-'))
  base = LmdbBase.open(directory, false)
})

afterEach(async () => {
  await base.close()
  await rm(directory, { recursive: true, force: true })
})

const LEAF = new Uint8Array(32)
const NO_STATE = { headsPosition: undefined, changed: new Set<string>() }

/** Random ones, as what is read from files has, and ones that begin with the time. */
function idOf(position: number): string {
  const digits = createHash('sha256').update(String(position)).digest('hex')
  const time = position.toString(16).padStart(12, '0')
  const hex = position % 2000 < 1000 ? digits : time + digits.slice(12)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

interface Known {
  readonly first: number
  readonly positions: number[]
}

/** Stores one layer whose records go to these streams in turn. */
function store(streams: readonly string[], known: Map<string, Known>, from: number): void {
  const layer = new IndexLayer(from)
  for (const [i, stream] of streams.entries()) {
    const position = from + i
    const there = known.get(stream) ?? { first: position, positions: [] }
    known.set(stream, there)
    const id = new Uint8Array(16)
    writeId(idOf(position), id, 0)
    layer.addId(id)
    const revision = there.positions.length
    layer.add({ position, id: idOf(position), stream, revision, leaf: LEAF }, revision, there.first)
    there.positions.push(position)
  }
  base.write(packLayer(layer, NO_STATE))
}

test('every id is known at its position, in whatever steps they were stored, also after the index was opened again', async () => {
  let through = 0
  for (const size of [1, 1, 1, 1, 3, 700, 1500, 20, 1, 2048, 2048, 2048, 2048, 5, 4000, 181, 180, 179]) {
    store(
      Array.from({ length: size }, () => 's'),
      new Map([['s', { first: 0, positions: Array(through) }]]),
      through,
    )
    through += size
  }
  await base.close()
  base = LmdbBase.open(directory, false)
  const reader = LmdbBase.open(directory, true)
  const all = Array.from({ length: through }, (_, position) => position)
  expect(base.positions(all.map(idOf))).toEqual(all)
  expect(reader.positions(all.map(idOf))).toEqual(all)
  const others = all.map((position) => through + position)
  expect(base.positions(others.map(idOf))).toEqual(others.map(() => undefined))
  await reader.close()
})

test('who reads all ids in parts misses none that was there when it began, whatever is stored and merged meanwhile', () => {
  let through = 0
  const add = (size: number) => {
    store(
      Array.from({ length: size }, () => 's'),
      new Map([['s', { first: 0, positions: Array(through) }]]),
      through,
    )
    through += size
  }
  for (let n = 0; n < 13; n++) add(300)
  const before = through
  const seen = new Set<string>()
  let last: Buffer | undefined
  for (;;) {
    const parts = base.idsAfter(last, 2)
    for (const { entries } of parts) {
      for (let at = 0; at < entries.length; at += ENTRY_BYTES)
        seen.add(Buffer.from(entries.subarray(at, at + 16)).toString('hex'))
    }
    if (parts.length === 0) break
    last = parts[parts.length - 1]?.key
    if (through < before + 1200) add(300)
  }
  for (let position = 0; position < before; position++) expect(seen.has(idOf(position).replaceAll('-', ''))).toBe(true)
})

test('the positions of a stream are given from any revision on, up to any number, however its records lie', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom('a', 'a', 'b', 'c'), { minLength: 1, maxLength: 30 }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.nat(40),
      fc.nat(40),
      (layers, from, limit) => {
        void base.reset()
        const known = new Map<string, Known>()
        let through = 0
        for (const streams of layers) {
          store(streams, known, through)
          through += streams.length
        }
        for (const { first, positions } of known.values()) {
          expect(base.positionsIn(first, from, limit)).toEqual(positions.slice(from, from + limit))
          expect(base.positionsIn(first, 0, through)).toEqual(positions)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('positions that lie apart in one step fill more than one value', () => {
  const known = new Map<string, Known>()
  store(
    Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? 'a' : 'b')),
    known,
    0,
  )
  const { first, positions } = known.get('b')!
  expect(base.positionsIn(first, 0, 5000)).toEqual(positions)
  expect(base.positionsIn(first, 399, 3)).toEqual(positions.slice(399, 402))
  expect(base.positionsIn(first, 1499, 3)).toEqual(positions.slice(1499))
  expect(base.positionsIn(first, 1500, 3)).toEqual([])
})

test('an index that was reset remembers nothing of the runs that had the same numbers before', async () => {
  const layerOf = (ids: readonly number[]) => {
    const layer = new IndexLayer(0)
    for (const [position, n] of ids.entries()) {
      const id = new Uint8Array(16)
      writeId(idOf(n), id, 0)
      layer.addId(id)
      layer.add({ position, id: idOf(n), stream: 's', revision: position, leaf: LEAF }, position, 0)
    }
    return packLayer(layer, NO_STATE)
  }
  const [some, others] = [Array.from({ length: 400 }, (_, n) => n), Array.from({ length: 400 }, (_, n) => 400 + n)]
  base.write(layerOf(some))
  expect(base.positions(some.map(idOf))).toEqual(some)
  await base.reset()
  base.write(layerOf(others))
  expect(base.positions(others.map(idOf))).toEqual(some)
  expect(base.positions(some.map(idOf))).toEqual(some.map(() => undefined))
})
