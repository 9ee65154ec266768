import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../canonical/index.js'
import {
  type HeadClaim,
  type HeadEntry,
  HeadsMap,
  type HeadsNodeStore,
  type HeadsProof,
  leafHash,
  MemoryNodeStore,
  PLACEHOLDER,
  verifyHeadsProof,
} from './index.js'

const sha = (...parts: (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The tree by its definition: split all pairs by their next bit until one or none is left. */
const headKeyOf = (stream: string): Buffer => sha('clyra.head.key/1\n', stream)
const headValueOf = ({ revision, leaf }: HeadClaim): Buffer => {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(revision))
  return sha('clyra.head/1\n', number, leaf)
}
type Pair = readonly [key: Buffer, value: Buffer]
const bitOf = (key: Buffer, depth: number): boolean => ((key[depth >> 3]! >> (7 - (depth % 8))) & 1) === 1
const naive = (pairs: readonly Pair[], depth = 0): Buffer => {
  if (pairs.length === 0) return Buffer.from('SPARSE_MERKLE_PLACEHOLDER_HASH__')
  if (pairs.length === 1) return sha('JMT::LeafNode', ...pairs[0]!)
  const left = pairs.filter(([key]) => !bitOf(key, depth))
  const right = pairs.filter(([key]) => bitOf(key, depth))
  return sha('JMT::IntrnalNode', naive(left, depth + 1), naive(right, depth + 1))
}
const naiveRoot = (heads: ReadonlyMap<string, HeadClaim>): string =>
  naive([...heads].map(([stream, head]) => [headKeyOf(stream), headValueOf(head)])).toString('hex')

const head = (i: number, revision: number): HeadEntry => ({
  stream: `run-${i}`,
  revision,
  leaf: leafHash(Buffer.from(`${i}:${revision}`)),
})
const filled = (count: number): HeadsMap => {
  const map = new HeadsMap()
  map.update(Array.from({ length: count }, (_, i) => head(i, i)))
  return map
}
const verify = (map: HeadsMap, stream: string, claim: HeadClaim | null, proof = map.prove(stream)): boolean =>
  verifyHeadsProof(map.root(), stream, claim, proof)

/**
 * Roots computed by the Rust crate `jmt` 0.12.0 (Sha256Jmt over its MockTreeStore, one put_value_set), for the streams
 * run-0 to run-(n-1) with revision i * i and leaf SHA-256("leaf " + i): key bytes "clyra.head.key/1\n" || stream, value
 * bytes "clyra.head/1\n" || u64be(revision) || leaf. The crate proved run-0 present (n > 0), run-x and ledger-heads absent.
 */
const JMT_ROOTS: readonly (readonly [number, string])[] = [
  [0, '5350415253455f4d45524b4c455f504c414345484f4c4445525f484153485f5f'],
  [1, '17ce5dea874c279acd2f88853397b027356185c265dd08c3a07afd552b439aa0'],
  [2, 'a5694305146c51d62ecc089bf6c038773a48332099e6668f7c8b567a1075667c'],
  [3, '2a2151e07ad9db12d618fa53080d1f8e0657e7b1d9e2af7e6ab5587024db74ed'],
  [5, '667479dbbb2150285b18b95d01a69096c317351ef66042863a64d27eec904f9d'],
  [17, 'd848076a1304ca4d6e193d1a226505c48bb79a9d9c28dafe9ec5b0f2eaa65100'],
  [256, 'cd7dddcdee3d5085dba141efdf3ea582e2fa42ca7a731bbc70d2e6964299b9c5'],
  [1000, 'ddab9fa093557c48a0384c35e6a1953b6d5829d56bb5dda02c8347b89c99fa54'],
]

describe('the stream-heads map', () => {
  it.each(JMT_ROOTS)(
    'of %i streams has the root that the jmt crate computes, in one batch or one by one',
    (count, root) => {
      const entries = Array.from({ length: count }, (_, i) => ({
        stream: `run-${i}`,
        revision: i * i,
        leaf: new Uint8Array(sha(`leaf ${i}`)),
      }))
      const batch = new HeadsMap()
      batch.update(entries)
      const single = new HeadsMap()
      for (const { stream, revision, leaf } of entries.toReversed()) single.set(stream, revision, leaf)
      expect(hex(batch.root())).toBe(root)
      expect(hex(single.root())).toBe(root)
      for (const stream of ['run-x', 'ledger-heads']) expect(verify(batch, stream, null)).toBe(true)
      for (const { stream, ...claim } of entries) expect(verify(batch, stream, claim)).toBe(true)
    },
  )

  it('has the root of the definition after any updates, whatever their batches, and no node left over', () => {
    const change = fc.record({ i: fc.nat(40), revision: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 25 }), { maxLength: 8 }), (batches) => {
        const store = new MemoryNodeStore()
        const map = new HeadsMap(store)
        const heads = new Map<string, HeadClaim>()
        for (const changes of batches) {
          const entries = changes.map(({ i, revision }) => head(i, revision))
          map.update(entries)
          for (const entry of entries) heads.set(entry.stream, entry)
          expect(hex(map.root())).toBe(naiveRoot(heads))
        }
        const freshStore = new MemoryNodeStore()
        new HeadsMap(freshStore).update([...heads].map(([stream, claim]) => ({ stream, ...claim })))
        expect(store.size).toBe(freshStore.size)
      }),
      { numRuns: 200 },
    )
  })

  it('proves each stream present and any other absent, and only that', () => {
    for (const count of [0, 1, 2, 3, 10, 64, 300]) {
      const map = filled(count)
      for (let i = 0; i < count; i++) {
        const { stream, ...claim } = head(i, i)
        const proof = map.prove(stream)
        expect(verify(map, stream, claim, proof)).toBe(true)
        expect(verify(map, stream, null, proof)).toBe(false)
        expect(verify(map, stream, { ...claim, revision: i + 1 }, proof)).toBe(false)
        expect(verify(map, stream, { ...claim, leaf: leafHash(Buffer.from('other')) }, proof)).toBe(false)
        expect(verify(map, `other-${i}`, claim, proof)).toBe(false)
      }
      for (let i = 0; i < 50; i++) {
        const { stream, ...claim } = head(1000 + i, 0)
        expect(verify(map, stream, null)).toBe(true)
        expect(verify(map, stream, claim)).toBe(false)
      }
    }
  })

  it('reads and writes about log2(n) nodes for one stream', () => {
    const base = new MemoryNodeStore()
    new HeadsMap(base).update(Array.from({ length: 4096 }, (_, i) => head(i, 0)))
    let reads = 0
    let writes = 0
    const counted = new HeadsMap({
      get: (path) => {
        reads++
        return base.get(path)
      },
      set: (path, node) => {
        writes++
        base.set(path, node)
      },
    })
    const { stream, revision, leaf } = head(77, 1)
    counted.set(stream, revision, leaf)
    expect(reads).toBeLessThan(30)
    expect(writes).toBeLessThan(30)
  })

  it('takes the later of two entries for one stream', () => {
    const map = new HeadsMap()
    map.update([head(1, 1), head(2, 0), head(1, 2)])
    const other = new HeadsMap()
    other.update([head(1, 2), head(2, 0)])
    expect(hex(map.root())).toBe(hex(other.root()))
  })

  it('refuses what is no head, and names the path of a damaged node', () => {
    const internal = expect.objectContaining({ code: 'INTERNAL' })
    expect(() => new HeadsMap().set('run-1', -1, new Uint8Array(32))).toThrow(internal)
    expect(() => new HeadsMap().set('run-1', 0, new Uint8Array(31))).toThrow(internal)
    const store = new MemoryNodeStore()
    new HeadsMap(store).update(Array.from({ length: 20 }, (_, i) => head(i, 0)))
    for (const damage of [Uint8Array.of(1), new Uint8Array(65).fill(9)]) {
      store.set('0', damage)
      const act = (): unknown => Array.from({ length: 20 }, (_, i) => new HeadsMap(store).prove(`run-${i}`))
      expect(act).toThrow(expect.objectContaining({ code: 'INDEX_CORRUPT', details: { path: '0' } }))
    }
    const without: HeadsNodeStore = {
      get: (path) => (path === '0' ? undefined : store.get(path)),
      set: () => undefined,
    }
    expect(() => new HeadsMap(without).update(Array.from({ length: 20 }, (_, i) => head(i, 1)))).toThrow(
      expect.objectContaining({ code: 'INDEX_CORRUPT' }),
    )
  })
})

