/**
 * Where the published tree lies: hash tiles and the checkpoint in the C2SP tlog-tiles layout, a path being
 * `checkpoint`, `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`. A directory or a bucket.
 */
export interface TileStore {
  /** The bytes at a path, or undefined. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Writes files whose content never changes; durable, with their directory entries, when it resolves. */
  write(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Promise<void>
  /**
   * Puts the checkpoint in place of the one before it, in one step; durable when it resolves. Where a larger one of the
   * same origin stands (see `overtakes`) it MUST stay: a sealer that another process has overtaken publishes late, and
   * what is published never goes back. Where several processes may write, the comparison is part of the step.
   */
  publish(checkpoint: Uint8Array): Promise<void>
  /** Removes partial tiles that a full one has replaced; may do nothing. `paths` are directories `tile/.../<N>.p`. */
  prune(paths: readonly string[]): Promise<void>
  /** Every file there is, for fsck. */
  list(): AsyncIterable<string>
  /** Releases connections and threads. Idempotent. */
  close(): Promise<void>
}
