import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { MerkleTree } from 'merkletreejs'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../canonical/index.js'
import {
  CompactRange,
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  leavesReader,
  nodeHash,
  peaksOf,
  rootOf,
  splitPoint,
  subtreeHash,
  verifyConsistency,
  verifyInclusion,
} from './index.js'
import { leavesOf } from './leaves.test.support.js'

const sha = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** RFC 6962, 2.1 and 2.1.1 and 2.1.2, copied down as the text has them: MTH, PATH and PROOF over leaf hashes. */
const halves = (d: Uint8Array[]): [Uint8Array[], Uint8Array[]] => {
  const k = 2 ** Math.ceil(Math.log2(d.length) - 1)
  return [d.slice(0, k), d.slice(k)]
}
const mth = (d: Uint8Array[]): Uint8Array => {
  if (d.length === 0) return sha()
  if (d.length === 1) return d[0]!
  const [left, right] = halves(d)
  return sha(Uint8Array.of(1), mth(left), mth(right))
}
const path = (m: number, d: Uint8Array[]): Uint8Array[] => {
  if (d.length === 1) return []
  const [left, right] = halves(d)
  return m < left.length ? [...path(m, left), mth(right)] : [...path(m - left.length, right), mth(left)]
}
const subproof = (m: number, d: Uint8Array[], complete: boolean): Uint8Array[] => {
  if (m === d.length) return complete ? [] : [mth(d)]
  const [left, right] = halves(d)
  return m <= left.length
    ? [...subproof(m, left, complete), mth(right)]
    : [...subproof(m - left.length, right, false), mth(left)]
}

const hexes = (list: readonly Uint8Array[]): string[] => list.map(hex)

/** The eight entries and roots that Certificate Transparency implementations share. */
const CT_ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

describe('a subtree of a log as large as a number can say', () => {
  it('is one hash exactly where its size is a power of two', async () => {
    for (let level = 1; level <= 52; level++) {
      for (const more of [-1, 0, 1]) {
        const asked: [number, number][] = []
        await subtreeHash(0, 2 ** level + more, (height, index) => {
          asked.push([height, index])
          return new Uint8Array(32)
        })
        const leaves = asked.reduce((sum, [height]) => sum + 2n ** BigInt(height), 0n)
        expect(leaves).toBe(2n ** BigInt(level) + BigInt(more))
        if (more >= 0) expect(asked.length).toBe(more + 1)
      }
    }
  })
})

describe('the tree', () => {
  it('has the roots that Certificate Transparency publishes', () => {
    expect(hex(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    const hashes = CT_ENTRIES.map((entry) => leafHash(fromHex(entry)))
    expect(CT_ROOTS.map((_, i) => hex(rootOf(hashes.slice(0, i + 1))))).toEqual(CT_ROOTS)
  })

  it('has the inclusion path that Certificate Transparency publishes for leaf 0 of 8', async () => {
    const hashes = CT_ENTRIES.map((entry) => leafHash(fromHex(entry)))
    expect(hexes(await inclusionProof(0, 8, leavesReader(hashes)))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ])
  })

  it('keeps leaves and nodes apart', () => {
    const [a, b] = leavesOf(2)
    expect(hex(leafHash(Buffer.concat([a!, b!])))).not.toBe(hex(nodeHash(a!, b!)))
    expect(hex(nodeHash(a!, b!))).toBe(hex(sha(Uint8Array.of(1), a!, b!)))
    expect(hex(leafHash(Buffer.from('x')))).toBe(hex(sha(Uint8Array.of(0), Buffer.from('x'))))
  })

  it('splits at the largest power of two below the size', () => {
    expect([2, 3, 4, 5, 8, 9, 2 ** 40, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER].map(splitPoint)).toEqual([
      1,
      2,
      2,
      4,
      4,
      8,
      2 ** 39,
      2 ** 40,
      2 ** 52,
    ])
  })

  it('has, appended leaf by leaf or in batches, the root of the definition', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 8 }), (batches) => {
        const all: Uint8Array[] = leavesOf(batches.reduce((sum, n) => sum + n, 0))
        const range = new CompactRange()
        for (const count of batches) {
          if (count === 1) range.append(all[range.size]!)
          else range.append(all.slice(range.size, range.size + count))
          expect(hex(range.root())).toBe(hex(mth(all.slice(0, range.size))))
        }
      }),
    )
  })

  it('shows each complete subtree once, when it is complete', () => {
    const all = leavesOf(100)
    const seen = new Map<string, Uint8Array>()
    const range = new CompactRange()
    range.append(all, (level, index, hash) => {
      expect(seen.has(`${level}/${index}`)).toBe(false)
      expect((index + 1) * 2 ** level).toBeLessThanOrEqual(range.size + 1)
      seen.set(`${level}/${index}`, hash)
    })
    expect(seen.size).toBe(100 + 50 + 25 + 12 + 6 + 3 + 1)
    for (const [place, hash] of seen) {
      const [level = 0, index = 0] = place.split('/').map(Number)
      expect(hex(hash)).toBe(hex(mth(all.slice(index * 2 ** level, (index + 1) * 2 ** level))))
    }
    const peaks = peaksOf(100).map(({ level, index }) => seen.get(`${level}/${index}`)!)
    expect(hex(CompactRange.fromPeaks(100, peaks).root())).toBe(hex(range.root()))
  })

  it('is not touched by what is appended to its copy', () => {
    const range = new CompactRange()
    range.append(leavesOf(5))
    const clone = range.clone()
    clone.append(leavesOf(1))
    expect([range.size, clone.size]).toEqual([5, 6])
  })

  it('agrees with merkletreejs, given domain-separated input and promoted odd nodes', async () => {
    const node = (data: Buffer): Buffer => Buffer.from(sha(Uint8Array.of(1), data))
    for (const size of [1, 2, 3, 4, 5, 7, 8, 13, 31, 33, 100]) {
      const all = leavesOf(size)
      const other = new MerkleTree(
        all.map((leaf) => Buffer.from(leaf)),
        node,
        { duplicateOdd: false, sort: false },
      )
      expect(other.getRoot().toString('hex')).toBe(hex(rootOf(all)))
      for (const index of new Set([0, size >> 1, size - 1])) {
        const theirs = other.getProof(Buffer.from(all[index]!), index).map((step) => step.data.toString('hex'))
        expect(hexes(await inclusionProof(index, size, leavesReader(all)))).toEqual(theirs)
      }
    }
  })
})

