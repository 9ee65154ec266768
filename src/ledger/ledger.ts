import type { SignatureAlgorithm } from '../crypto/index.js'
import type { AppendableEvent, PreparedEvents } from '../events/index.js'
import type { LedgerReader, SignedCheckpoint } from './ledger-reader.js'

/**
 * `no-stream`: the stream must not exist; `stream-exists`: it must; `any`: no check; a bigint: its last revision.
 * There is no default.
 */
export type ExpectedRevision = 'no-stream' | 'stream-exists' | 'any' | bigint

export interface AppendOptions {
  /** Pseudonymous id of the credential that appends. Default: what opening said. A repeated append keeps the first one's. */
  readonly submitter?: string
  /** Aborting before hand-off removes the append and rejects with ABORTED; after it the promise still settles. */
  readonly signal?: AbortSignal
}

export interface SealingOptions {
  /** Aborting ends the waiting: NOT_SEALED. The records are durable all the same. */
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

/** Which evidence key comes next: one that lies in the key ring, by its id, or a new one. */
export interface NextEvidenceKey {
  readonly key?: string | undefined
  /** Of a new one. Default: `ed25519`. */
  readonly algorithm?: SignatureAlgorithm | undefined
}

/** The ledger for its writer: the one place where events are admitted, ordered, chained and stored. */
export interface Ledger extends LedgerReader {
  append<T extends string>(
    stream: string,
    expectedRevision: ExpectedRevision,
    events: readonly AppendableEvent<T>[] | PreparedEvents,
    options?: AppendOptions,
  ): Promise<AppendResult>
  /** Several streams, all or none. Results in the order given. */
  appendMany<T extends string>(appends: readonly StreamAppend<T>[], options?: AppendOptions): Promise<AppendResult[]>
  /**
   * Resolves with a checkpoint that covers `position`, which is made if there is none yet; where another process seals
   * it is waited for. Rejects with SEAL_FAILED, and with NOT_SEALED where waiting was ended.
   */
  sealed(position: bigint, options?: SealingOptions): Promise<SignedCheckpoint>
  /**
   * Appends a heads record and resolves when the checkpoint of size position + 1 is published. Rejects as `sealed`: the
   * heads record was appended then.
   */
  heads(options?: SealingOptions): Promise<{ readonly position: bigint; readonly checkpoint: SignedCheckpoint }>
  /**
   * Introduces an evidence key that takes over; the old one stays valid until revoked. Rejects with KEY_INVALID where the
   * key that is named is not in the key ring, is known to the ledger already, or does not sign as its public key says.
   */
  rotateEvidenceKey(next?: NextEvidenceKey): Promise<{ readonly id: string; readonly position: bigint }>
  revokeKey(
    id: string,
    options: { readonly reason: 'superseded' | 'compromised' | 'retired'; readonly compromisedSince?: bigint },
  ): Promise<bigint>
  /** Appends to `ledger-redactions` that the subject key was destroyed (destroy it first: `Vault.erase`). */
  recordRedaction(subject: string, reason: 'erasure-request' | 'retention' | 'mistake'): Promise<bigint>
  /**
   * Seals what is unsealed (appending a heads record if anything came since the last), unless another process seals, and
   * releases everything. Idempotent.
   */
  close(): Promise<void>
}
