import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../canonical/index.js'
import {
  CompactRange,
  consistencyProof,
  entriesPath,
  entryBundle,
  type HashReader,
  inclusionProof,
  leafHash,
  newTiles,
  rootOf,
  subtreeHash,
  tilePath,
  tileReader,
  tileWidth,
  verifyConsistency,
  verifyInclusion,
} from './index.js'

const SIZE = 70_000
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(Buffer.from(String(i))))
const nodes = new Map<string, Uint8Array>()
new CompactRange().append(leaves, (level, index, hash) => nodes.set(`${level}/${index}`, hash))
const read: HashReader = (level, index) => {
  const hash = nodes.get(`${level}/${index}`)
  if (hash === undefined) throw new Error(`no node ${level}/${index}`)
  return hash
}

describe('tiles', () => {
  it('have the paths of C2SP tlog-tiles', () => {
    expect(tilePath(0, 0)).toBe('tile/0/000')
    expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067')
    expect(tilePath(3, 1000, 255)).toBe('tile/3/x001/000.p/255')
    expect(tilePath(1, 999, 1)).toBe('tile/1/999.p/1')
    expect(entriesPath(123_456)).toBe('tile/entries/x123/456')
    expect(entriesPath(0, 7)).toBe('tile/entries/000.p/7')
    for (const act of [
      () => tilePath(-1, 0),
      () => tilePath(64, 0),
      () => tilePath(0, -1),
      () => tilePath(0, 0, 0),
      () => tilePath(0, 0, 257),
      () => tilePath(0, 1.5),
    ]) {
      expect(act).toThrow(expect.objectContaining({ code: 'INVALID_POSITION' }))
    }
  })

  it('are as wide as the tree fills them', () => {
    expect([0, 1, 255, 256, 257].map((size) => tileWidth(0, 0, size))).toEqual([0, 1, 255, 256, 256])
    expect(tileWidth(0, 273, SIZE)).toBe(SIZE - 273 * 256)
    expect(tileWidth(1, 1, SIZE)).toBe(17)
    expect(tileWidth(2, 0, SIZE)).toBe(1)
    expect(tileWidth(3, 0, SIZE)).toBe(0)
  })

  it('written as the tree grows, in any steps, give every root and proof of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: SIZE }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (steps, pick) => {
          const stored = new Map<string, Uint8Array>()
          const sizes = [...new Set(steps)].sort((a, b) => a - b)
          let before = 0
          for (const size of sizes) {
            for (const tile of await newTiles(before, size, read)) {
              expect(tile.bytes).toHaveLength(32 * tile.width)
              expect(stored.has(tile.path)).toBe(false)
              stored.set(tile.path, tile.bytes)
            }
            const fromTiles = tileReader(size, ({ level, index, width }) => {
              const bytes = stored.get(tilePath(level, index, width))
              if (bytes === undefined) throw new Error(`missing ${tilePath(level, index, width)}`)
              return bytes
            })
            const root = await subtreeHash(0, size, fromTiles)
            expect(hex(root)).toBe(hex(rootOf(leaves.slice(0, size))))
            const index = pick % size
            expect(
              verifyInclusion(index, size, leaves[index]!, await inclusionProof(index, size, fromTiles), root),
            ).toBe(true)
            const proof = await consistencyProof(before, size, fromTiles)
            expect(verifyConsistency(before, size, proof, rootOf(leaves.slice(0, before)), root)).toBe(true)
            before = size
          }
        },
      ),
      { numRuns: 6 },
    )
  })

  it('that grew are written again under their new width only', async () => {
    const paths = async (from: number, to: number): Promise<string[]> =>
      (await newTiles(from, to, read)).map((tile) => tile.path)
    expect(await paths(0, 0)).toEqual([])
    expect(await paths(5, 5)).toEqual([])
    expect(await paths(0, 5)).toEqual(['tile/0/000.p/5'])
    expect(await paths(5, 256)).toEqual(['tile/0/000', 'tile/1/000.p/1'])
    expect(await paths(256, 300)).toEqual(['tile/0/001.p/44'])
    expect(await paths(300, 513)).toEqual(['tile/0/001', 'tile/0/002.p/1', 'tile/1/000.p/2'])
    await expect(newTiles(6, 5, read)).rejects.toMatchObject({ code: 'INVALID_POSITION' })
  })

  it('may be read from a wider tile, but not from one of another length', async () => {
    const [tile] = await newTiles(0, 200, read)
    const bytes = tile?.bytes ?? new Uint8Array(0)
    expect(hex(await tileReader(150, () => bytes)(0, 149))).toBe(hex(leaves[149]!))
    for (const bad of [bytes.slice(1), bytes.slice(32), new Uint8Array(257 * 32), new Uint8Array(0)]) {
      await expect(async () => tileReader(200, () => bad)(0, 3)).rejects.toMatchObject({ code: 'TREE_DIVERGED' })
    }
    for (const [level, index] of [
      [0, 200],
      [1, 100],
      [8, 0],
      [0, -1],
    ] as const) {
      await expect(async () => tileReader(200, () => bytes)(level, index)).rejects.toMatchObject({
        code: 'INVALID_POSITION',
      })
    }
  })

  it('are fetched once for many nodes, and forgotten beyond the number to keep', async () => {
    let fetched = 0
    const fetch = async ({
      level,
      index,
      width,
    }: {
      level: number
      index: number
      width: number
    }): Promise<Uint8Array> => {
      fetched++
      return Buffer.concat(await Promise.all(Array.from({ length: width }, (_, i) => read(8 * level, 256 * index + i))))
    }
    const reader = tileReader(1024, fetch, 2)
    for (let i = 0; i < 512; i++) await reader(0, i)
    expect(fetched).toBe(2)
    await reader(0, 600)
    await reader(0, 0)
    expect(fetched).toBe(4)
  })
})

