import type { IndexedRecord } from '../../ledger/ledger-index.js'
import type { IndexedHead } from './index-base.js'

/** What was applied on top of a state: a dense range of records, and what they changed. Plain data in memory. */
export class IndexLayer {
  readonly from: number
  through: number
  lastLeaf: Uint8Array | undefined
  readonly ids = new Map<string, number>()
  readonly heads = new Map<string, IndexedHead>()
  /** Stream -> the revision of the first entry here, and the positions from it on. */
  readonly positions = new Map<string, { readonly fromRevision: number; readonly positions: number[] }>()
  /** Nodes of the heads map that changed; null: deleted. */
  readonly nodes = new Map<string, Uint8Array | null>()

  constructor(from: number) {
    this.from = from
    this.through = from
  }

  get size(): number {
    return this.through - this.from
  }

  add(record: IndexedRecord, first: number): void {
    const { position, id, stream, revision, leaf } = record
    this.ids.set(id, position)
    this.heads.set(stream, { position, revision, leaf, first })
    const there = this.positions.get(stream)
    if (there === undefined) this.positions.set(stream, { fromRevision: revision, positions: [position] })
    else there.positions.push(position)
    this.through = position + 1
    this.lastLeaf = leaf
  }
}
