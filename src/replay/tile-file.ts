import type { ReadLimits } from '../system/index.js'

/** A file of a published log: none is larger than 256 records of the largest size, with their lengths. */
export const TILE_FILE = {
  limit: 256 * (2 + 65_535),
  what: 'a file of a published log',
} as const satisfies Partial<ReadLimits>
