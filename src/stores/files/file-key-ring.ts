import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  ALGORITHMS,
  type KeyFile,
  readKeyFile,
  type SignatureAlgorithm,
  type Signer,
  signerOf,
  writeKeyFile,
} from '../../crypto/index.js'
import { fromSystemError } from '../../errors/index.js'
import type { KeyPurpose, KeyRing } from '../../ports/index.js'
import { isMissingFile } from '../../system/index.js'
import { ensureDirectory } from './durable-file.js'

/**
 * Private keys in files of mode 0600: `ledger.key`, and `evidence-<first 16 digits of the key id>.key` for each
 * evidence key. The ledger's file name is fixed, because there is one.
 */
export class FileKeyRing implements KeyRing {
  readonly #directory: string
  readonly #origin: () => string
  readonly #assertHeld: () => void

  /**
   * `origin` is asked for when a key is made: keys carry the name they sign under. `assertHeld` throws where the directory
   * is no longer this process's to write.
   */
  constructor(directory: string, origin: () => string, assertHeld: () => void = () => undefined) {
    this.#directory = directory
    this.#origin = origin
    this.#assertHeld = assertHeld
  }

  /** The ledger's key file, undefined where there is none. Throws KEY_INVALID for one that cannot be used. */
  ledgerKey(): KeyFile | undefined {
    return this.#files().find((name) => name === 'ledger.key') === undefined ? undefined : this.#read('ledger.key')
  }

  async signer(keyId: string): Promise<Signer | undefined> {
    for (const name of this.#files()) {
      if (name !== 'ledger.key' && name !== evidenceName(keyId)) continue
      const key = this.#read(name)
      if (key.keyId === keyId) return signerOf(key.algorithm, key.seed)
    }
    return undefined
  }

  async generate(purpose: KeyPurpose, algorithm: SignatureAlgorithm = 'ed25519'): Promise<Signer> {
    this.#assertHeld()
    await ensureDirectory(this.#directory)
    if (purpose === 'ledger') {
      // Left by a creation that got no further: it has signed nothing, and the ledger may as well have it.
      const left = this.ledgerKey()
      if (left !== undefined && left.name === this.#origin()) return signerOf(left.algorithm, left.seed)
    }
    return this.#write(purpose, algorithm, ALGORITHMS[algorithm].newSecret())
  }

  /** Takes an evidence key that was made elsewhere; one that lies here already stays as it is. */
  async bring(algorithm: SignatureAlgorithm, secret: Uint8Array): Promise<Signer> {
    this.#assertHeld()
    await ensureDirectory(this.#directory)
    return (await this.signer(signerOf(algorithm, secret).keyId)) ?? this.#write('evidence', algorithm, secret)
  }

  #write(purpose: KeyPurpose, algorithm: SignatureAlgorithm, secret: Uint8Array): Signer {
    const signer = signerOf(algorithm, secret)
    const name = purpose === 'ledger' ? 'ledger.key' : evidenceName(signer.keyId)
    writeKeyFile(join(this.#directory, name), secret, { algorithm, name: this.#origin(), purpose })
    return signer
  }

  #files(): string[] {
    try {
      return readdirSync(this.#directory).filter((name) => name.endsWith('.key'))
    } catch (error) {
      if (isMissingFile(error)) return []
      throw fromSystemError(error, 'read the directory', this.#directory)
    }
  }

  #read(name: string): KeyFile {
    return readKeyFile(join(this.#directory, name))
  }
}

function evidenceName(keyId: string): string {
  return `evidence-${keyId.slice(0, 16)}.key`
}