describe('entry bundles', () => {
  it('put the length, big-endian, before each entry, and are read back', () => {
    expect(hex(entryBundle.encode([Buffer.from('ab'), new Uint8Array(0)]))).toBe('000261620000')
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
        const decoded = entryBundle.decode(entryBundle.encode(entries), entries.length)
        expect(decoded.map(hex)).toEqual(entries.map(hex))
      }),
      { numRuns: 30 },
    )
    const largest = new Uint8Array(65_535).fill(1)
    expect(entryBundle.decode(entryBundle.encode([largest]), 1)[0]).toEqual(largest)
  })

  it('are refused with an entry too many, a 257th, one too few, a cut or a longer end', () => {
    const diverged = expect.objectContaining({ code: 'TREE_DIVERGED' })
    const full = entryBundle.encode(Array.from({ length: 256 }, () => Uint8Array.of(1)))
    expect(() => entryBundle.decode(Buffer.concat([full, Uint8Array.of(0, 1, 1)]), 256)).toThrow(diverged)
    expect(() => entryBundle.decode(Buffer.concat([full, Uint8Array.of(0, 1, 1)]), 257)).toThrow(diverged)
    expect(() => entryBundle.encode(Array.from({ length: 257 }, () => Uint8Array.of(1)))).toThrow(diverged)
    expect(() => entryBundle.decode(full, 255)).toThrow(diverged)
    expect(() => entryBundle.decode(full.subarray(0, -3), 256)).toThrow(diverged)
    expect(() => entryBundle.decode(full.subarray(0, -1), 256)).toThrow(diverged)
    expect(() => entryBundle.decode(full.subarray(0, -2), 256)).toThrow(diverged)
    expect(() => entryBundle.decode(Buffer.concat([full, Uint8Array.of(0)]), 256)).toThrow(diverged)
    expect(() => entryBundle.encode([new Uint8Array(65_536)])).toThrow(
      expect.objectContaining({ code: 'EVENT_TOO_LARGE' }),
    )
  })
})
