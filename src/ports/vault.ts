import type { EncryptedValue } from '../events/index.js'

/** Where subject keys and sealed values lie. One file per subject; destroying the file is the erasure. */
export interface Vault {
  /** The 32-byte subject key, or undefined where there is none or it was destroyed. */
  subjectKey(subject: string): Promise<Uint8Array | undefined>
  /** Stores a subject key, durable (0600, fsync of file and directory) when it resolves. Same key again: no effect; another key: VAULT_FAILED. Erased subject: VAULT_FAILED. */
  putSubjectKey(subject: string, key: Uint8Array): Promise<void>
  /** Keeps sealed values, already encrypted (see `encryptValue`), durable when it resolves. Nothing is kept where `keepValues` is false. */
  putValues(subject: string, values: readonly EncryptedValue[]): Promise<void>
  values(subject: string): Promise<EncryptedValue[]>
  /** Destroys key and values of a subject; remembers only that it was erased. */
  erase(subject: string): Promise<void>
  erased(subject: string): Promise<boolean>
  /** The ledger's key for the shapes of statements (HMAC), 32 bytes, made on first use. It outlives every erasure. */
  shapeKey(): Promise<Uint8Array>
  /**
   * The key under which earlier builds fingerprinted exact texts; undefined where there is none. Whoever has it can
   * confirm a guess of an erased text, so that the erasure of a run that was recorded with it destroys it.
   */
  oldFingerprintKey(): Promise<Uint8Array | undefined>
  eraseOldFingerprintKey(): Promise<void>
}
