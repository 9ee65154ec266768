import type { StreamHead } from '../../ports/index.js'

/** A stream's head as the index keeps it: also where the stream began, which is its short name in keys. */
export interface IndexedHead extends StreamHead {
  /** Position of the stream's revision 0. */
  readonly first: number
}

/**
 * The stored part of an index: the state after `through()` records, to which a layer in memory is added.
 * All reads are of one consistent state within one turn of the event loop.
 */
export interface IndexBase {
  through(): number
  lastLeaf(): Uint8Array | undefined
  /** For each id the position it stands at, or undefined. */
  positions(ids: readonly string[]): (number | undefined)[]
  head(stream: string): IndexedHead | undefined
  /** Positions of revisions `from` upwards of the stream that began at `first`, ascending, at most `limit`. */
  positionsIn(first: number, from: number, limit: number): number[]
  streams(after: string | undefined, limit: number): { readonly stream: string; readonly head: IndexedHead }[]
  /** A node of the heads map as of the newest heads record. */
  node(path: string): Uint8Array | undefined
  /** Position of the newest heads record applied. */
  headsPosition(): number | undefined
  /** Streams with a record at or after the newest heads record. */
  changedStreams(): string[]
}

/** Nothing is stored. */
export const EMPTY_BASE: IndexBase = {
  through: () => 0,
  lastLeaf: () => undefined,
  positions: (ids) => ids.map(() => undefined),
  head: () => undefined,
  positionsIn: () => [],
  streams: () => [],
  node: () => undefined,
  headsPosition: () => undefined,
  changedStreams: () => [],
}
