import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../canonical/index.js'
import { CompactRange, entriesPath, entryBundle, type HashReader, tilePath, tileReader, tileWidth } from './index.js'
import { leavesOf } from './leaves.test.support.js'

const SIZE = 70_000
const leaves = leavesOf(SIZE)
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

  it('may be read from a wider tile, but not from one of another length', async () => {
    const bytes = Buffer.concat(leaves.slice(0, 200))
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
