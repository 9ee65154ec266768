import type { HeadsProof } from '../merkle/index.js'

export interface InclusionProof {
  readonly position: bigint
  readonly leaf: Uint8Array
  readonly size: bigint
  readonly root: Uint8Array
  readonly hashes: readonly Uint8Array[]
  /** Signed note of exactly that size. */
  readonly checkpoint: Uint8Array
}

export interface ConsistencyProof {
  readonly oldSize: bigint
  readonly newSize: bigint
  readonly hashes: readonly Uint8Array[]
}

export interface HeadsPath {
  /** Position of the heads record. */
  readonly position: bigint
  readonly root: Uint8Array
  readonly stream: string
  /** Null: the stream is proved absent. */
  readonly head: { readonly revision: bigint; readonly leaf: Uint8Array } | null
  readonly proof: HeadsProof
}
