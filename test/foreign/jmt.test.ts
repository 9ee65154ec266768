/** The Rust crate `jmt` and our map of stream heads: one root, and each takes the other's proofs and refuses changed ones. */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { equalBytes, hex } from '../../src/canonical/index.js'
import {
  type HeadClaim,
  HeadsMap,
  type HeadsProof,
  headKeyHash,
  headValueHash,
  verifyHeadsProof,
} from '../../src/merkle/index.js'
import * as verifier from '../../verifier/ts/src/heads-map.js'
import { requireService } from '../services/index.js'
import { JmtNodes, type JmtProof, jmtAnswer, reduced } from './jmt-proof.js'
import { ask, judged } from './judge.js'

type Heads = ReadonlyMap<string, HeadClaim>

const sha256 = (text: string) => new Uint8Array(createHash('sha256').update(text).digest())
const headOf = (i: number): HeadClaim => ({ revision: (i * 7919) % 100_003, leaf: sha256(`leaf ${i}`) })
const headsOf = (count: number): Heads => new Map(Array.from({ length: count }, (_, i) => [`run-${i}`, headOf(i)]))

/** Key and value bytes as the specification spells them, in hex: the crate hashes them itself. */
const keyBytes = (stream: string) => Buffer.from(`clyra.head.key/1\n${stream}`).toString('hex')
const valueBytes = ({ revision, leaf }: HeadClaim) => {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(revision))
  return Buffer.concat([Buffer.from('clyra.head/1\n'), number, leaf]).toString('hex')
}

function mapOf(heads: Heads): HeadsMap {
  const map = new HeadsMap()
  map.update([...heads].map(([stream, head]) => ({ stream, ...head })))
  return map
}

function verifierMapOf(heads: Heads): verifier.HeadsMap {
  const map = new verifier.HeadsMap()
  for (const [stream, head] of heads) map.set(stream, head)
  return map
}

const requestFor = (heads: Heads, streams: readonly string[]) => ({
  op: 'prove',
  versions: [[...heads].map(([stream, head]) => [keyBytes(stream), valueBytes(head)])],
  keys: streams.map(keyBytes),
})

/** Both of our verifiers, which must agree. */
function accepts(root: Uint8Array, stream: string, claim: HeadClaim | null, proof: HeadsProof): boolean {
  const [ours, independent] = [verifyHeadsProof, verifier.verifyHeadsProof].map((verify) =>
    verify(root, stream, claim, proof),
  )
  expect(independent).toBe(ours)
  return ours!
}

const COUNTS = [0, 1, 2, 3, 4, 5, 8, 17, 64, 255, 256, 257, 1000, 3000]
/** In no map. */
const ABSENT = ['run-x', 'ledger-heads', 'run-00', ...Array.from({ length: 12 }, (_, i) => `gone-${i}`)]

