import { createHash } from 'node:crypto'

/** RFC 6962, section 2.1, word for word; hashes are hex. */

export const sha256Hex = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const bytes = (text: string) => Buffer.from(text, 'hex')

export const naiveNode = (left: string, right: string): string => sha256Hex(Buffer.from([1]), bytes(left), bytes(right))

/** The largest power of two smaller than n. */
function half(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

export function naiveRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return sha256Hex()
  if (leaves.length === 1) return leaves[0]!
  const k = half(leaves.length)
  return naiveNode(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

/** `walk` of `spec/bundle/SPEC.md`, section 4: the root, or why there is none. */
export function naiveMultiRoot(
  positions: readonly number[],
  leaves: readonly string[],
  size: number,
  hashes: readonly string[],
): string | 'PROOF_POSITIONS' | 'PROOF_HASHES' {
  if (positions.length !== leaves.length || positions.length === 0) return 'PROOF_POSITIONS'
  if (positions.some((p, i) => p < 0 || p >= size || (i > 0 && p <= positions[i - 1]!))) return 'PROOF_POSITIONS'
  const restHashes = [...hashes]
  const restLeaves = [...leaves]
  let missing = false
  const walk = (low: number, high: number): string => {
    if (!positions.some((p) => low <= p && p < high)) {
      const next = restHashes.shift()
      if (next === undefined) missing = true
      return next ?? ''
    }
    // There are as many leaves as positions.
    if (high - low === 1) return restLeaves.shift()!
    const k = half(high - low)
    return naiveNode(walk(low, low + k), walk(low + k, high))
  }
  const root = walk(0, size)
  return missing || restHashes.length > 0 ? 'PROOF_HASHES' : root
}

export function naiveMultiProof(positions: readonly number[], leaves: readonly string[]): string[] {
  const walk = (low: number, high: number): string[] => {
    if (!positions.some((p) => low <= p && p < high)) return [naiveRoot(leaves.slice(low, high))]
    if (high - low === 1) return []
    const k = half(high - low)
    return [...walk(low, low + k), ...walk(low + k, high)]
  }
  return walk(0, leaves.length)
}

/** PATH(m, D[n]) of RFC 6962, 2.1.1. */
export function naivePath(m: number, leaves: readonly string[]): string[] {
  if (leaves.length === 1) return []
  const k = half(leaves.length)
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}

/** The root that a path leads to, by the recursion of PATH read backwards; undefined where the length is wrong. */
export function naivePathRoot(m: number, n: number, leaf: string, path: readonly string[]): string | undefined {
  if (m < 0 || m >= n) return undefined
  if (n === 1) return path.length === 0 ? leaf : undefined
  const k = half(n)
  const sibling = path.at(-1)
  if (sibling === undefined) return undefined
  const rest = path.slice(0, -1)
  const below = m < k ? naivePathRoot(m, k, leaf, rest) : naivePathRoot(m - k, n - k, leaf, rest)
  if (below === undefined) return undefined
  return m < k ? naiveNode(below, sibling) : naiveNode(sibling, below)
}

/** PROOF(m, D[n]) of RFC 6962, 2.1.2. */
export function naiveConsistency(m: number, leaves: readonly string[]): string[] {
  const subproof = (size: number, part: readonly string[], whole: boolean): string[] => {
    if (size === part.length) return whole ? [] : [naiveRoot(part)]
    const k = half(part.length)
    return size <= k
      ? [...subproof(size, part.slice(0, k), whole), naiveRoot(part.slice(k))]
      : [...subproof(size - k, part.slice(k), false), naiveRoot(part.slice(0, k))]
  }
  return m === 0 ? [] : subproof(m, leaves, true)
}

/** Old and new root that the proof gives, SUBPROOF read backwards; undefined where the length is wrong. */
export function naiveConsistencyRoots(
  m: number,
  n: number,
  proof: readonly string[],
  oldRoot: string,
): readonly [string, string] | undefined {
  const sub = (
    size: number,
    of: number,
    rest: readonly string[],
    whole: boolean,
  ): readonly [string, string] | undefined => {
    if (size === of) {
      if (whole) return rest.length === 0 ? [oldRoot, oldRoot] : undefined
      const only = rest[0]
      return rest.length === 1 && only !== undefined ? [only, only] : undefined
    }
    const last = rest.at(-1)
    if (last === undefined) return undefined
    const k = half(of)
    const before = rest.slice(0, -1)
    const below = size <= k ? sub(size, k, before, whole) : sub(size - k, of - k, before, false)
    if (below === undefined) return undefined
    return size <= k ? [below[0], naiveNode(below[1], last)] : [naiveNode(last, below[0]), naiveNode(last, below[1])]
  }
  if (m === 0) return undefined
  return sub(m, n, proof, true)
}

const text = (value: string) => Buffer.from(value, 'utf8')
export const NAIVE_EMPTY = Buffer.from('SPARSE_MERKLE_PLACEHOLDER_HASH__').toString('hex')
const bits = (hash: string): string => [...bytes(hash)].map((byte) => byte.toString(2).padStart(8, '0')).join('')

export interface NaiveHead {
  readonly revision: number
  readonly leaf: string
}

export const naiveHeadKey = (stream: string) => sha256Hex(text('clyra.head.key/1\n'), text(stream))
export function naiveHeadValue({ revision, leaf }: NaiveHead): string {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(revision))
  return sha256Hex(text('clyra.head/1\n'), number, bytes(leaf))
}
const headLeaf = (key: string, value: string) => sha256Hex(text('JMT::LeafNode'), bytes(key), bytes(value))
const headInner = (left: string, right: string) => sha256Hex(text('JMT::IntrnalNode'), bytes(left), bytes(right))

/** The root of the map over these streams, by its definition: `spec/log/SPEC.md`, section 7. */
export function naiveHeadsRoot(heads: readonly (readonly [string, NaiveHead])[], prefix = ''): string {
  const inside = heads.filter(([stream]) => bits(naiveHeadKey(stream)).startsWith(prefix))
  if (inside.length === 0) return NAIVE_EMPTY
  if (inside.length === 1) return headLeaf(naiveHeadKey(inside[0]![0]), naiveHeadValue(inside[0]![1]))
  return headInner(naiveHeadsRoot(inside, `${prefix}0`), naiveHeadsRoot(inside, `${prefix}1`))
}

export interface NaiveHeadsPath {
  readonly siblings: readonly string[]
  readonly other: { readonly key: string; readonly value: string } | null
}

/** The path of a stream, present or absent. */
export function naiveHeadsPath(heads: readonly (readonly [string, NaiveHead])[], stream: string): NaiveHeadsPath {
  const way = bits(naiveHeadKey(stream))
  const siblings: string[] = []
  for (let depth = 0; ; depth++) {
    const inside = heads.filter(([name]) => bits(naiveHeadKey(name)).startsWith(way.slice(0, depth)))
    const [only] = inside
    if (inside.length <= 1) {
      const other =
        only === undefined || only[0] === stream ? null : { key: naiveHeadKey(only[0]), value: naiveHeadValue(only[1]) }
      return { siblings, other }
    }
    siblings.unshift(naiveHeadsRoot(heads, `${way.slice(0, depth)}${way[depth] === '0' ? '1' : '0'}`))
  }
}

/** Whether the path shows the head, or for null the absence, under `root`: the last paragraph of section 7. */
export function naiveHeadsHold(root: string, stream: string, head: NaiveHead | null, path: NaiveHeadsPath): boolean {
  const { siblings, other } = path
  const n = siblings.length
  if (n > 256 || siblings[0] === NAIVE_EMPTY) return false
  const way = bits(naiveHeadKey(stream))
  let node = NAIVE_EMPTY
  if (head !== null && other !== null) return false
  if (head !== null) node = headLeaf(naiveHeadKey(stream), naiveHeadValue(head))
  else if (other !== null) {
    if (other.key === naiveHeadKey(stream) || bits(other.key).slice(0, n) !== way.slice(0, n)) return false
    node = headLeaf(other.key, other.value)
  }
  siblings.forEach((sibling, i) => {
    node = way[n - 1 - i] === '1' ? headInner(sibling, node) : headInner(node, sibling)
  })
  return node === root
}

/** What a presence path folds to, whatever it is. */
export function naiveHeadsFold(stream: string, head: NaiveHead, siblings: readonly string[]): string {
  const way = bits(naiveHeadKey(stream))
  return siblings.reduce(
    (node, sibling, i) => (way[siblings.length - 1 - i] === '1' ? headInner(sibling, node) : headInner(node, sibling)),
    headLeaf(naiveHeadKey(stream), naiveHeadValue(head)),
  )
}
