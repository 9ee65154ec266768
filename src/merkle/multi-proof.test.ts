import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../canonical/index.js'
import { inclusionProof, leafHash, leavesReader, multiProof, nodeHash, rootOf, verifyMultiProof } from './index.js'
import { leavesOf } from './leaves.test.support.js'

const all = leavesOf(70)

/** The walk as the format states it, over sets and arrays: gives the proof, and folds it again. */
const half = (n: number): number => 2 ** Math.floor(Math.log2(n - 1))
const naiveProof = (wanted: Set<number>, lo: number, hi: number): Uint8Array[] => {
  const inside = [...wanted].some((p) => p >= lo && p < hi)
  if (!inside) return [rootOf(all.slice(lo, hi))]
  if (hi - lo === 1) return []
  const k = half(hi - lo)
  return [...naiveProof(wanted, lo, lo + k), ...naiveProof(wanted, lo + k, hi)]
}
const naiveRoot = (
  wanted: Set<number>,
  lines: Uint8Array[],
  hashes: Uint8Array[],
  lo: number,
  hi: number,
): Uint8Array => {
  const inside = [...wanted].some((p) => p >= lo && p < hi)
  if (!inside) return hashes.shift()!
  if (hi - lo === 1) return lines.shift()!
  const k = half(hi - lo)
  const left = naiveRoot(wanted, lines, hashes, lo, lo + k)
  return nodeHash(left, naiveRoot(wanted, lines, hashes, lo + k, hi))
}

const cases = fc.integer({ min: 1, max: 70 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    positions: fc.uniqueArray(fc.nat(size - 1), { minLength: 1 }).map((list) => list.sort((a, b) => a - b)),
    pick: fc.nat(),
  }),
)

describe('proofs of many leaves', () => {
  it('are the hashes of the walk, in its order, and verify', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, positions }) => {
        const wanted = new Set(positions)
        const proof = await multiProof(positions, size, leavesReader(all))
        const lines = positions.map((p) => all[p]!)
        const root = rootOf(all.slice(0, size))
        expect(proof.map(hex)).toEqual(naiveProof(wanted, 0, size).map(hex))
        expect(hex(naiveRoot(wanted, [...lines], [...proof], 0, size))).toBe(hex(root))
        expect(verifyMultiProof(positions, lines, size, proof, root)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('of one leaf hold what an inclusion proof holds, and of all leaves nothing', async () => {
    const single = await multiProof([13], 50, leavesReader(all))
    const inclusion = await inclusionProof(13, 50, leavesReader(all))
    expect(single.map(hex).sort()).toEqual(inclusion.map(hex).sort())
    const every = Array.from({ length: 50 }, (_, i) => i)
    expect(await multiProof(every, 50, leavesReader(all))).toEqual([])
    expect(verifyMultiProof(every, all.slice(0, 50), 50, [], rootOf(all.slice(0, 50)))).toBe(true)
  })

  it('are refused with any hash flipped, added, dropped or swapped, and any leaf or position other', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, positions, pick }) => {
        const proof = await multiProof(positions, size, leavesReader(all))
        const lines = positions.map((p) => all[p]!)
        const root = rootOf(all.slice(0, size))
        const refused = (p: readonly number[], l: readonly Uint8Array[], n: number, h: readonly Uint8Array[]): void => {
          expect(verifyMultiProof(p, l, n, h, root)).toBe(false)
        }
        const extra = leafHash(Buffer.from('extra'))
        refused(positions, lines, size, [...proof, extra])
        refused(positions, lines, size, [extra, ...proof])
        const hash = proof[pick % Math.max(1, proof.length)]
        if (hash !== undefined) {
          const at = pick % proof.length
          refused(positions, lines, size, proof.toSpliced(at, 1))
          refused(positions, lines, size, proof.toSpliced(at, 0, hash))
          refused(positions, lines, size, proof.with(at, extra))
          refused(positions, lines, size, proof.with(at, hash.slice(1)))
          if (proof.length > 1) refused(positions, lines, size, proof.with(at, proof.at(at - 1)!).with(at - 1, hash))
        }
        const at = pick % lines.length
        refused(positions, lines.with(at, extra), size, proof)
        refused(positions, lines.toSpliced(at, 1), size, proof)
        refused(positions, [...lines, extra], size, proof)
        if (lines.length > 1) {
          refused(positions, lines.with(at, lines.at(at - 1)!).with(at - 1, lines[at]!), size, proof)
          refused(positions.toReversed(), lines.toReversed(), size, proof)
          refused(positions.toSpliced(at, 1), lines.toSpliced(at, 1), size, proof)
        }
        refused([...positions, positions.at(-1)!], [...lines, lines.at(-1)!], size, proof)
        const free = Array.from({ length: size }, (_, i) => i).find((p) => !positions.includes(p))
        if (free !== undefined) {
          const moved = positions.with(at, free).sort((a, b) => a - b)
          refused(moved, lines, size, proof)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('answer false to nonsense, and refuse to be made of it', async () => {
    const root = rootOf(all)
    for (const [positions, size] of [
      [[], 70],
      [[70], 70],
      [[-1], 70],
      [[1, 1], 70],
      [[2, 1], 70],
      [[0.5], 70],
      [[0], 0],
      [[0], 2 ** 53],
    ] as [number[], number][]) {
      expect(
        verifyMultiProof(
          positions,
          positions.map(() => root),
          size,
          [],
          root,
        ),
      ).toBe(false)
      await expect(multiProof(positions, size, leavesReader(all))).rejects.toMatchObject({ code: 'INVALID_POSITION' })
    }
    expect(verifyMultiProof([0], [root], Number.MAX_SAFE_INTEGER, [], root)).toBe(false)
  })
})
