import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { HeadsProof } from '../../src/merkle/index.js'

const bytes32 = z.array(z.number().int().min(0).max(255)).length(32)
const leaf = z.strictObject({ key_hash: bytes32, value_hash: bytes32 })
const node = z.union([
  z.literal('Null'),
  z.strictObject({ Internal: z.strictObject({ left_child: bytes32, right_child: bytes32 }) }),
  z.strictObject({ Leaf: leaf }),
])
const proof = z.strictObject({ leaf: leaf.nullable(), siblings: z.array(node), phantom_hasher: z.null() })
type JmtNode = z.infer<typeof node>
/** A proof as the crate serialises it: its siblings are nodes, not hashes. */
export type JmtProof = z.infer<typeof proof>

/** What the Rust program answers to `prove`. */
export const jmtAnswer = z.strictObject({
  root: z.string().regex(/^[0-9a-f]{64}$/),
  proofs: z.array(z.strictObject({ value: z.string().nullable(), proof })),
})

const EMPTY = Buffer.from('SPARSE_MERKLE_PLACEHOLDER_HASH__')
const sha256 = (...parts: readonly (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const leafHashOf = (key: Uint8Array, value: Uint8Array) => sha256('JMT::LeafNode', key, value)
const innerHashOf = (left: Uint8Array, right: Uint8Array) => sha256('JMT::IntrnalNode', left, right)

function hashOf(sibling: JmtNode): Buffer {
  if (sibling === 'Null') return EMPTY
  if ('Leaf' in sibling) return leafHashOf(Buffer.from(sibling.Leaf.key_hash), Buffer.from(sibling.Leaf.value_hash))
  const { left_child, right_child } = sibling.Internal
  return innerHashOf(Buffer.from(left_child), Buffer.from(right_child))
}

/** A proof of the crate's reduced to what ours has: the hashes of the siblings, and for absence the other leaf. */
export function reduced({ leaf: there, siblings }: JmtProof, present: boolean): HeadsProof {
  return {
    siblings: siblings.map(hashOf),
    other:
      there === null || present
        ? null
        : { keyHash: Uint8Array.from(there.key_hash), valueHash: Uint8Array.from(there.value_hash) },
  }
}

/** The nodes behind hashes, from the whole tree, for giving the crate a proof of ours in its own form. */
export class JmtNodes {
  readonly #byHash = new Map<string, JmtNode>()

  /** `leaves`: all key and value hashes of the tree. */
  constructor(leaves: readonly (readonly [Uint8Array, Uint8Array])[]) {
    this.#build(leaves, 0)
  }

  expanded({ siblings }: HeadsProof, there: readonly [Uint8Array, Uint8Array] | null): JmtProof {
    return {
      leaf: there && { key_hash: [...there[0]], value_hash: [...there[1]] },
      siblings: siblings.map((hash) => {
        const known = this.#byHash.get(Buffer.from(hash).toString('hex'))
        if (known === undefined) throw new Error('a sibling that is no node of the tree')
        return known
      }),
      phantom_hasher: null,
    }
  }

  #build(leaves: readonly (readonly [Uint8Array, Uint8Array])[], depth: number): Buffer {
    const [first] = leaves
    if (first === undefined) return this.#know('Null')
    if (leaves.length === 1) return this.#know({ Leaf: { key_hash: [...first[0]], value_hash: [...first[1]] } })
    const bit = (key: Uint8Array) => (key[depth >> 3]! >> (7 - (depth & 7))) & 1
    const left = this.#build(
      leaves.filter(([key]) => bit(key) === 0),
      depth + 1,
    )
    const right = this.#build(
      leaves.filter(([key]) => bit(key) === 1),
      depth + 1,
    )
    return this.#know({ Internal: { left_child: [...left], right_child: [...right] } })
  }

  #know(one: JmtNode): Buffer {
    const hash = hashOf(one)
    this.#byHash.set(hash.toString('hex'), one)
    return hash
  }
}