describe('inclusion proofs', () => {
  it('are those of the definition and verify, for every leaf of every tree to 40 leaves', async () => {
    const all = leavesOf(40)
    for (let size = 1; size <= 40; size++) {
      const root = mth(all.slice(0, size))
      for (let index = 0; index < size; index++) {
        const proof = await inclusionProof(index, size, leavesReader(all))
        expect(hexes(proof)).toEqual(hexes(path(index, all.slice(0, size))))
        expect(verifyInclusion(index, size, all[index]!, proof, root)).toBe(true)
      }
    }
  })

  it('are refused for another index, size, leaf or root, and after any change of the siblings', async () => {
    const all = leavesOf(34)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 33 }), fc.nat(), fc.nat(), async (size, at, pick) => {
        const index = at % size
        const read = leavesReader(all)
        const proof = await inclusionProof(index, size, read)
        const root = mth(all.slice(0, size))
        const leaf = all[index]!
        for (let other = 0; other < size; other++) {
          if (other !== index) expect(verifyInclusion(other, size, leaf, proof, root)).toBe(false)
        }
        // The size is bound through the root; a proof alone may have the same shape for two sizes.
        for (const other of [size - 1, size + 1])
          expect(verifyInclusion(index, other, leaf, proof, mth(all.slice(0, other)))).toBe(false)
        expect(verifyInclusion(index, size, all[(index + 1) % size]!, proof, root)).toBe(false)
        for (const bad of damaged(proof, pick)) expect(verifyInclusion(index, size, leaf, bad, root)).toBe(false)
        expect(verifyInclusion(index, size, leaf, proof, leaf)).toBe(false)
      }),
    )
  })

  it('do not take an inner node for a leaf', async () => {
    const all = leavesOf(4)
    const inner = nodeHash(all[0]!, all[1]!)
    expect(verifyInclusion(0, 4, inner, [nodeHash(all[2]!, all[3]!)], mth(all))).toBe(false)
    expect(verifyInclusion(0, 2, inner, [nodeHash(all[2]!, all[3]!)], mth(all))).toBe(true) // a tree of 2 such leaves: the size must come from the checkpoint
  })

  it('answer false to nonsense and refuse to be made for it', async () => {
    const [leaf] = leavesOf(1)
    for (const [index, size] of [
      [-1, 1],
      [1, 1],
      [0, 0],
      [0.5, 1],
      [0, 1.5],
      [Number.NaN, 1],
      [0, 2 ** 53],
    ] as const) {
      expect(verifyInclusion(index, size, leaf!, [], leaf!)).toBe(false)
      await expect(inclusionProof(index, size, leavesReader([leaf!]))).rejects.toMatchObject({
        code: 'INVALID_POSITION',
      })
    }
    expect(verifyInclusion(0, 1, leaf!.slice(1), [], leaf!.slice(1))).toBe(false)
    expect(verifyInclusion(0, Number.MAX_SAFE_INTEGER, leaf!, [], leaf!)).toBe(false)
  })
})

