import type { AppendableEvent, LedgerRecord } from '../events/index.js'
import type { PreparedEvents } from '../events/prepared-events.js'
import type { ConsistencyProof, HeadsPath, InclusionProof } from './proofs.js'

/**
 * `no-stream`: the stream must not exist; `stream-exists`: it must; `any`: no check; a bigint: its last revision.
 * There is no default.
 */
export type ExpectedRevision = 'no-stream' | 'stream-exists' | 'any' | bigint

export interface AppendOptions {
  /** Aborting before hand-off removes the append and rejects with ABORTED; after it the promise still settles. */
  readonly signal?: AbortSignal
}

export interface StreamAppend<T extends string = string> {
  readonly stream: string
  readonly expectedRevision: ExpectedRevision
  readonly events: readonly AppendableEvent<T>[] | PreparedEvents
}

export interface AppendResult {
  /** Position of the last record of this append. */
  readonly position: bigint
  readonly positions: readonly bigint[]
  readonly ids: readonly string[]
  /** Revision of the last record in its stream. */
  readonly revision: bigint
  /** True where the same events were already there: nothing was written, the original positions are given. */
  readonly replayed: boolean
}

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

/** The ledger: the one place where events are admitted, ordered, chained and stored. */
export interface Ledger extends AsyncDisposable {
  readonly origin: string
  /** The genesis leaf, 32 bytes. */
  readonly identity: Uint8Array
  readonly readOnly: boolean
  /** The number of durable records. */
  size(): Promise<bigint>
  append<T extends string>(
    stream: string,
    expectedRevision: ExpectedRevision,
    events: readonly AppendableEvent<T>[] | PreparedEvents,
    options?: AppendOptions,
  ): Promise<AppendResult>
  /** Several streams, all or none. Results in the order given. */
  appendMany<T extends string>(appends: readonly StreamAppend<T>[], options?: AppendOptions): Promise<AppendResult[]>
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
  /** Resolves with a checkpoint that covers `position`. Rejects with SEAL_FAILED, NOT_SEALED (read-only handle). */
  sealed(position: bigint): Promise<SignedCheckpoint>
  /** Appends a heads record and resolves when the checkpoint of size position + 1 is published. */
  heads(): Promise<{ readonly position: bigint; readonly checkpoint: SignedCheckpoint }>
  /** The newest published checkpoint. */
  checkpoint(): Promise<SignedCheckpoint>
  /** The checkpoint kept for ever at a heads size; undefined where there is none. */
  checkpointAt(size: bigint): Promise<SignedCheckpoint | undefined>
  /** Inclusion of one record in the newest checkpoint (or the kept one of `size`). */
  prove(position: bigint, options?: { readonly size?: bigint }): Promise<InclusionProof>
  proveConsistency(oldSize: bigint, newSize?: bigint): Promise<ConsistencyProof>
  /** Presence or absence of a stream in the heads record at `headsPosition` (default: the newest sealed one). */
  proveHead(stream: string, headsPosition?: bigint): Promise<HeadsPath>
  /** Subtree hashes for a multiproof over `positions` (ascending) in the tree of `size`; `spec/def/SPEC.md`, section 4. */
  proveMany(positions: readonly bigint[], size: bigint): Promise<Uint8Array[]>
  /** Introduces a new evidence key that takes over; the old one stays valid until revoked. */
  rotateEvidenceKey(): Promise<{ readonly id: string; readonly position: bigint }>
  revokeKey(
    id: string,
    options: { readonly reason: 'superseded' | 'compromised' | 'retired'; readonly compromisedSince?: bigint },
  ): Promise<bigint>
  /** Appends to `ledger-redactions` that the subject key was destroyed (destroy it first: `Vault.erase`). */
  recordRedaction(subject: string, reason: 'erasure-request' | 'retention' | 'mistake'): Promise<bigint>
  /** Seals what is unsealed (appending a heads record if anything came since the last), and releases everything. Idempotent. */
  close(): Promise<void>
}
