/** Proofs in the form that Go's tlog checks: honest ones, and the attacks of the page on the tree in that form. */
import { formatCheckpoint, signerOf, signNote, vkey as vkeyOf } from '../../src/crypto/index.js'
import { leafHash, nodeHash } from '../../src/merkle/index.js'
import { goConsistency, goInclusion, type Judgement } from '../foreign/judge.js'

const ORIGIN = 'proofs.clyra.internal'
const signer = signerOf('ed25519', new Uint8Array(32).fill(11))
const vkey = vkeyOf(ORIGIN, signer)
const records = (count: number, history = 'a') =>
  Array.from({ length: count }, (_, n) => Buffer.from(`{"history":"${history}","n":${n}}`))

/** The largest power of two below a size of two or more. */
const half = (size: number) => 2 ** (Math.ceil(Math.log2(size)) - 1)

/** RFC 6962, 2.1: the root over leaves. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  const k = half(leaves.length)
  return nodeHash(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

/** RFC 6962, 2.1.1: the audit path of the leaf at `index`. */
function pathOf(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const k = half(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return index < k ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - k, right), rootOf(left)]
}

/** RFC 6962, 2.1.2: that the first `size` leaves are those of the smaller tree. */
function growthOf(size: number, leaves: readonly Uint8Array[], isWhole = true): Uint8Array[] {
  if (size === leaves.length) return isWhole ? [] : [rootOf(leaves)]
  const k = half(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return size <= k
    ? [...growthOf(size, left, isWhole), rootOf(right)]
    : [...growthOf(size - k, right, false), rootOf(left)]
}

const checkpoint = async (size: number, root: Uint8Array) =>
  Buffer.from(await signNote(formatCheckpoint({ origin: ORIGIN, size, root }), [{ name: ORIGIN, signer }]))
const lines = (hashes: readonly Uint8Array[]) =>
  hashes.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')

interface Inclusion {
  readonly record: Uint8Array
  readonly index: number
  readonly path: readonly Uint8Array[]
  readonly size: number
  readonly root: Uint8Array
}

async function inclusion({ record, index, path, size, root }: Inclusion): Promise<Judgement> {
  const head = Buffer.from(`c2sp.org/tlog-proof@v1\nindex ${index}\n${lines(path)}\n`)
  return goInclusion({ vkey, record, proof: Buffer.concat([head, await checkpoint(size, root)]) })[0]!
}

/** What a reader who has kept a checkpoint of `kept` says of one over `shown`, with the hashes of a proof between the two. */
async function growth(kept: readonly Uint8Array[], shown: readonly Uint8Array[], hashes: readonly Uint8Array[]) {
  const note = await checkpoint(kept.length, rootOf(kept))
  const head = Buffer.from(`old ${kept.length}\n${lines(hashes)}\n`)
  const proof = Buffer.concat([head, await checkpoint(shown.length, rootOf(shown))])
  return goConsistency({ vkey, note, proof })[0]!
}

const seven = records(7)
const leaves = seven.map(leafHash)
const honest = { record: seven[4]!, index: 4, path: pathOf(4, leaves), size: 7, root: rootOf(leaves) }
const others = records(9, 'b').map(leafHash)
const [a, b, c] = leaves as [Uint8Array, Uint8Array, Uint8Array]
/** The root that a tree gives which doubles its odd node. */
const doubled = { record: seven[2]!, index: 2, size: 3, root: nodeHash(nodeHash(a, b), nodeHash(c, c)) }

/** What Go's tlog says of each form, by its name. */
export const PROOFS: Readonly<Record<string, () => Promise<Judgement>>> = {
  'an honest proof of a record': () => inclusion(honest),
  'an honest proof of growth': () => growth(leaves.slice(0, 3), leaves, growthOf(3, leaves)),
  'an index one too high': () => inclusion({ ...honest, index: 5 }),
  // The path has as many hashes in both trees: a proof of a record says nothing of the size.
  'a size one too high': () => inclusion({ ...honest, size: 8 }),
  'a size one too high, of the last record': () =>
    inclusion({ ...honest, record: seven[6]!, index: 6, path: pathOf(6, leaves), size: 8 }),
  // Four nodes above eight leaves, signed as if they were the leaves.
  'an inner node as a leaf': () => {
    const eight = records(8).map(leafHash)
    const pairs = [0, 2, 4, 6].map((at) => nodeHash(eight[at]!, eight[at + 1]!))
    const record = Buffer.concat([eight[0]!, eight[1]!])
    return inclusion({ record, index: 0, path: pathOf(0, pairs), size: 4, root: rootOf(pairs) })
  },
  'a root over a doubled last node': () => inclusion({ ...doubled, path: [nodeHash(a, b)] }),
  'a proof through a doubled last node': () => inclusion({ ...doubled, path: [c, nodeHash(a, b)] }),
  'the log went back to an older size': () => growth(leaves, leaves.slice(0, 5), []),
  'another history of the same size': () => growth(leaves, others.slice(0, 7), []),
  'another history of a larger size': () => growth(leaves, others, growthOf(7, others)),
}
