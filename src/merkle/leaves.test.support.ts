import { leafHash } from './index.js'

/** The leaf hashes of so many entries, each entry another. */
export function leavesOf(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, i) => leafHash(Buffer.from(`entry ${i}`)))
}