describe.runIf(requireService('cargo'))('the crate jmt', () => {
  test('gives the root of our map, and of our verifier’s, for 0 to 3,000 streams', () => {
    const answers = ask(
      'cargo',
      COUNTS.map((count) => requestFor(headsOf(count), [])),
    ).map((one) => jmtAnswer.parse(one))
    expect(answers.map(({ root }) => root)).toEqual(COUNTS.map((count) => hex(mapOf(headsOf(count)).root())))
    expect(answers.map(({ root }) => root)).toEqual(COUNTS.map((count) => hex(verifierMapOf(headsOf(count)).root())))
    expect(new Set(answers.map(({ root }) => root)).size).toBe(COUNTS.length)
  })

  test('gives that root too where heads move, over many versions', () => {
    const map = new HeadsMap()
    const versions: (readonly [string, string])[][] = []
    const requests: object[] = []
    const roots: string[] = []
    for (let version = 0; version < 12; version++) {
      const touched = Array.from({ length: 40 }, (_, i) => ({
        stream: `run-${(version * 17 + i * i) % 150}`,
        ...headOf(version * 1000 + i),
      }))
      const last = new Map(touched.map(({ stream, ...head }) => [stream, head]))
      map.update([...last].map(([stream, head]) => ({ stream, ...head })))
      versions.push([...last].map(([stream, head]) => [keyBytes(stream), valueBytes(head)] as const))
      roots.push(hex(map.root()))
      requests.push({ op: 'prove', versions: [...versions], keys: [] })
    }
    expect(ask('cargo', requests).map((one) => jmtAnswer.parse(one).root)).toEqual(roots)
  })

  test.each([1, 2, 3, 17, 256, 1000])(
    'of %i streams: its proofs are ours once reduced, accepted, and refused after any change',
    (count) => {
      const heads = headsOf(count)
      const map = mapOf(heads)
      const root = map.root()
      const streams = [...[...heads.keys()].filter((_, i) => i % Math.ceil(count / 25) === 0), ...ABSENT]
      const { proofs } = jmtAnswer.parse(ask('cargo', [requestFor(heads, streams)])[0])
      let changed = 0
      for (const [i, stream] of streams.entries()) {
        const claim = heads.get(stream) ?? null
        const { value, proof: theirs } = proofs[i]!
        expect(value).toBe(claim && valueBytes(claim))
        const proof = reduced(theirs, claim !== null)
        expect(accepts(root, stream, claim, proof)).toBe(true)
        expect(printed(proof)).toEqual(printed(map.prove(stream)))
        expect(printed(proof)).toEqual(printed(verifierMapOf(heads).prove(stream)))
        for (const [what, ...wrong] of changes(stream, claim, proof)) {
          expect(accepts(root, ...wrong), `${stream}: ${what}`).toBe(false)
          changed++
        }
      }
      expect(changed).toBeGreaterThan(streams.length * 4)
    },
  )

  test('accepts our proofs, given in its own form, and refuses them after any change', () => {
    const heads = headsOf(1000)
    const map = mapOf(heads)
    const leaves = new Map(
      [...heads].map(([stream, { revision, leaf }]) => [
        stream,
        [headKeyHash(stream), headValueHash(revision, leaf)] as const,
      ]),
    )
    const nodes = new JmtNodes([...leaves.values()])
    const good: object[] = []
    const bad: object[] = []
    for (const stream of [...[...heads.keys()].slice(0, 40), ...ABSENT]) {
      const head = heads.get(stream)
      const proof = map.prove(stream)
      const other = proof.other && ([proof.other.keyHash, proof.other.valueHash] as const)
      const theirs = nodes.expanded(proof, leaves.get(stream) ?? other)
      const request = {
        op: 'verify',
        root: hex(map.root()),
        key: keyBytes(stream),
        value: head === undefined ? null : valueBytes(head),
        proof: theirs,
      }
      good.push(request)
      bad.push(
        { ...request, value: head === undefined ? valueBytes(headOf(1)) : null },
        { ...request, root: hex(sha256('another root')) },
        ...changedNodes(theirs).map((changed) => ({ ...request, proof: changed })),
      )
      if (head === undefined) continue
      bad.push({ ...request, key: keyBytes(`${stream}0`) })
      bad.push({ ...request, value: valueBytes({ ...head, revision: head.revision + 1 }) })
    }
    expect(judged('cargo', ...good).map(({ verdict }) => verdict)).toEqual(good.map(() => 'accepted'))
    const accepted = judged('cargo', ...bad).flatMap(({ verdict }, i) => (verdict === 'refused' ? [] : [bad[i]]))
    expect(accepted).toEqual([])
  })
})

const printed = ({ siblings, other }: HeadsProof) => ({
  siblings: siblings.map(hex),
  other: other && [hex(other.keyHash), hex(other.valueHash)],
})

const flipped = (bytes: Uint8Array, at = 5) => bytes.with(at, bytes[at]! ^ 1)

type Claimed = readonly [what: string, stream: string, claim: HeadClaim | null, proof: HeadsProof]

