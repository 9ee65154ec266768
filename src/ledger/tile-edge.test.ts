import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../canonical/index.js'
import {
  consistencyProof,
  inclusionProof,
  rootOf,
  subtreeHash,
  tilePath,
  tileReader,
  verifyConsistency,
  verifyInclusion,
} from '../merkle/index.js'
import { leavesOf } from '../merkle/leaves.test.support.js'
import { TileEdge } from './tile-edge.js'

const SIZE = 70_000
const leaves = leavesOf(SIZE)

describe('tiles', () => {
  it('taken as the tree grows, in any steps, give every root and proof of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: SIZE }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (steps, pick) => {
          const stored = new Map<string, Uint8Array>()
          const sizes = [...new Set(steps)].sort((a, b) => a - b)
          const edge = TileEdge.empty()
          let before = 0
          for (const size of sizes) {
            edge.append(leaves.slice(before, size))
            for (const tile of edge.takeTiles()) {
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
            expect(hex(edge.root())).toBe(hex(root))
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

  it('that grew are taken again under their new width only', () => {
    const edge = TileEdge.empty()
    const upTo = (size: number): string[] => {
      edge.append(leaves.slice(edge.size, size))
      return edge
        .takeTiles()
        .map(({ path }) => path)
        .sort()
    }
    expect(upTo(0)).toEqual([])
    expect(upTo(5)).toEqual(['tile/0/000.p/5'])
    expect(upTo(5)).toEqual([])
    expect(upTo(256)).toEqual(['tile/0/000', 'tile/1/000.p/1'])
    expect(upTo(300)).toEqual(['tile/0/001.p/44'])
    expect(upTo(513)).toEqual(['tile/0/001', 'tile/0/002.p/1', 'tile/1/000.p/2'])
  })
})
