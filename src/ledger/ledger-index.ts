/**
 * What is derived from the log to answer questions quickly. Deletable, and allowed to lag: `through()` says how far
 * it has come, and the ledger catches it up from the log. It is never trusted to be newer than it says.
 */
export interface LedgerIndex {
  /** How many records have been applied: positions 0 to `through() - 1`. */
  through(): number

  /** For each id the position it stands at, or undefined. Only positions below `through()`. */
  positionsOf(ids: readonly string[]): (number | undefined)[]

  /** The last revision of a stream with its leaf and position, or undefined if it has no record below `through()`. */
  head(stream: string): StreamHead | undefined

  /** Positions of the revisions `fromRevision` upwards, ascending, at most `limit`. */
  positionsIn(stream: string, fromRevision: number, limit: number): number[]

  /** The names of all streams with their heads, ascending by name, from `after` (exclusive). */
  streams(after: string | undefined, limit: number): { readonly stream: string; readonly head: StreamHead }[]

  /**
   * Applies records that follow `through()` densely; one atomic step. MUST refuse a gap with `INDEX_CORRUPT`.
   * A `ledger-heads` record whose root is not the map's root MUST be refused with `TREE_DIVERGED`.
   */
  apply(records: readonly IndexedRecord[]): Promise<void>

  /** The root of the stream-heads map of the state after `through()` records. */
  headsRoot(): Uint8Array

  /**
   * The map as it was at the newest applied `ledger-heads` record: its position p, and paths in the state before p.
   * Undefined where no heads record was applied, or where the map has since moved on.
   */
  headsMap(): HeadsMapView | undefined

  close(): Promise<void>
}

export interface StreamHead {
  readonly revision: number
  readonly leaf: Uint8Array
  readonly position: number
}

export interface IndexedRecord {
  readonly position: number
  readonly id: string
  readonly stream: string
  readonly revision: number
  readonly leaf: Uint8Array
  /** Only for records of stream `ledger-heads`: the root they state. */
  readonly headsRoot?: Uint8Array
}

export interface HeadsMapView {
  /** Position of the heads record whose map this is. */
  readonly position: number
  readonly root: Uint8Array
  /** A presence or absence proof for `stream` under `root`. */
  prove(stream: string): import('../merkle/heads-map.js').HeadsProof
}