/** Every way to change a proof, or what it is claimed to prove. */
function* changes(stream: string, claim: HeadClaim | null, proof: HeadsProof): Generator<Claimed> {
  const { siblings, other } = proof
  const withSiblings = (changed: readonly Uint8Array[]): HeadsProof => ({ siblings: changed, other })
  for (const [i, sibling] of siblings.entries()) {
    yield [`sibling ${i} flipped`, stream, claim, withSiblings(siblings.with(i, flipped(sibling)))]
    yield [`sibling ${i} left out`, stream, claim, withSiblings(siblings.toSpliced(i, 1))]
    yield [`sibling ${i} twice`, stream, claim, withSiblings(siblings.toSpliced(i, 0, sibling))]
    yield [`sibling ${i} cut`, stream, claim, withSiblings(siblings.with(i, sibling.subarray(0, 31)))]
    // Two placeholders side by side are the same proof either way round.
    if (i > 0 && !equalBytes(sibling, siblings[i - 1]!))
      yield [
        `siblings ${i - 1} and ${i} swapped`,
        stream,
        claim,
        withSiblings(siblings.with(i, siblings[i - 1]!).with(i - 1, sibling)),
      ]
  }
  const placeholder = new TextEncoder().encode('SPARSE_MERKLE_PLACEHOLDER_HASH__')
  for (const [name, one] of [
    ['a hash', sha256('x')],
    ['the placeholder', placeholder],
  ] as const) {
    yield [`${name} below`, stream, claim, withSiblings([one, ...siblings])]
    yield [`${name} above`, stream, claim, withSiblings([...siblings, one])]
  }
  yield ['257 siblings', stream, claim, withSiblings(Array.from({ length: 257 }, () => sha256('x')))]
  yield ['the claim of presence turned', stream, claim === null ? headOf(0) : null, proof]
  if (claim === null) {
    if (other === null) {
      yield [
        'another leaf',
        stream,
        null,
        { siblings, other: { keyHash: headKeyHash('run-0'), valueHash: sha256('v') } },
      ]
      return
    }
    yield ['no other leaf', stream, null, { siblings, other: null }]
    yield [
      'the other leaf is the stream’s own',
      stream,
      null,
      { siblings, other: { ...other, keyHash: headKeyHash(stream) } },
    ]
    // The last bit: it still shares the prefix.
    yield ['the other leaf’s key', stream, null, { siblings, other: { ...other, keyHash: flipped(other.keyHash, 31) } }]
    yield [
      'the other leaf’s value',
      stream,
      null,
      { siblings, other: { ...other, valueHash: flipped(other.valueHash) } },
    ]
    return
  }
  yield ['another stream', `${stream}0`, claim, proof]
  yield ['another revision', stream, { ...claim, revision: claim.revision + 1 }, proof]
  yield ['another leaf', stream, { ...claim, leaf: flipped(claim.leaf) }, proof]
  yield ['a second leaf', stream, claim, { siblings, other: { keyHash: headKeyHash('run-x'), valueHash: sha256('v') } }]
}

/** The same on a proof in the crate's form. */
function changedNodes(proof: JmtProof): JmtProof[] {
  const { siblings, leaf } = proof
  const withSiblings = (changed: JmtProof['siblings']): JmtProof => ({ ...proof, siblings: changed })
  const changed = siblings.flatMap((sibling, i) => [
    withSiblings(siblings.toSpliced(i, 1)),
    withSiblings(siblings.toSpliced(i, 0, sibling)),
    withSiblings(siblings.with(i, { Leaf: { key_hash: [...sha256('k')], value_hash: [...sha256('v')] } })),
    ...(i > 0 && !isDeepStrictEqual(sibling, siblings[i - 1])
      ? [withSiblings(siblings.with(i, siblings[i - 1]!).with(i - 1, sibling))]
      : []),
  ])
  changed.push(withSiblings(['Null', ...siblings]), withSiblings([...siblings, 'Null']))
  if (leaf !== null)
    changed.push({ ...proof, leaf: null }, { ...proof, leaf: { ...leaf, value_hash: [...sha256('v')] } })
  return changed
}
