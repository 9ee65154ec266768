/**
 * The port between the ledger and the thing that keeps its bytes.
 *
 * A store holds bytes and order. It is not trusted: the ledger checks what it reads back, and
 * `fsck` compares every record with the published tree. Positions are dense from 0 and are safe
 * integers; a store of size n holds the positions 0 to n-1.
 */
export interface LogStore {
  /** What this backend promises. Constant for the lifetime of the handle. */
  readonly capabilities: LogStoreCapabilities

  /**
   * Appends `records` directly after `expectedHead` records, all or none.
   *
   * MUST resolve only when the records survive a power loss (see `capabilities.durability`).
   * MUST reject with `HEAD_MOVED`, having written nothing, unless the store holds exactly `expectedHead` records.
   * MUST reject with `BATCH_TOO_LARGE`, having written nothing, past `capabilities.maxBatchBytes` / `maxBatchRecords`.
   * MUST reject with `STORE_FAILED` or `DISK_FULL` when it cannot tell whether the records are durable; reads go on. What
   * follows is `capabilities.afterFailure`: `reopen` MUST reject every further append with `STORE_FAILED` until it is
   * opened again; `catch-up` MUST take further ones, and its `head` and `read` tell what became of the failed one. It may
   * become durable even later, but MUST NOT unless the store still holds exactly its `expectedHead` records then.
   * MUST reject with `LEDGER_TAKEN_AWAY`, also from then on, where it has found that another process may write as well
   * although only one may: nothing is acknowledged then, and what was acknowledged before is in what the other one reads.
   * An empty `records` is a programming error. Calls MUST NOT overlap for one handle; the ledger serialises them.
   */
  append(records: readonly LogRecord[], expectedHead: number): Promise<void>

  /** The number of durable records: the next position. Never goes down during the life of a handle. */
  head(): Promise<number>

  /**
   * Reads durable records: dense, in order, at most `limit` (> 0) of them and at least one if there is one in range.
   * Forwards: positions >= `from`, ascending. Backwards: positions < `before`, descending.
   * Beyond the ends the answer is empty, never an error. Bytes are exactly those that were appended.
   * MUST reject with `LOG_CORRUPT` rather than return bytes whose leaf hash is not the stored one.
   */
  read(range: ReadRange): Promise<StoredRecord[]>

  /**
   * Reads the positions `from` to `until - 1` for one caller who wants all of them in order, at most `limit` at a time:
   * the same records as `read` gives, and the same rejections in the same place, but the store may read and check ahead
   * of him on another thread, until he returns. Undefined where that is not worth it: the caller then uses `read`.
   * A store that has no such thread leaves it out.
   */
  scan?(from: number, until: number, limit: number): AsyncIterable<StoredRecord[]> | undefined

  /**
   * Resolves when the store may hold more than `size` records, or when `signal` aborts.
   * May wake for nothing; MUST NOT miss: if an append made the store larger than `size`, before or during the call,
   * it resolves (other processes' appends: within `capabilities.wakeUpMs`). Never rejects for an abort; leaves no
   * timer or listener behind.
   */
  moved(size: number, signal?: AbortSignal): Promise<void>

  /** Releases files, locks and connections. Idempotent. */
  close(): Promise<void>
}

export type ReadRange =
  | { readonly from: number; readonly limit: number }
  | { readonly before: number; readonly limit: number; readonly backwards: true }

/** A record as the ledger hands it over. Only `bytes` is truth; the rest are hints for the backend's own keys. */
export interface LogRecord {
  readonly position: number
  readonly id: string
  readonly stream: string
  readonly revision: number
  /** RFC 6962 leaf hash of `bytes`, 32 bytes. */
  readonly leaf: Uint8Array
  /** The canonical record, at most 65,535 bytes. */
  readonly bytes: Uint8Array
}

/** A record as a store gives it back. The leaf is the one computed when it was appended. */
export interface StoredRecord {
  readonly position: number
  readonly leaf: Uint8Array
  readonly bytes: Uint8Array
}

export interface LogStoreCapabilities {
  /** `fsync`: flushed to the device before append resolves; `replicated`: acknowledged by a quorum; `none`: memory, tests only. */
  readonly durability: 'fsync' | 'replicated' | 'none'
  /** `one-process`: an OS lock guards it; `many`: contenders are refused by `HEAD_MOVED`. */
  readonly writers: 'one-process' | 'many'
  /**
   * What an append without an answer leaves behind. `reopen`: nothing may be appended until the store was opened again,
   * as after a flush that failed. `catch-up`: the next one goes on where the log ends, as after a connection that broke.
   */
  readonly afterFailure: 'reopen' | 'catch-up'
  /** Upper bound in milliseconds until `moved` wakes for another process's append. */
  readonly wakeUpMs: number
  readonly maxBatchBytes: number
  readonly maxBatchRecords: number
}
