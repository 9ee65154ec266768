import type { SignatureAlgorithm, Signer } from '../crypto/index.js'

/** What a key of the ledger is for. One key, one purpose. */
export type KeyPurpose = 'ledger' | 'evidence'

/** Where the private keys lie: key files, a KMS, hardware. */
export interface KeyRing {
  /** The signer of that key id, or undefined where its private key is not here. */
  signer(keyId: string): Promise<Signer | undefined>
  /**
   * Makes a key that is durable before it resolves, so that no record can name a key that was lost. A ledger's own key is
   * of `ed25519`, which is the default.
   */
  generate(purpose: KeyPurpose, algorithm?: SignatureAlgorithm): Promise<Signer>
}
