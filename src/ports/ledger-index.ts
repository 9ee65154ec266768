import type { HeadsProof } from '../merkle/index.js'
import type { Awaitable } from './awaitable.js'

/**
 * What is derived from the log to answer questions quickly. Deletable, and allowed to lag: `through()` says how far
 * it has come, and the ledger catches it up from the log. It is never trusted to be newer than it says.
 *
 * An index in this process answers at once, one that lies elsewhere by promises: MUST be the same for every question.
 * The ledger asks one question at a time of what it changes: `apply` never overlaps another `apply` of the handle.
 */
export interface LedgerIndex {
  /** How many records have been applied: positions 0 to `through() - 1`. */
  through(): Awaitable<number>

  /**
   * The last record applied, or undefined where there is none: the ledger compares it with the log before it believes the
   * index. Position and leaf MUST be of one moment: another process may apply more between two questions.
   */
  last(): Awaitable<AppliedRecord | undefined>

  /** For each id the position it stands at, or undefined. Only positions below `through()`. */
  positionsOf(ids: readonly string[]): Awaitable<(number | undefined)[]>

  /** The last revision of a stream with its leaf and position, or undefined if it has no record below `through()`. */
  head(stream: string): Awaitable<StreamHead | undefined>

  /** Positions of the revisions `fromRevision` upwards, ascending, at most `limit`. */
  positionsIn(stream: string, fromRevision: number, limit: number): Awaitable<number[]>

  /** The names of all streams with their heads, ascending by name, from `after` (exclusive). */
  streams(after: string | undefined, limit: number): Awaitable<{ readonly stream: string; readonly head: StreamHead }[]>

  /**
   * Applies records that follow `through()` densely. When the call returns, or, where answers are promises, when it
   * resolves, they are visible to this handle; the promise settles when the handle is ready for more (back-pressure),
   * and `flush` when they are on disk. What is on disk
   * always is the state after some number of records, never a mixture. MUST refuse a gap with `INDEX_CORRUPT`, having
   * applied nothing. One that several handles write, such as tables in a database, MUST pass over what it has already. A `ledger-heads` record whose root is not the map's root MUST be refused with `TREE_DIVERGED`;
   * the records before it are applied.
   */
  apply(records: readonly IndexedRecord[]): Promise<void>

  /** Resolves when everything applied so far is stored, where the index is stored at all. */
  flush(): Promise<void>

  /** Forgets everything: `through()` is 0 again. For an index that turned out not to belong to the log. */
  reset(): Promise<void>

  /** The root of the stream-heads map of the state after `through()` records. */
  headsRoot(): Awaitable<Uint8Array>

  /**
   * The map as it was at the newest applied `ledger-heads` record: its position p, and paths in the state before p.
   * Undefined where no heads record was applied. The view proves until the next heads record is applied.
   */
  headsMap(): Awaitable<HeadsMapView | undefined>

  close(): Promise<void>
}

/** An index in this process. */
export type LocalIndex = {
  readonly [Name in keyof LedgerIndex]: (
    ...given: Parameters<LedgerIndex[Name]>
  ) => Name extends 'apply' | 'flush' | 'reset' | 'close'
    ? Promise<void>
    : Exclude<ReturnType<LedgerIndex[Name]>, Promise<unknown>>
}

export interface AppliedRecord {
  readonly position: number
  readonly leaf: Uint8Array
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
  /** 32 bytes. MUST be a copy of its own, not a view into a larger buffer. */
  readonly leaf: Uint8Array
  /** Only for records of stream `ledger-heads`: the root they state. */
  readonly headsRoot?: Uint8Array
}

export interface HeadsMapView {
  /** Position of the heads record whose map this is. */
  readonly position: number
  readonly root: Uint8Array
  /** A presence or absence proof for `stream` under `root`. Undefined once a newer heads record was applied. */
  prove(stream: string): Awaitable<HeadsProof | undefined>
}
