/**
 * The sealer's durable memory: the last checkpoint it signed, and those kept for ever. What stands here was signed and
 * may have been seen; it vouches for the log and is never taken back.
 */
export interface CheckpointStore {
  /** The last signed checkpoint (a signed note), or undefined before the first. */
  latest(): Promise<Uint8Array | undefined>
  /**
   * Replaces `expected` (undefined: nothing yet) by `next`, durable when it resolves. MUST reject with `TREE_DIVERGED`,
   * having changed nothing, where something else stands there: then another sealer is at work.
   */
  compareAndSet(expected: Uint8Array | undefined, next: Uint8Array): Promise<void>
  /** Keeps the checkpoint of a heads size for ever, durable when it resolves. Same bytes again: no effect; others: TREE_DIVERGED. */
  keep(size: number, note: Uint8Array): Promise<void>
  kept(size: number): Promise<Uint8Array | undefined>
  /** The sizes kept, ascending. */
  keptSizes(): Promise<number[]>
}
