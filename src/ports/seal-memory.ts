/** A signed checkpoint that is remembered outside of the ledger, not verified yet. */
export interface RememberedNote {
  readonly note: Uint8Array
  /** Where it was found, for the message: a path. */
  readonly where: string
}

/**
 * What was signed last, remembered where it is not set back together with the ledger. It is trusted to say that
 * something was signed, because the note carries the ledger's signature; what it does not say means nothing.
 */
export interface SealMemory {
  /**
   * What is remembered of the ledger with this genesis leaf, in any order; none where nothing is. Whatever lies in the
   * memory, a caller that gets to know less MUST NOT be kept from opening: what cannot be read is told and left out.
   */
  recall(identity: Uint8Array): Promise<readonly RememberedNote[]>
  /** Remembers a note. A larger one that is remembered of the ledger MUST stay. */
  remember(identity: Uint8Array, note: Uint8Array): Promise<void>
}
