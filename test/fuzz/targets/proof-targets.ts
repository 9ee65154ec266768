import * as fc from 'fast-check'
import { verifyConsistency, verifyHeadsProof, verifyInclusion, verifyMultiProof } from '../../../src/merkle/index.js'
import { verifyHeadsProof as verifierHeads } from '../../../verifier/ts/src/heads-map.js'
import { checkMultiProof } from '../../../verifier/ts/src/merkle.js'
import { accepted, type Outcome, outcomeOf, refused, type Target } from '../engine/target.js'
import {
  NAIVE_EMPTY,
  type NaiveHead,
  type NaiveHeadsPath,
  naiveConsistency,
  naiveConsistencyRoots,
  naiveHeadKey,
  naiveHeadsFold,
  naiveHeadsHold,
  naiveHeadsPath,
  naiveHeadsRoot,
  naiveHeadValue,
  naiveMultiProof,
  naiveMultiRoot,
  naivePath,
  naivePathRoot,
  naiveRoot,
  sha256Hex,
} from '../naive/naive-tree.js'
import { bytesOf } from './generators.js'
import { refusalCode } from './json-targets.js'

/*
 * A proof comes to its reader typed: numbers, and hashes of 32 bytes. Here it is a text: numbers and hashes in lists,
 * `|` between the lists; what is no such text is no input for any reader.
 */

interface Proof {
  readonly numbers: readonly number[]
  readonly hashes: readonly string[]
  readonly leaves: readonly string[]
  readonly root: string
  readonly oldRoot: string
}

const write = ({ numbers, hashes, leaves, root, oldRoot }: Proof): Uint8Array =>
  bytesOf([numbers.join(), hashes.join(), leaves.join(), root, oldRoot].join('|'))

function read(bytes: Uint8Array): Proof | undefined {
  const [numbers = '', hashes = '', leaves = '', root = '', oldRoot = '', ...rest] = Buffer.from(bytes)
    .toString('latin1')
    .split('|')
  const list = (text: string) => (text === '' ? [] : text.split(','))
  const all = [...list(hashes), ...list(leaves), root, oldRoot]
  if (rest.length > 0 || all.some((hash) => !/^[0-9a-f]{64}$/.test(hash))) return undefined
  if (list(numbers).some((number) => !/^[0-9]{1,16}$/.test(number) || !Number.isSafeInteger(Number(number))))
    return undefined
  return { numbers: list(numbers).map(Number), hashes: list(hashes), leaves: list(leaves), root, oldRoot }
}

const leafAt = (i: number) => sha256Hex(bytesOf(`leaf ${i}`))
const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => leafAt(i))
const raw = (hash: string) => Uint8Array.from(Buffer.from(hash, 'hex'))
const NONE = '0'.repeat(64)

/** One place in an honest proof is changed: a hash exchanged, flipped, left out, added; a number moved. */
const breakage: fc.Arbitrary<(proof: Proof) => Proof> = fc
  .tuple(
    fc.constantFrom('none', 'none', 'flip', 'drop', 'add', 'swap', 'double', 'number', 'root', 'leaf', 'drop-number'),
    fc.nat(),
    fc.constantFrom(-1, 1, 2, 2 ** 52),
  )
  .map(([kind, at, by]) => (proof: Proof): Proof => {
    const { numbers, hashes, leaves } = proof
    const i = at % Math.max(1, hashes.length)
    const other = sha256Hex(bytesOf(`other ${at}`))
    switch (kind) {
      case 'flip':
        return {
          ...proof,
          hashes: hashes.map((hash, k) => (k === i ? `${hash.slice(0, -1)}${hash.endsWith('0') ? '1' : '0'}` : hash)),
        }
      case 'drop':
        return { ...proof, hashes: hashes.filter((_, k) => k !== i) }
      case 'add':
        return {
          ...proof,
          hashes: [...hashes.slice(0, at % (hashes.length + 1)), other, ...hashes.slice(at % (hashes.length + 1))],
        }
      case 'double':
        return { ...proof, hashes: hashes.flatMap((hash, k) => (k === i ? [hash, hash] : [hash])) }
      case 'swap':
        return {
          ...proof,
          hashes: hashes.map((hash, k) => (k === i ? (hashes[i + 1] ?? hash) : k === i + 1 ? hashes[i]! : hash)),
        }
      case 'number':
        return {
          ...proof,
          numbers: numbers.map((number, k) => (k === at % numbers.length ? Math.max(0, number + by) : number)),
        }
      case 'drop-number':
        return { ...proof, numbers: numbers.filter((_, k) => k !== at % numbers.length) }
      case 'root':
        return { ...proof, root: other }
      case 'leaf':
        return { ...proof, leaves: leaves.map((leaf, k) => (k === at % leaves.length ? other : leaf)) }
      default:
        return proof
    }
  })