describe('consistency proofs', () => {
  it('are those of the definition and verify, for every pair of sizes to 33', async () => {
    const all = leavesOf(33)
    for (let newSize = 0; newSize <= 33; newSize++) {
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const proof = await consistencyProof(oldSize, newSize, leavesReader(all))
        if (oldSize > 0) expect(hexes(proof)).toEqual(hexes(subproof(oldSize, all.slice(0, newSize), true)))
        const roots = [mth(all.slice(0, oldSize)), mth(all.slice(0, newSize))] as const
        expect(verifyConsistency(oldSize, newSize, proof, ...roots)).toBe(true)
      }
    }
  })

  it('are refused for a fork, other sizes, and after any change of the hashes', async () => {
    const all = leavesOf(40)
    const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })).filter(([a, b]) => a !== b)
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async ([a, b], pick) => {
        const [oldSize, newSize] = [Math.min(a, b), Math.max(a, b)]
        const [oldRoot, newRoot] = [mth(all.slice(0, oldSize)), mth(all.slice(0, newSize))]
        const proof = await consistencyProof(oldSize, newSize, leavesReader(all))
        for (const bad of damaged(proof, pick))
          expect(verifyConsistency(oldSize, newSize, bad, oldRoot, newRoot)).toBe(false)
        const forked = all.slice(0, newSize)
        forked[pick % oldSize] = leafHash(Buffer.from('forked'))
        expect(verifyConsistency(oldSize, newSize, proof, oldRoot, mth(forked))).toBe(false)
        const forkProof = await consistencyProof(oldSize, newSize, leavesReader(forked))
        expect(verifyConsistency(oldSize, newSize, forkProof, oldRoot, mth(forked))).toBe(false)
        expect(verifyConsistency(newSize, oldSize, proof, newRoot, oldRoot)).toBe(false)
        expect(verifyConsistency(oldSize, newSize, proof, newRoot, newRoot)).toBe(false)
      }),
    )
  })

  it('of equal or empty trees are empty and bind the roots', () => {
    const [a, b] = leavesOf(2)
    expect(verifyConsistency(1, 1, [], a!, a!)).toBe(true)
    expect(verifyConsistency(1, 1, [], a!, b!)).toBe(false)
    expect(verifyConsistency(1, 1, [a!], a!, a!)).toBe(false)
    expect(verifyConsistency(0, 1, [], EMPTY_ROOT, a!)).toBe(true)
    expect(verifyConsistency(0, 1, [], b!, a!)).toBe(false)
    expect(verifyConsistency(0, 0, [], a!, a!)).toBe(false)
    expect(verifyConsistency(2, 3, [], a!, b!)).toBe(false)
    expect(verifyConsistency(-1, 3, [], a!, b!)).toBe(false)
  })

  it('are not made backwards', async () => {
    await expect(consistencyProof(2, 1, leavesReader(leavesOf(2)))).rejects.toMatchObject({ code: 'INVALID_POSITION' })
  })
})

/** A proof with a bit flipped, a hash added, dropped or doubled, two swapped, one cut short. */
function damaged(proof: readonly Uint8Array[], pick: number): Uint8Array[][] {
  const at = proof.length === 0 ? 0 : pick % proof.length
  const bad = [
    [...proof, new Uint8Array(32)],
    [new Uint8Array(32), ...proof],
    proof.toSpliced(at, 0, leafHash(Buffer.from('more'))),
  ]
  const one = proof[at]
  if (one === undefined) return bad
  const flipped = Uint8Array.from(one)
  flipped[pick % 32] = (flipped[pick % 32] ?? 0) ^ (1 << (pick % 8))
  bad.push(
    proof.toSpliced(at, 1, flipped),
    proof.toSpliced(at, 1),
    proof.toSpliced(at, 0, one),
    proof.toSpliced(at, 1, one.slice(1)),
  )
  if (proof.length > 1) {
    const next = (at + 1) % proof.length
    bad.push(proof.with(at, proof[next]!).with(next, one))
  }
  return bad
}
