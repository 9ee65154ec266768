import { createHash, hash } from 'node:crypto'

/** SHA-256 over the concatenation of the parts; 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  // One-shot hashing skips the hash object: about half the time for a record of 1 KB.
  if (parts.length === 1) return plain(hash('sha256', parts[0]!, 'buffer'))
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return plain(digest.digest())
}

/** A Buffer as the plain array it holds: its `slice` would share memory where a Uint8Array's copies. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