const broken = (honest: fc.Arbitrary<Proof>): fc.Arbitrary<Uint8Array> =>
  fc.tuple(honest, breakage, breakage).map(([proof, one, two]) => write(two(one(proof))))

/** Numbers: the size, then the positions. */
const multi: fc.Arbitrary<Proof> = fc
  .integer({ min: 1, max: 20 })
  .chain((size) => fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 6 })))
  .map(([size, wanted]) => {
    const positions = [...wanted].sort((a, b) => a - b)
    const leaves = leavesOf(size)
    return {
      numbers: [size, ...positions],
      hashes: naiveMultiProof(positions, leaves),
      leaves: positions.map(leafAt),
      root: naiveRoot(leaves),
      oldRoot: NONE,
    }
  })

/** Numbers: size, index. */
const inclusion: fc.Arbitrary<Proof> = fc
  .integer({ min: 1, max: 33 })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)))
  .map(([size, index]) => {
    const leaves = leavesOf(size)
    return {
      numbers: [size, index],
      hashes: naivePath(index, leaves),
      leaves: [leafAt(index)],
      root: naiveRoot(leaves),
      oldRoot: NONE,
    }
  })

/** Numbers: new size, old size. */
const consistency: fc.Arbitrary<Proof> = fc
  .integer({ min: 1, max: 33 })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size)))
  .map(([size, old]) => {
    const leaves = leavesOf(size)
    return {
      numbers: [size, old],
      hashes: naiveConsistency(old, leaves),
      leaves: [],
      root: naiveRoot(leaves),
      oldRoot: naiveRoot(leaves.slice(0, old)),
    }
  })

const holds = (does: boolean | undefined): Outcome => (does === true ? accepted('') : refused('no'))

function naiveMulti(bytes: Uint8Array): Outcome {
  const proof = read(bytes)
  if (proof === undefined) return refused('no')
  const [size = 0, ...positions] = proof.numbers
  const root = naiveMultiRoot(positions, proof.leaves, size, proof.hashes)
  if (root.startsWith('PROOF')) return refused(root)
  return root === proof.root ? accepted('') : refused('PROOF_ROOT')
}

/** For presence numbers hold the revision; leaves the leaf, or for absence nothing, or key and value hash of the other. */
const HEADS: readonly (readonly [string, NaiveHead])[] = Array.from({ length: 24 }, (_, i) => [
  `s-${i}`,
  { revision: i, leaf: leafAt(i) },
])
const HEADS_ROOTS = [0, 1, 2, 5, 24].map((count) => ({
  map: HEADS.slice(0, count),
  root: naiveHeadsRoot(HEADS.slice(0, count)),
}))

/** An honest path; or one of a present stream that is said to be absent; or one with an empty place put below the leaf. */
const headsProof: fc.Arbitrary<Proof> = fc
  .tuple(fc.constantFrom(...HEADS_ROOTS), fc.nat(40), fc.constantFrom('', '', '', 'absent', 'padded'))
  .map(([{ map, root }, i, lie]) => {
    const stream = `s-${i}`
    const head = map.find(([name]) => name === stream)?.[1]
    const { siblings, other } = naiveHeadsPath(map, stream)
    const absent = { numbers: [i], hashes: siblings, root, oldRoot: NONE }
    if (head === undefined) return { ...absent, leaves: other === null ? [] : [other.key, other.value] }
    if (lie === 'absent') return { ...absent, leaves: [naiveHeadKey(stream), naiveHeadValue(head)] }
    const present = { numbers: [i, head.revision], leaves: [head.leaf], oldRoot: NONE }
    if (lie !== 'padded') return { ...present, hashes: siblings, root }
    const padded = [NAIVE_EMPTY, ...siblings]
    return { ...present, hashes: padded, root: naiveHeadsFold(stream, head, padded) }
  })

interface HeadsQuestion {
  readonly stream: string
  readonly head: NaiveHead | null
  readonly path: NaiveHeadsPath
  readonly root: string
}

