import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, utf8 } from '../src/bytes.js'
import {
  EMPTY_HEADS,
  HeadsMap,
  headKeyHash,
  headsInnerHash,
  headsLeafHash,
  headValueHash,
  verifyHeadsProof,
} from '../src/heads-map.js'
import { CompactRange, checkMultiProof, leafHash, nodeHash, rootOf, splitPoint } from '../src/merkle.js'
import { Refusal } from '../src/refusal.js'
import { sha256 } from '../src/sha256.js'
import { readEntryBundle, tilePath } from '../src/tiles.js'
import { TestLedger } from './ledger-maker.js'

const leaves = (n: number) => Array.from({ length: n }, (_, i) => leafHash(utf8(`leaf ${i}`)))

/** RFC 6962 section 2.1, word for word. */
function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array(0))
  if (hashes.length === 1) return hashes[0]!
  const k = splitPoint(hashes.length)
  return nodeHash(naiveRoot(hashes.slice(0, k)), naiveRoot(hashes.slice(k)))
}

describe('the tree of RFC 6962', () => {
  it('has the known roots of Certificate Transparency', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const entries = inputs.map((text) => leafHash(Uint8Array.from(Buffer.from(text, 'hex'))))
    expect(hex(rootOf(entries.slice(0, 1)))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
    expect(hex(rootOf(entries.slice(0, 3)))).toBe('aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77')
    expect(hex(rootOf(entries))).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
    expect(hex(new CompactRange().root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('is the naive tree at every size', () => {
    const all = leaves(70)
    for (let n = 1; n <= all.length; n++) expect(rootOf(all.slice(0, n))).toEqual(naiveRoot(all.slice(0, n)))
  })

  it('splits sizes beyond 32 bits', () => {
    expect(splitPoint(2 ** 52 + 1)).toBe(2 ** 52)
    expect(splitPoint(2 ** 53 - 1)).toBe(2 ** 52)
    expect(splitPoint(2)).toBe(1)
  })
})

describe('multiproof', () => {
  const ledger = new TestLedger()
  for (let n = 0; n < 40; n++) ledger.append({ stream: 'run-x', type: 'a.b', data: n })
  const all = ledger.records.map(({ leaf }) => leaf)
  const wanted = fc.uniqueArray(fc.nat(40), { minLength: 1 }).map((positions) => positions.sort((a, b) => a - b))
  const check = (positions: readonly number[], picked: readonly Uint8Array[], proof: readonly Uint8Array[]) => {
    try {
      checkMultiProof(positions, picked, 41, proof, rootOf(all))
      return 'sound'
    } catch (error) {
      if (error instanceof Refusal) return error.code
      throw error
    }
  }

  it('holds for every set of positions, and for no other leaf, position or hash', () => {
    fc.assert(
      fc.property(wanted, fc.nat(), (positions, n) => {
        const proof = ledger.multiProof(positions)
        const picked = positions.map((position) => all[position]!)
        expect(check(positions, picked, proof)).toBe('sound')
        const i = n % positions.length
        expect(check(positions, picked.with(i, leafHash(utf8('forged'))), proof)).toBe('PROOF_ROOT')
        expect(check(positions, picked, [...proof, all[0]!])).toBe('PROOF_HASHES')
        if (proof.length > 0) {
          expect(check(positions, picked, proof.slice(1))).not.toBe('sound')
          expect(check(positions, picked, proof.with(n % proof.length, leafHash(utf8('forged'))))).not.toBe('sound')
        }
        const moved = positions.with(i, (positions[i]! + 1) % 41)
        expect(check(moved, picked, proof)).not.toBe('sound')
      }),
    )
  })

  it('does not take an inner node for a leaf', () => {
    const inner = nodeHash(all[0]!, all[1]!)
    expect(check([0], [inner], ledger.multiProof([0]).slice(1))).not.toBe('sound')
  })
})

describe('the map of stream heads', () => {
  const heads = fc.dictionary(fc.stringMatching(/^run-[a-z0-9]{1,6}$/), fc.nat(1000), {
    maxKeys: 30,
    noNullPrototype: true,
  })

  /** The definition, folded from scratch. */
  function naive(entries: { keyHash: Uint8Array; valueHash: Uint8Array }[], depth = 0): Uint8Array {
    if (entries.length === 0) return EMPTY_HEADS
    if (entries.length === 1) return headsLeafHash(entries[0]!.keyHash, entries[0]!.valueHash)
    const side = (bit: number) =>
      entries.filter(({ keyHash }) => ((keyHash[depth >> 3]! >> (7 - (depth & 7))) & 1) === bit)
    return headsInnerHash(naive(side(0), depth + 1), naive(side(1), depth + 1))
  }

  it('has the root of its definition, and proves presence and absence, and nothing else', () => {
    fc.assert(
      fc.property(heads, fc.stringMatching(/^run-[a-z0-9]{1,6}$/), (streams, stranger) => {
        const map = new HeadsMap()
        const leaf = leafHash(utf8('x'))
        for (const [stream, revision] of Object.entries(streams)) {
          map.set(stream, { revision: revision + 1, leaf })
          map.set(stream, { revision, leaf })
        }
        const entries = Object.entries(streams).map(([stream, revision]) => ({
          keyHash: headKeyHash(stream),
          valueHash: headValueHash({ revision, leaf }),
        }))
        const root = map.root()
        expect(root).toEqual(naive(entries))
        for (const [stream, revision] of Object.entries(streams)) {
          const proof = map.prove(stream)
          expect(verifyHeadsProof(root, stream, { revision, leaf }, proof)).toBe(true)
          expect(verifyHeadsProof(root, stream, { revision: revision + 1, leaf }, proof)).toBe(false)
          expect(verifyHeadsProof(root, stream, null, proof)).toBe(false)
          const padded = { ...proof, siblings: [EMPTY_HEADS, ...proof.siblings] }
          expect(verifyHeadsProof(root, stream, { revision, leaf }, padded)).toBe(false)
        }
        if (!Object.hasOwn(streams, stranger)) {
          const proof = map.prove(stranger)
          expect(verifyHeadsProof(root, stranger, null, proof)).toBe(true)
          expect(verifyHeadsProof(root, stranger, { revision: 0, leaf }, proof)).toBe(false)
          const lengthened = { ...proof, siblings: [EMPTY_HEADS, ...proof.siblings] }
          expect(verifyHeadsProof(root, stranger, null, lengthened)).toBe(false)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not take the absence of one stream for that of another', () => {
    const map = new HeadsMap()
    for (let n = 0; n < 8; n++) map.set(`run-${n}`, { revision: 0, leaf: EMPTY_HEADS })
    for (let n = 0; n < 8; n++) {
      for (let m = 8; m < 40; m++)
        expect(verifyHeadsProof(map.root(), `run-${n}`, null, map.prove(`run-${m}`))).toBe(false)
    }
  })
})

describe('tiles', () => {
  it('are named as in C2SP tlog-tiles', () => {
    expect(tilePath(0, 0)).toBe('tile/0/000')
    expect(tilePath(0, 1234067)).toBe('tile/0/x001/x234/067')
    expect(tilePath('entries', 1000, 7)).toBe('tile/entries/x001/000.p/7')
  })

  it('hold exactly the entries that are expected', () => {
    expect(readEntryBundle(Uint8Array.of(0, 1, 9, 0, 0), 2)).toEqual([Uint8Array.of(9), new Uint8Array(0)])
    for (const bytes of [
      [0, 1, 9],
      [0, 1, 9, 0, 0, 0, 0],
      [0, 1, 9, 0],
      [0, 1, 9, 0, 1],
    ]) {
      expect(readEntryBundle(Uint8Array.from(bytes), 2)).toBeUndefined()
    }
  })
})
