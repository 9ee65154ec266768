import { equalBytes } from '../../canonical/index.js'
import { ALGORITHMS, type SignatureAlgorithm, type Signer, signerOf } from '../../crypto/index.js'
import { ClyraError } from '../../errors/index.js'
import { overtakes, sameNote } from '../../ledger/index.js'
import type { CheckpointStore, KeyRing, TileStore } from '../../ports/index.js'

/** A tile store in memory. */
export class MemoryTileStore implements TileStore {
  readonly files = new Map<string, Uint8Array>()

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.files.get(path)
  }

  async write(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Promise<void> {
    for (const { path, bytes } of files) this.files.set(path, Uint8Array.from(bytes))
  }

  async publish(checkpoint: Uint8Array): Promise<void> {
    if (overtakes(checkpoint, this.files.get('checkpoint'))) this.files.set('checkpoint', Uint8Array.from(checkpoint))
  }

  async prune(paths: readonly string[]): Promise<void> {
    for (const file of [...this.files.keys()]) {
      if (paths.some((path) => file.startsWith(`${path}/`))) this.files.delete(file)
    }
  }

  async *list(): AsyncIterable<string> {
    yield* this.files.keys()
  }

  async close(): Promise<void> {}
}

/** A checkpoint store in memory. */
export class MemoryCheckpointStore implements CheckpointStore {
  #latest: Uint8Array | undefined
  readonly #kept = new Map<number, Uint8Array>()

  async latest(): Promise<Uint8Array | undefined> {
    return this.#latest
  }

  async compareAndSet(expected: Uint8Array | undefined, next: Uint8Array): Promise<void> {
    if (!sameNote(this.#latest, expected)) {
      throw new ClyraError('TREE_DIVERGED', 'another sealer replaced the last signed checkpoint')
    }
    this.#latest = Uint8Array.from(next)
  }

  async keep(size: number, note: Uint8Array): Promise<void> {
    const there = this.#kept.get(size)
    if (there !== undefined && !equalBytes(there, note)) {
      throw new ClyraError('TREE_DIVERGED', `another checkpoint of size ${size} is kept already`)
    }
    this.#kept.set(size, Uint8Array.from(note))
  }

  async kept(size: number): Promise<Uint8Array | undefined> {
    return this.#kept.get(size)
  }

  async keptSizes(): Promise<number[]> {
    return [...this.#kept.keys()].sort((a, b) => a - b)
  }
}

/** Keys in memory. `seed` makes those of Ed25519 in a fixed order, for tests. */
export class MemoryKeyRing implements KeyRing {
  readonly #signers = new Map<string, Signer>()
  readonly #seed: (purpose: string) => Uint8Array

  constructor(seed: (purpose: string) => Uint8Array = ALGORITHMS.ed25519.newSecret) {
    this.#seed = seed
  }

  async signer(keyId: string): Promise<Signer | undefined> {
    return this.#signers.get(keyId)
  }

  async generate(purpose: 'ledger' | 'evidence', algorithm: SignatureAlgorithm = 'ed25519'): Promise<Signer> {
    const secret = algorithm === 'ed25519' ? this.#seed(purpose) : ALGORITHMS[algorithm].newSecret()
    const signer = signerOf(algorithm, secret)
    this.#signers.set(signer.keyId, signer)
    return signer
  }
}