describe('a path of the map', () => {
  const map = filled(200)
  const root = map.root()

  it('is refused with a sibling flipped, added, dropped or swapped', () => {
    fc.assert(
      fc.property(fc.nat(260), fc.nat(), (i, pick) => {
        const stream = `run-${i}`
        const claim = i < 200 ? head(i, i) : null
        const proof = map.prove(stream)
        expect(verifyHeadsProof(root, stream, claim, proof)).toBe(true)
        const at = pick % proof.siblings.length
        const sibling = proof.siblings[at]!
        const flipped = Uint8Array.from(sibling)
        flipped[pick % 32] = (flipped[pick % 32] ?? 0) ^ 1
        const bad: (readonly Uint8Array[])[] = [
          proof.siblings.with(at, flipped),
          proof.siblings.toSpliced(at, 1),
          proof.siblings.toSpliced(at, 0, sibling),
          proof.siblings.toSpliced(at, 0, PLACEHOLDER),
          [PLACEHOLDER, ...proof.siblings],
          [...proof.siblings, PLACEHOLDER],
          proof.siblings.with(at, sibling.slice(1)),
          proof.siblings.with(at, PLACEHOLDER),
          proof.siblings.toReversed(),
          [],
        ]
        for (const siblings of bad) {
          if (siblings.length === proof.siblings.length && siblings.every((s, k) => hex(s) === hex(proof.siblings[k]!)))
            continue
          expect(verifyHeadsProof(root, stream, claim, { ...proof, siblings })).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('of presence may not carry another leaf, and of absence not the stream itself nor one off its way', () => {
    const { stream, ...claim } = head(3, 3)
    const present = map.prove(stream)
    const self = { keyHash: new Uint8Array(headKeyOf(stream)), valueHash: new Uint8Array(headValueOf(claim)) }
    expect(verifyHeadsProof(root, stream, claim, { ...present, other: self })).toBe(false)
    expect(verifyHeadsProof(root, stream, null, { ...present, other: self })).toBe(false)
    const absent = Array.from({ length: 100 }, (_, i) => `run-x${i}`)
    const byOther = absent.find((name) => map.prove(name).other !== null)!
    const byEmpty = absent.find((name) => map.prove(name).other === null)!
    const proof = map.prove(byOther)
    expect(verifyHeadsProof(root, byOther, null, proof)).toBe(true)
    expect(verifyHeadsProof(root, byOther, null, { ...proof, other: null })).toBe(false)
    expect(verifyHeadsProof(root, byEmpty, null, { ...map.prove(byEmpty), other: self })).toBe(false)
    for (const other of [
      { ...proof.other!, keyHash: proof.other!.keyHash.slice(1) },
      { ...proof.other!, valueHash: new Uint8Array(0) },
      { ...proof.other!, valueHash: self.valueHash },
    ]) {
      expect(verifyHeadsProof(root, byOther, null, { ...proof, other })).toBe(false)
    }
    // Another stream's true leaf and path show nothing about a stream whose way parts from it earlier.
    const elsewhere: HeadsProof = { siblings: present.siblings, other: self }
    const far = absent.filter((name) => (headKeyOf(name)[0]! ^ self.keyHash[0]!) & 0x80)
    expect(far.length).toBeGreaterThan(0)
    for (const name of far) expect(verifyHeadsProof(root, name, null, elsewhere)).toBe(false)
  })

  it('is not longer than 256 siblings, even where the fold would give the root', () => {
    const { stream, ...claim } = head(0, 0)
    const key = headKeyOf(stream)
    const fold = (siblings: Uint8Array[]): Buffer =>
      siblings.reduce<Buffer>(
        (node, sibling, i) => {
          const depth = siblings.length - 1 - i
          return depth < 256 && bitOf(key, depth)
            ? sha('JMT::IntrnalNode', sibling, node)
            : sha('JMT::IntrnalNode', node, sibling)
        },
        sha('JMT::LeafNode', key, headValueOf(claim)),
      )
    const siblings = Array.from({ length: 256 }, (_, i) => new Uint8Array(sha(`s${i}`)))
    expect(verifyHeadsProof(fold(siblings), stream, claim, { siblings, other: null })).toBe(true)
    const longer = [...siblings, new Uint8Array(32)]
    expect(verifyHeadsProof(fold(longer), stream, claim, { siblings: longer, other: null })).toBe(false)
  })

  it('whose deepest sibling is the placeholder is refused, even where the fold would give the root', () => {
    const { stream, ...claim } = head(0, 0)
    const key = headKeyOf(stream)
    const leaf = sha('JMT::LeafNode', key, headValueOf(claim))
    const lifted = bitOf(key, 0)
      ? sha('JMT::IntrnalNode', PLACEHOLDER, leaf)
      : sha('JMT::IntrnalNode', leaf, PLACEHOLDER)
    expect(verifyHeadsProof(lifted, stream, claim, { siblings: [PLACEHOLDER], other: null })).toBe(false)
  })

  it('with a claim that is no head is refused', () => {
    const { stream, ...claim } = head(3, 3)
    const proof = map.prove(stream)
    for (const revision of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(verifyHeadsProof(root, stream, { ...claim, revision }, proof)).toBe(false)
    expect(verifyHeadsProof(root, stream, { ...claim, leaf: new Uint8Array(31) }, proof)).toBe(false)
  })
})
