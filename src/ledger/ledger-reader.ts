import type { LedgerRecord } from '../events/index.js'
import type { ConsistencyProof, HeadsPath, InclusionProof } from './proofs.js'

export interface ReadOptions {
  readonly signal?: AbortSignal
  readonly limit?: number
  readonly backwards?: boolean
}

export interface ReadAllOptions extends ReadOptions {
  /** First position (inclusive). */
  readonly from?: bigint
  /** Positions below this one. */
  readonly before?: bigint
  readonly filter?: EventFilter
}

export interface EventFilter {
  /** Whichever version is named, records of all versions of the type are meant: they are read in the newest. */
  readonly types?: readonly string[]
  readonly streams?: readonly string[]
  /** The part of the stream name before its first `-`. */
  readonly categories?: readonly string[]
}

export type SubscriptionMessage =
  | { readonly kind: 'record'; readonly record: RecordView }
  | { readonly kind: 'caught-up'; readonly position: bigint }
  | { readonly kind: 'checkpoint'; readonly checkpoint: SignedCheckpoint }

/** A record as the public API shows it. */
export interface RecordView extends Omit<LedgerRecord, 'position'> {
  readonly position: bigint
  /** Shorthand for `event.type` / `event.data`, narrowed for known types through `isType(record, type)`. */
  readonly type: string
  readonly stream: string
  readonly revision: bigint
}

export interface SignedCheckpoint {
  readonly origin: string
  readonly size: bigint
  readonly root: Uint8Array
  /** The C2SP signed note, as it is published. */
  readonly note: Uint8Array
}

/** A ledger that is read, beside whoever writes it: records, streams, checkpoints, proofs. It writes nothing. */
export interface LedgerReader extends AsyncDisposable {
  readonly origin: string
  /** The genesis leaf, 32 bytes. */
  readonly identity: Uint8Array
  /** The number of durable records. */
  size(): Promise<bigint>
  readStream(stream: string, options?: ReadOptions & { readonly from?: bigint }): AsyncIterable<RecordView>
  /** Forwards from `from` (inclusive), or backwards from below `before`. */
  readAll(options?: ReadAllOptions): AsyncIterable<RecordView>
  /** The same records some hundreds at a time, never none, as folds take them: for reading much of the log. */
  readBatches(options?: ReadAllOptions): AsyncIterable<readonly LedgerRecord[]>
  /** Positions after `after` (exclusive; -1n or left out: from the beginning), then live. Ends only when aborted or closed. */
  subscribe(options?: {
    readonly after?: bigint
    readonly filter?: EventFilter
    readonly signal?: AbortSignal
  }): AsyncIterable<SubscriptionMessage>
  streamHead(
    stream: string,
  ): Promise<{ readonly revision: bigint; readonly position: bigint; readonly leaf: Uint8Array } | undefined>
  streams(options?: {
    readonly after?: string
    readonly limit?: number
  }): AsyncIterable<{ readonly stream: string; readonly revision: bigint; readonly position: bigint }>
  /** Which of these ids are known, and where. */
  positionsOf(ids: readonly string[]): Promise<(bigint | undefined)[]>
  /** Resolves with a checkpoint that covers `position`. Rejects with NOT_SEALED where there is none yet. */
  sealed(position: bigint): Promise<SignedCheckpoint>
  /** The newest published checkpoint. */
  checkpoint(): Promise<SignedCheckpoint>
  /** The checkpoint kept for ever at a heads size; undefined where there is none, or it is not published yet. */
  checkpointAt(size: bigint): Promise<SignedCheckpoint | undefined>
  /** Inclusion of one record in the newest checkpoint (or the kept one of `size`). */
  prove(position: bigint, options?: { readonly size?: bigint }): Promise<InclusionProof>
  proveConsistency(oldSize: bigint, newSize?: bigint): Promise<ConsistencyProof>
  /** Presence or absence of a stream in the heads record at `headsPosition` (default: the newest sealed one). */
  proveHead(stream: string, headsPosition?: bigint): Promise<HeadsPath>
  /** Subtree hashes for a multiproof over `positions` (ascending) in the tree of `size`; `spec/bundle/SPEC.md`, section 4. */
  proveMany(positions: readonly bigint[], size: bigint): Promise<Uint8Array[]>
  /** Releases everything. Idempotent. */
  close(): Promise<void>
}
