import type { JsonValue } from '../canonical/index.js'

/** A sealed value that a bundle shows, with what proves that it is the one that was sealed. */
export interface BundleOpening {
  readonly position: number
  /** From the record's root, `/data/...`. */
  readonly pointer: string
  /** 32 bytes. */
  readonly salt: Uint8Array
  readonly value: JsonValue
}
