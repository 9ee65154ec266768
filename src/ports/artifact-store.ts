/** Content-addressed files (dbt's artefacts), 0600, erasable. */
export interface ArtifactStore {
  /** Stores bytes durably and gives their digest; storing the same bytes again has no effect. */
  put(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly size: number }>
  /** Bytes with exactly that digest; undefined where absent. Rejects with ARTIFACT_CORRUPT if they no longer match. */
  get(sha256: string): Promise<Uint8Array | undefined>
  has(sha256: string): Promise<boolean>
  remove(sha256: string): Promise<void>
  /** What is there, in order of digest; what is put or removed meanwhile may be in it or not. */
  list(): AsyncIterable<StoredArtifact>
}

export interface StoredArtifact {
  readonly sha256: string
  /** The room that it takes, which is less than its own size where the store packs it. */
  readonly storedBytes: number
}