function headsQuestion(bytes: Uint8Array): HeadsQuestion | undefined {
  const proof = read(bytes)
  const [i, revision, ...more] = proof?.numbers ?? []
  if (proof === undefined || i === undefined || more.length > 0) return undefined
  const [first, second, third] = proof.leaves
  const stream = `s-${i}`
  const path = (other: NaiveHeadsPath['other']) => ({ siblings: proof.hashes, other })
  const { root } = proof
  if (third !== undefined) return undefined
  if (revision === undefined) {
    if (first === undefined) return { stream, head: null, path: path(null), root }
    return second === undefined ? undefined : { stream, head: null, path: path({ key: first, value: second }), root }
  }
  if (first === undefined) return undefined
  const other = second === undefined ? null : { key: second, value: NONE }
  return { stream, head: { revision, leaf: first }, path: path(other), root }
}

const asHeads = (verify: typeof verifyHeadsProof) => (bytes: Uint8Array) => {
  const question = headsQuestion(bytes)
  if (question === undefined) return refused('no')
  const { stream, head, path, root } = question
  const other = path.other && { keyHash: raw(path.other.key), valueHash: raw(path.other.value) }
  const claim = head && { revision: head.revision, leaf: raw(head.leaf) }
  return holds(verify(raw(root), stream, claim, { siblings: path.siblings.map(raw), other }))
}

function naiveHeads(bytes: Uint8Array): Outcome {
  const question = headsQuestion(bytes)
  return holds(question && naiveHeadsHold(question.root, question.stream, question.head, question.path))
}

const sample = (proof: fc.Arbitrary<Proof>) => fc.sample(proof, { numRuns: 12, seed: 1 }).map(write)
const words = [',', '|', leafAt(0), leafAt(1), naiveRoot(leavesOf(2)), '0', '9007199254740991']
const part = (name: string, proof: fc.Arbitrary<Proof>) => ({
  name,
  words,
  seeds: sample(proof),
  structured: broken(proof),
  weight: 0.7,
})

export const targets: readonly Target[] = [
  {
    ...part('multiproof', multi),
    real: (bytes) => {
      const proof = read(bytes)
      if (proof === undefined) return refused('no')
      const [size = 0, ...positions] = proof.numbers
      return holds(verifyMultiProof(positions, proof.leaves.map(raw), size, proof.hashes.map(raw), raw(proof.root)))
    },
    naive: naiveMulti,
  },
  {
    ...part('multiproof-verifier', multi),
    real: (bytes) => {
      const proof = read(bytes)
      if (proof === undefined) return refused('no')
      const [size = 0, ...positions] = proof.numbers
      return outcomeOf(() => {
        checkMultiProof(positions, proof.leaves.map(raw), size, proof.hashes.map(raw), raw(proof.root))
        return ''
      }, refusalCode)
    },
    naive: naiveMulti,
    compareCodes: true,
  },
  {
    ...part('inclusion', inclusion),
    real: (bytes) => {
      const proof = read(bytes)
      const [size, index, more] = proof?.numbers ?? []
      if (proof?.leaves.length !== 1 || size === undefined || index === undefined || more !== undefined)
        return refused('no')
      return holds(verifyInclusion(index, size, raw(proof.leaves[0]!), proof.hashes.map(raw), raw(proof.root)))
    },
    naive: (bytes) => {
      const proof = read(bytes)
      const [size, index, more] = proof?.numbers ?? []
      if (proof?.leaves.length !== 1 || size === undefined || index === undefined || more !== undefined)
        return refused('no')
      return holds(naivePathRoot(index, size, proof.leaves[0]!, proof.hashes) === proof.root)
    },
  },
  {
    ...part('consistency', consistency),
    real: (bytes) => {
      const proof = read(bytes)
      const [size, old, more] = proof?.numbers ?? []
      if (proof === undefined || size === undefined || old === undefined || more !== undefined) return refused('no')
      return holds(verifyConsistency(old, size, proof.hashes.map(raw), raw(proof.oldRoot), raw(proof.root)))
    },
    naive: (bytes) => {
      const proof = read(bytes)
      const [size, old, more] = proof?.numbers ?? []
      if (proof === undefined || size === undefined || old === undefined || more !== undefined) return refused('no')
      if (old > size) return refused('no')
      const { hashes, oldRoot, root } = proof
      // The empty tree has one root, whoever says so, and is the beginning of every other.
      if (old === 0 && oldRoot !== sha256Hex()) return refused('no')
      if (old === size) return holds(hashes.length === 0 && oldRoot === root)
      if (old === 0) return holds(hashes.length === 0)
      const roots = naiveConsistencyRoots(old, size, hashes, oldRoot)
      return holds(roots !== undefined && roots[0] === oldRoot && roots[1] === root)
    },
  },
  { ...part('heads-path', headsProof), real: asHeads(verifyHeadsProof), naive: naiveHeads },
  { ...part('heads-path-verifier', headsProof), real: asHeads(verifierHeads), naive: naiveHeads },
]
